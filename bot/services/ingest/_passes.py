"""What one pass over the sources brings."""

from dataclasses import dataclass, field
from datetime import date, datetime

from papers.sources import SourceError
from storage.papers import UpsertReport


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one pass brought: papers new and changed, the batch days read, and the sources that
    failed."""

    new: int = 0
    changed: int = 0
    broken: int = 0
    days: tuple[date, ...] = ()
    failures: tuple[SourceError, ...] = ()


@dataclass(slots=True)
class Pass:
    """A pass under way."""

    now: datetime
    new: int = 0
    changed: int = 0
    broken: int = 0
    days: list[date] = field(default_factory=list[date])
    failures: list[SourceError] = field(default_factory=list[SourceError])

    def add(self, report: UpsertReport, broken: int = 0) -> None:
        """Count what was stored, and records that could not be read."""
        self.new += report.new
        self.changed += report.changed
        self.broken += broken

    def report(self) -> IngestReport:
        """Return what the pass brought so far, its days as they were read."""
        return IngestReport(
            self.new, self.changed, self.broken, tuple(self.days), tuple(self.failures)
        )
