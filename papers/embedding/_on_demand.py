"""A model that is in memory only while it is used."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeAlias, TypeVar

from papers.embedding._types import EmbeddingError

log = logging.getLogger(__name__)

Now: TypeAlias = Callable[[], float]
"""A clock: seconds since any moment."""

IDLE: Final = 600.0
"""Seconds without use after which a model is dropped: loading it again takes .03 s, and keeping it
25 MB."""

RETRY: Final = 600.0
"""Seconds after a failure in which loading is not tried again: each try reads the whole file."""

Model = TypeVar("Model")


class OnDemand(Generic[Model]):
    """A model that is loaded when it is first needed, and dropped when it is idle. Thread-safe.

    A failure is logged once, however many ask meanwhile, until loading succeeds.
    """

    def __init__(self, load: Callable[[], Model], *, now: Now = time.monotonic) -> None:
        self._load = load
        self._now = now
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._used = self._failed = now()
        self._failure: str | None = None

    def get(self) -> Model:
        """Return the model. Blocking while it is loaded, by this thread or another.

        Raises:
            EmbeddingError: it cannot be loaded, or could not a moment ago.
        """
        with self._lock:
            self._used = self._now()
            if self._model is None:
                self._model = self._loaded()
            return self._model

    def release_idle(self) -> None:
        """Drop the model unless it was used lately; a thread that has it keeps it until it ends."""
        # The thread that holds the lock needs the model: it is not idle.
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._now() - self._used >= IDLE:
                self._model = None
        finally:
            self._lock.release()

    def _loaded(self) -> Model:
        if self._failure is not None and self._now() - self._failed < RETRY:
            raise EmbeddingError(self._failure)
        try:
            model = self._load()
        except EmbeddingError as error:
            self._failed = self._now()
            if self._failure != str(error):
                self._failure = str(error)
                log.warning("semantic search is off: %s", error)
            raise
        if self._failure is not None:
            self._failure = None
            log.info("semantic search is on again")
        return model
