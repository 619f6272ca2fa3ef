"""File of the vectors in memory, beside the index: mapped at a start instead of being read.

It is derived like the index: one that is missing, damaged, or of other papers is made again.
"""

import json
import mmap
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

VECTOR_FILE: Final = "paperboy-vectors"
"""Its name in the directory of the index, with which it goes."""

_VERSION: Final = 2
"""Raise it with every change of what the file holds or how."""

_HEADER: Final = 65_536  # bytes
_ALIGNED: Final = 4_096


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file of vectors says of itself."""

    model: str
    limit: int
    """Of papers, the newest first: the setting when it was written."""
    size: int
    revision: int
    """Up to which all papers' vectors are in it."""
    newest: list[list[Any]]
    """Row, id and revision of its newest papers, by which it is known to be the database's own."""


def write(path: Path, contents: Contents, arrays: Sequence[NDArray[Any]], capacity: int) -> None:
    """Write arrays, all by the places of `contents.size` papers, with room for `capacity` of them.

    Raises:
        OSError: it could not be written; what was there stays.
    """
    parts: list[tuple[str, list[int], int]] = []
    end = _HEADER
    for array in arrays:
        shape = [capacity, *array.shape[1:]]
        parts.append((array.dtype.str, shape, end))
        size = array.dtype.itemsize * int(np.prod(shape))
        end += -(-size // _ALIGNED) * _ALIGNED
    header = {"version": _VERSION, "bytes": end, "arrays": parts, **asdict(contents)}
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(json.dumps(header).encode("ascii").ljust(_HEADER))
            for array, (_, _, start) in zip(arrays, parts, strict=True):
                file.seek(start)
                array[: contents.size].tofile(file)
            file.truncate(end)  # what is left out reads as zeros and takes no room
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read(path: Path) -> tuple[Contents, list[NDArray[Any]]] | None:
    """Return what a file holds, `None` if there is none of this version and whole.

    What is changed in the arrays stays in memory; all else can be read again, so that the system
    may take its memory back.
    """
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(_HEADER))
            if header.pop("version") != _VERSION:
                return None
            end, parts = header.pop("bytes"), header.pop("arrays")
            if os.fstat(file.fileno()).st_size != end:
                return None
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        if hasattr(mmap, "MADV_WILLNEED"):
            mapped.madvise(mmap.MADV_WILLNEED)  # in order, not page by page as searches need them
        return Contents(**header), [_array(mapped, *part) for part in parts]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _array(mapped: mmap.mmap, kind: str, shape: list[int], start: int) -> NDArray[Any]:
    count = int(np.prod(shape))
    return np.frombuffer(mapped, dtype=kind, count=count, offset=start).reshape(shape)
