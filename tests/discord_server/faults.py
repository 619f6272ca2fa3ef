"""What goes wrong on purpose: error answers, silence, broken connections, and killed bots."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

When = Literal["before", "after"]

SENTENCES = {
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10008: "Unknown Message",
    30010: "Maximum number of reactions reached (20)",
    40003: "You are opening direct messages too fast",
    50001: "Missing Access",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50024: "Cannot execute action on this channel type",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    90001: "Reaction was blocked",
    160006: "Maximum number of active threads reached",
}
"""https://discord.com/developers/docs/topics/opcodes-and-status-codes#json"""


@dataclass
class Fault:
    """One thing to go wrong, at the requests that match.

    `when` says whether the request has been carried out by then: "after" loses the answer only.
    """

    pattern: str
    """Method and path, `*` for anything: "POST /channels/*/messages"."""
    when: When = "before"
    skip: int = 0
    times: int = 1
    status: int | None = None
    code: int = 0
    retry_after: float | None = None
    via: bool = True
    """Whether a 429 comes from Discord itself; without `Via` it is Cloudflare's ban."""
    proxy: bool = False
    """Whether a proxy before Discord gives the answer."""
    html: bool = False
    """Whether the answer is a page for people, as a broken proxy gives."""
    hang: float = 0.0
    drop: bool = False
    kill: int | None = None
    """The process to kill, and then to be silent."""
    by: signal.Signals = signal.SIGKILL
    """The signal that it gets; SIGSTOP freezes it."""
    met: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends a silence before its time."""

    def meets(self, method: str, path: str) -> bool:
        """Tell whether it is this request's turn; counts the requests that match."""
        if not fnmatchcase(f"{method} {path}", self.pattern):
            return False
        self.met += 1
        return self.skip < self.met <= self.skip + self.times

    @property
    def message(self) -> str:
        """What Discord writes beside the code."""
        return SENTENCES.get(self.code, "Something is wrong")

    @property
    def silent(self) -> bool:
        """Whether the connection breaks without an answer."""
        return self.drop or self.kill is not None

    def strike(self) -> None:
        """Kill the process, where that is what was asked for."""
        if self.kill is not None:
            os.kill(self.kill, self.by)
