"""Write the recorded days of sources other than arXiv and the Hub that the demo can show.

    python scripts/extract_recorded.py ANSWER.json [ANSWER.json ...]

An ANSWER is one recorded answer of the API of bioRxiv or medRxiv for some days. The day taken of
each server is the newest of which there are `FEWEST` papers. Ids, titles, authors, dates, versions,
categories, licences and links to journals are kept as recorded. The abstracts are left out; the
summaries of our own in `recorded_summaries.json` beside this script take their place.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SUMMARIES = HERE / "recorded_summaries.json"
RECORDED = HERE.parent / "papers" / "sources" / "recorded_days.json"

FEWEST = 3
"""Papers of a day that is worth showing: less is what was left of one after cutting."""

KEPT = ("doi", "title", "authors", "date", "version", "type", "license", "category", "published")
"""The fields of a row that are facts."""


def main() -> int:
    """Read the answers named on the command line and write the days."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("answers", type=Path, nargs="+")
    arguments = parser.parse_args()
    summaries: dict[str, str] = json.loads(SUMMARIES.read_text("utf-8"))
    days: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for path in arguments.answers:
        for row in json.loads(path.read_text("utf-8"))["collection"]:
            rows = days.setdefault((row["server"], row["date"]), {})
            rows[row["doi"]] = {name: row[name] for name in KEPT}
    recorded: dict[str, list[dict[str, Any]]] = {}
    for (server, _), rows in sorted(days.items()):
        if len(rows) >= FEWEST:
            recorded[server] = [
                row | {"summary": summaries.get(row["doi"])} for row in rows.values()
            ]
    shown = {row["doi"] for rows in recorded.values() for row in rows}
    if wrong := sorted(shown ^ summaries.keys()):
        sys.stderr.write(f"a paper without a summary, or the reverse: {', '.join(wrong)}\n")
        return 1
    lines = ",\n".join(
        f'  "{server}": [\n'
        + ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in rows)
        + "\n  ]"
        for server, rows in recorded.items()
    )
    RECORDED.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    for server, rows in recorded.items():
        sys.stdout.write(f"{server}, {rows[0]['date']}: {len(rows)} papers\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
