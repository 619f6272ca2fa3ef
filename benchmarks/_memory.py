"""How much memory this process has."""

import re
import resource
import sys
from pathlib import Path


def memory_mb() -> tuple[float, float]:
    """Return the most that this process had, and what it has, in units of 2^20 bytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak = most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
        return peak, peak
    # What getrusage tells also counts the parent's memory, from before this program began.
    found = dict(re.findall(r"(VmHWM|VmRSS):\s+(\d+) kB", status.read_text("ascii")))
    return int(found["VmHWM"]) / 1024, int(found["VmRSS"]) / 1024


def resident_mb() -> dict[str, float]:
    """Return the process's own memory, and the pages of files that it looks at, in 2^20 bytes.

    The system takes pages of files back when others need the memory. Empty beside Linux.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    found = dict(re.findall(r"(RssAnon|RssFile):\s+(\d+) kB", status.read_text("ascii")))
    return {"own_mb": int(found["RssAnon"]) / 1024, "files_mb": int(found["RssFile"]) / 1024}
