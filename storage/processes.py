"""Processes, named so that another process can find out later whether they still run."""

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_STATE, _STARTED = 0, 19
"""Fields of /proc/PID/stat after the name: the state, and the start in ticks since the machine's
(proc_pid_stat(5), fields 3 and 22)."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process, wherever it runs."""

    host: str
    """The machine's or container's name, for people."""
    system: str
    """Within what its `pid` means something: a boot and its process namespace; empty if unknown."""
    pid: int
    started: str
    """When it started, in the system's own unit: a `pid` is used again."""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


@cache
def current() -> Process:
    """Return this process."""
    pid = os.getpid()
    return Process(socket.gethostname(), _system(), pid, _stat(pid)[1])


def is_running(process: Process) -> bool | None:
    """Return whether a process still runs; `None` where that cannot be known from here.

    It can be known of processes that this one sees: those of the same machine, since it last
    started, outside other containers.
    """
    if not process.system or process.system != current().system:
        return None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # It is there, but another user's.
    state, started = _stat(process.pid)
    if not started:
        return True  # Hidden from other users.
    return started == process.started and state not in ("Z", "X")


def _system() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _stat(pid: int) -> tuple[str, str]:
    """Return a process's state and start, empty if unknown."""
    try:
        # The name comes before, in parentheses, and may hold blanks and parentheses itself.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return fields[_STATE], fields[_STARTED]
    except (OSError, UnicodeDecodeError, IndexError):
        return "", ""
