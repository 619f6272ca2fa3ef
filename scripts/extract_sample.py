"""Write the shipped sample: recorded facts about 60 papers, joined with our own summaries of them.

    python scripts/extract_sample.py HF_DAILY.jsonl[.gz] [--categories ARXIV.jsonl[.gz]]

HF_DAILY holds one record a line as recorded from the Hugging Face daily papers: id, title, authors,
date, votes, repository, stars, organisation, keywords, submitter. The papers taken are those that
`sample_summaries.json` beside this script has a summary for; their abstracts and the recorded AI
summaries are left out. ARXIV adds categories for the papers that it knows.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SUMMARIES = HERE / "sample_summaries.json"
SAMPLE = HERE.parent / "papers" / "sources" / "sample_papers.json"


def main() -> int:
    """Read the recordings named on the command line and write the sample."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("daily", type=Path)
    parser.add_argument("--categories", type=Path)
    arguments = parser.parse_args()
    summaries: dict[str, str] = json.loads(SUMMARIES.read_text("utf-8"))
    categories: dict[str, list[str]] = (
        {line["id"]: line["categories"] for line in _lines(arguments.categories)}
        if arguments.categories
        else {}
    )
    papers: list[dict[str, Any]] = [
        _facts(line)
        | {"categories": categories.get(line["id"], []), "summary": summaries[line["id"]]}
        for line in _lines(arguments.daily)
        if line["id"] in summaries
    ]
    if missing := summaries.keys() - {paper["id"] for paper in papers}:
        sys.stderr.write(f"not in {arguments.daily}: {', '.join(sorted(missing))}\n")
        return 1
    papers.sort(key=lambda paper: (paper["batch"], paper["listed_at"]))
    rows = ",\n".join(json.dumps(paper, ensure_ascii=False) for paper in papers)
    SAMPLE.write_text(f"[\n{rows}\n]\n", "utf-8")
    sys.stdout.write(f"{len(papers)} papers written to {SAMPLE}\n")
    return 0


def _facts(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": line["id"],
        "title": line["title"],
        "authors": line["authors"],
        "published_at": line["publishedAt"],
        "batch": line["date"],
        "listed_at": line["submittedOnDailyAt"],
        "recorded_at": line["snapshot_at"],
        "upvotes": line["upvotes"],
        "comments": line["numComments"],
        "repository": line["githubRepo"],
        "stars": line["githubStars"],
        "organization": line["organization"],
        "keywords": line["ai_keywords"] or [],
        "project_page": line["projectPage"],
        "submitter": line["submitter"],
    }


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


if __name__ == "__main__":
    raise SystemExit(main())
