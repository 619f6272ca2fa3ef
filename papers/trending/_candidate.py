"""What enters the ranking."""

from dataclasses import dataclass
from datetime import date

from papers.model import Metrics, Paper


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that could be shown: its numbers now and in the snapshot about a day before."""

    paper: Paper
    metrics: Metrics
    batch: date
    previous: Metrics | None = None
    hours_between: float | None = None
    edition: str | None = None
    """The conference and its year, of a paper that is shown on one of its days."""
