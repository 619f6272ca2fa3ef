"""How a benchmark ends that has processes of its own."""

import signal
from types import FrameType


def end_on_sigterm() -> None:
    """Let SIGTERM, which `timeout` and `kill` send, end this process as Ctrl+C does.

    Otherwise it ends at once, and its servers and frozen processes stay behind. A shell lets what
    it starts in the background ignore Ctrl+C: this process does not.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)
