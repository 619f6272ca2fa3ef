"""What each source is asked in a day, and what is read of it: `python -m benchmarks.sources`.

The real ingester asks the real sources for two simulated weeks, all of them in use, and a local
server answers. Every sample beside the project is read, whether it was recorded, transcribed by
hand or rebuilt from documentation. Prints one JSON line for each source; `--write` puts the tables
into docs/sources.md.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks._sources_answers import FEEDS, WORKING_DAYS
from benchmarks._sources_days import START, live
from benchmarks._sources_samples import samples_of, unread
from papers.sources.declared import DECLARED
from tests import reliability

__all__ = ["START", "live", "samples_of", "unread"]

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "sources.md"
_DAYS: Final = (*(each.name for each in DECLARED.values()), *FEEDS)
_NO_DAYS: Final = ("Crossref", "Zotero", "virtual sites", "ACL Anthology", "feeds", "DataCite")
"""What has samples or documentation in common for several sources, or no days."""
DOCUMENTED: Final[Mapping[str, str]] = {
    "Hugging Face": "a paper's comments, which are not read",
    "bioRxiv": "pages of 30 rows, answers with status 200 that hold nothing, an ignored category,"
    " the size of a day",
    "medRxiv": "as bioRxiv",
    "ChemRxiv": "the listing of a day, its size",
    "SSRN": "the listing of a day, its size",
    "Crossref": "limits (429) with a time",
    "virtual sites": "everything: programmes, abstracts, `count` 0 before they are out",
    "ACL Anthology": "when volumes are added",
    "feeds": "those of Nature, Science and IEEE; the page of Cloudflare",
    "DataCite": "everything",
    "Zotero": "paging, limits, libraries that are not public",
}
"""What of each source no recorded answer shows."""


async def lines() -> list[dict[str, Any]]:
    """Return a line for each source."""
    with tempfile.TemporaryDirectory() as folder:
        days = await live(Path(folder))
    found: list[dict[str, Any]] = []
    for name in (*_DAYS, *_NO_DAYS):
        figures = days[name].line() if name in _DAYS else {}
        line: dict[str, Any] = {"source": name, **figures}
        if name == "arXiv":  # its samples were cut
            line.pop("papers a day")
        if "papers a day" in line:
            line["the papers are"] = "assumed" if name in WORKING_DAYS else "recorded"
        line["samples"] = samples_of(name)
        line["from documentation only"] = DOCUMENTED.get(name, "")
        found.append(line)
    return found


def days_table(found: Iterable[Mapping[str, Any]]) -> str:
    """Return what each source is asked and has in a day."""
    rows = [
        "| source | requests a day: median, most | in two weeks | papers a day: median, most |",
        "| --- | --- | --- | --- |",
    ]
    for line in found:
        if "requests a day" not in line:
            continue
        asked, had = line["requests a day"], line.get("papers a day")
        papers = f"{_two(had)}, {line['the papers are']}" if had else ""
        rows.append(f"| {line['source']} | {_two(asked)} | {asked['sum']:,} | {papers} |")
    return "\n".join(rows)


def samples_table(found: Iterable[Mapping[str, Any]]) -> str:
    """Return what is read of the samples of each source and kind."""
    rows = [
        "| source | samples | records | papers | not read |",
        "| --- | --- | --- | --- | --- |",
    ]
    for line in found:
        for kind in ("recorded", "transcribed", "rebuilt"):
            samples = [each for each in line["samples"] if each["is"] == kind]
            if samples:
                rows.append(f"| {line['source']} | {len(samples)} {kind} | {_summed(samples)} |")
    return "\n".join(rows)


def documented_table(found: Iterable[Mapping[str, Any]]) -> str:
    """Return what is known of each source from its documentation only."""
    rows = ["| source | from documentation only |", "| --- | --- |"]
    known = ((line["source"], line["from documentation only"]) for line in found)
    rows += (f"| {source} | {what} |" for source, what in known if what)
    return "\n".join(rows)


def _two(figures: Mapping[str, float]) -> str:
    return f"{figures['median']:g}, {figures['most']:g}"


def _summed(samples: Sequence[Mapping[str, Any]]) -> str:
    refused = Counter[str]()
    for each in samples:
        refused.update(each["refused"])
    reasons = "; ".join(f"{count} {reason.strip()}" for reason, count in sorted(refused.items()))
    records, papers = (sum(each[name] for each in samples) for name in ("records", "papers"))
    return f"{records} | {papers} | {reasons}"


def main() -> int:
    """Measure, print, and write what was asked for."""
    parser = argparse.ArgumentParser(description="What each source is asked in a day.")
    parser.add_argument("--write", action="store_true", help="write it into docs/sources.md")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    found = asyncio.run(lines())
    for line in found:
        print(json.dumps(line))
    print(json.dumps({"source": "none", "samples that are not read": unread()}))
    if asked.write:
        reliability.write_block("days", days_table(found), PAGE)
        reliability.write_block("samples", samples_table(found), PAGE)
        reliability.write_block("documented", documented_table(found), PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
