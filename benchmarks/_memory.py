"""How much memory this process has."""

import re
import resource
import sys
from pathlib import Path


def memory_mb() -> tuple[float, float]:
    """Return the most megabytes that this process had, and what it has."""
    status = Path("/proc/self/status")
    if not status.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak = most / (1e6 if sys.platform == "darwin" else 1e3)
        return peak, peak
    # What getrusage tells also counts the parent's memory, from before this program began.
    found = dict(re.findall(r"(VmHWM|VmRSS):\s+(\d+) kB", status.read_text("ascii")))
    return int(found["VmHWM"]) / 1e3, int(found["VmRSS"]) / 1e3
