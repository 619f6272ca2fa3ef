"""glibc's malloc, kept from holding on to what a model needed for a moment."""

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGE = 4 * 1024 * 1024
"""glibc's `mallopt`: blocks of so many bytes come from the system and go back to it. With smaller
ones, too, a run would take half as long again."""
_KEPT = 16 * 1024 * 1024
"""What malloc may keep at the end of each heap: left to itself, once its other threshold is set, it
keeps 128 KB, and a search that gives back and asks again takes 3 of 14 ms longer."""


def return_large_blocks() -> None:
    """Let glibc's malloc return what a run of the model held as soon as the run is over.

    It would come to keep such blocks, and for each thread of its own: 770 MB after six threads had
    embedded twenty abstracts each, and 210 MB with this.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, _KEPT)


def give_back_memory() -> None:
    """Return to the system what loading needed and freed: 75 of 200 MB, where malloc is glibc's."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
