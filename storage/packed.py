"""Compressed copies of a file: written whole or not at all, and read back with their checksum."""

import asyncio
import gzip
import os
import shutil
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, TypeAlias, cast

SUFFIX: Final = ".gz"

LEVEL: Final = 3
"""Of zlib: 154 MB of `benchmarks.years` become 47 MB in 1.2 s of CPU time; at 6, 43 MB in 2.1 s."""

_MAGIC: Final = b"\x1f\x8b"
_CHUNK: Final = 1 << 20

Progress: TypeAlias = Callable[[int], None]
"""Called with the bytes of the plain file that were done since the last call, from a thread."""


class PackedError(Exception):
    """A compressed file is not what was written: cut off, or with another checksum."""


def is_packed(path: Path) -> bool:
    """Return whether a file is a compressed one, whatever its name."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def plain_size(path: Path) -> int:
    """Return how many bytes a compressed file has when unpacked, modulo 4 GiB (RFC 1952, ISIZE)."""
    with path.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 4, 0))
        return int.from_bytes(file.read(4), "little")


async def pack(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Compress `source` to `target`, read it back, and keep its mode, without holding the loop.

    A cancelled call ends within one chunk of 1 MiB and leaves nothing.

    Raises:
        OSError: it could not be written; there is no `target`.
        PackedError: what was written reads back as something else.
    """
    await _in_thread(_pack, source, target, progress)


async def unpack(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Write what `source` holds to `target`, with the same mode; cancelled as `pack` is.

    Raises:
        OSError: it could not be written; there is no `target`.
        PackedError: `source` is damaged.
    """
    await _in_thread(_unpack, source, target, progress)


Work: TypeAlias = Callable[[Path, Path, Callable[[int], None]], None]


class _StoppedError(Exception):
    """The result is not awaited any more."""


async def _in_thread(work: Work, source: Path, target: Path, progress: Progress | None) -> None:
    stopped = threading.Event()

    def advance(done: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        if progress is not None:
            progress(done)

    try:
        await asyncio.to_thread(_whole, work, source, target, advance)
    except asyncio.CancelledError:
        stopped.set()
        raise


def _whole(work: Work, source: Path, target: Path, advance: Callable[[int], None]) -> None:
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.touch(mode=0o600)  # it holds people's lists
        shutil.copymode(source, unfinished)
        work(source, unfinished, advance)
        unfinished.replace(target)
    except _StoppedError:
        pass
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PackedError(str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _pack(source: Path, target: Path, advance: Callable[[int], None]) -> None:
    with source.open("rb") as plain, target.open("wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", filename="", compresslevel=LEVEL) as packed:
            _copy(plain, cast("IO[bytes]", packed), advance)
        file.flush()
        os.fsync(file.fileno())
    with gzip.open(target) as packed:  # compares the checksum at the end
        while packed.read(_CHUNK):
            advance(0)


def _unpack(source: Path, target: Path, advance: Callable[[int], None]) -> None:
    with gzip.open(source) as packed, target.open("wb") as plain:
        _copy(cast("IO[bytes]", packed), plain, advance)
        plain.flush()
        os.fsync(plain.fileno())


def _copy(source: IO[bytes], target: IO[bytes], advance: Callable[[int], None]) -> None:
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        advance(len(chunk))
