"""SIGINT and SIGTERM: a request to stop."""

import asyncio
import logging
import signal
from collections.abc import Generator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def signals(stop: asyncio.Event) -> Generator[None]:
    """Set `stop` at the first SIGINT or SIGTERM; a second one ends the process as usual."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        log.info("stopping signal=%s", number.name)
        stop.set()
        loop.remove_signal_handler(number)

    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
