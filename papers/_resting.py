"""The garbage collector out of the way of work that makes many objects, all of which are needed."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Generator[None]:
    """Pause the collector: it would look at every new object, and find that none may go."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
