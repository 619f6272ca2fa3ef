"""A folder for what one of several processes of a machine derives from the database."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def own_folder(beside: Path) -> Generator[Path]:
    """Reserve a folder that no other process uses until the block is over, or this one ends.

    It is the first that is free, so that what was derived there is used again after a restart.

    Raises:
        OSError: none can be made.
    """
    import fcntl  # of systems that have it: several processes need a server's database anyway

    for number in count(1):
        folder = beside / f"process-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "in-use", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            yield folder
        finally:
            os.close(lock)
        return
