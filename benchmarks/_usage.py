"""How much memory and processor time other processes take (Linux)."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PARENT, _OWN, _CHILDREN = 1, slice(11, 13), slice(11, 15)
"""Fields of /proc/PID/stat after the name: the parent, and the ticks of the process without and
with those of its children that have ended (proc_pid_stat(5), fields 4 and 14 to 17)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has taken so far."""

    memory_mb: float = 0.0
    """The most that it ever had at once."""
    cpu_s: float = 0.0

    def since(self, before: "Usage") -> "Usage":
        """Return the same with the processor's time since then alone."""
        return Usage(self.memory_mb, self.cpu_s - before.cpu_s)


def usage(pid: int) -> Usage:
    """Return what a process has taken so far, nothing if it has ended."""
    try:
        status = (_PROC / str(pid) / "status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return Usage(int(found[1]) / 1024 if found else 0.0, _seconds(_stat(pid)[_OWN]))
    except (OSError, IndexError):
        return Usage()


def with_children(pid: int) -> Usage:
    """Return what a process has taken together with its children, also those that have ended.

    Memory that they share counts once: what is said is the most that any of them had.
    """
    most, seconds = usage(pid).memory_mb, 0.0
    for each in _PROC.glob("[0-9]*"):
        try:
            stat = _stat(int(each.name))
        except (OSError, IndexError):
            continue
        if int(each.name) == pid:
            seconds += _seconds(stat[_CHILDREN])
        elif int(stat[_PARENT]) == pid:
            seconds += _seconds(stat[_OWN])
            most = max(most, usage(int(each.name)).memory_mb)
    return Usage(most, seconds)


def _stat(pid: int) -> list[str]:
    # The name comes before, in parentheses, and may hold blanks and parentheses itself.
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
