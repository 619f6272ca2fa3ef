"""What goes wrong on purpose: error answers, silence, broken connections, and killed bots."""

import os
import signal
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

When = Literal["before", "after"]


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
    html: bool = False
    """Whether the answer is a page for people, as a broken proxy gives."""
    hang: float = 0.0
    drop: bool = False
    kill: int | None = None
    """The process to kill, and then to be silent."""
    met: int = 0

    def meets(self, method: str, path: str) -> bool:
        """Tell whether it is this request's turn; counts the requests that match."""
        if not fnmatchcase(f"{method} {path}", self.pattern):
            return False
        self.met += 1
        return self.skip < self.met <= self.skip + self.times

    @property
    def silent(self) -> bool:
        """Whether the connection breaks without an answer."""
        return self.drop or self.kill is not None

    def strike(self) -> None:
        """Kill the process, where that is what was asked for."""
        if self.kill is not None:
            os.kill(self.kill, signal.SIGKILL)
