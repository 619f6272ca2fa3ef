"""glibc's malloc, kept from holding on to what was needed for a moment."""

import ctypes
from contextlib import suppress


def give_back_memory() -> None:
    """Return to the system what malloc holds and nothing uses, where malloc is glibc's."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
