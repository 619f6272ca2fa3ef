"""A recorded day of bioRxiv and one of medRxiv, shipped for the demo.

The rows are as the servers' API gave them: of bioRxiv's 15 July 2026 three papers were recorded, of
medRxiv's 2 January 2020 ten. Their abstracts are left out; the summaries are our own.
`scripts/extract_recorded.py` writes the file.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any, Final

from papers.model import Batch, Record
from papers.sources.biorxiv_records import listed_paper
from papers.sources.declared import BIORXIV, MEDRXIV

RECORDED: Final = {each.key: each.name for each in (BIORXIV, MEDRXIV)}
"""The names of the sources that there is a recorded day of, by their keys."""


class RecordedSource:
    """One of these sources, with one day that is always there and always the same."""

    curated = False

    def __init__(self, key: str) -> None:
        self.key = key
        self.name = RECORDED[key]
        text = files("papers.sources").joinpath("recorded_days.json").read_text("utf-8")
        rows: list[dict[str, Any]] = json.loads(text)[self.name]
        self.day = date.fromisoformat(rows[0]["date"])
        """The day that was recorded."""
        self._records = {record.paper.id: record for record in (self._record(row) for row in rows)}

    def listed_days(self) -> Sequence[date]:
        """Return the recorded day."""
        return (self.day,)

    async def daily(self, day: date) -> Batch:
        """Return what was recorded of `day`; an empty batch on any other one."""
        return Batch(day, tuple(self._records.values()) if day == self.day else ())

    async def latest(self) -> Batch:
        """Return the recorded day."""
        return await self.daily(self.day)

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return the records of those keys that were recorded."""
        wanted = dict.fromkeys(paper_ids)
        return [self._records[paper_id] for paper_id in wanted if paper_id in self._records]

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing, as these servers have no search."""
        return []

    async def close(self) -> None:
        """Do nothing: there is no connection to release."""

    def _record(self, row: dict[str, Any]) -> Record:
        listed = listed_paper(row, self.name)
        record = listed.record(self.day, new=listed.first_day == self.day)
        return replace(record, paper=replace(record.paper, summary=row["summary"]))
