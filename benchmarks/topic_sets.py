"""Make sets of topics: `python -m benchmarks.topic_sets OUT --arxiv FILE --hub FILE`.

Writes folders that `benchmarks.matching` reads, from files of papers:

- `arxiv-categories`: the names of arXiv's categories, and the papers filed under each. Coarse.
- `hub-keywords`: keywords of Hugging Face's daily papers, and the papers that carry them. Fine; a
  language model chose the keywords, so many papers that have the subject lack its keyword.
- `hub-keywords-2`: the other half of those keywords, to see how far the two halves agree.

A topic is one that at least 15 papers have, and at most a tenth of them.
"""

import argparse
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from benchmarks._collections import read_papers
from papers.categories import suggest
from papers.model import Paper

_LEAST = 15
_MOST = 0.1
"""The share of the papers."""
_QUALIFIED = re.compile(r" \(.*\)$")
_PLURAL = re.compile(r"(?<=[a-z]{3})s\b")


def categories(papers: list[Paper]) -> dict[str, set[str]]:
    """Return the papers of each category, by its name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for paper in papers:
        for code in paper.categories:
            if (name := _name_of(code)) is not None:
                found[_QUALIFIED.sub("", name)].add(paper.id)
    return _kept(found, len(papers))


@cache
def _name_of(code: str) -> str | None:
    shown = dict(label.split(" · ", 1) for label, _ in suggest(code, 5))
    return shown.get(code)


def keywords(papers: list[Paper]) -> dict[str, set[str]]:
    """Return the papers that carry each keyword; "diffusion model" is "diffusion models"."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    written: defaultdict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for keyword in paper.keywords:
            key = _PLURAL.sub("", " ".join(keyword.casefold().replace("-", " ").split()))
            found[key].add(paper.id)
            written[key].append(keyword)
    kept = _kept(found, len(papers))
    return {max(written[key], key=written[key].count): ids for key, ids in kept.items()}


def _kept(found: Mapping[str, set[str]], total: int) -> dict[str, set[str]]:
    return {key: ids for key, ids in sorted(found.items()) if _LEAST <= len(ids) <= _MOST * total}


def write(folder: Path, topics: Mapping[str, set[str]], papers: list[Paper]) -> None:
    """Write a set as `benchmarks.matching` reads it, with its papers."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as lines:
        for paper in papers:
            row = {"id": paper.id, "title": paper.title, "abstract": paper.abstract}
            lines.write(json.dumps(row) + "\n")
    with (
        (folder / "queries.jsonl").open("w", encoding="utf-8") as queries,
        (folder / "qrels.tsv").open("w", encoding="utf-8") as qrels,
    ):
        for number, (text, ids) in enumerate(topics.items()):
            queries.write(json.dumps({"id": f"t{number}", "text": text}) + "\n")
            qrels.writelines(f"t{number}\t{paper_id}\t1\n" for paper_id in sorted(ids))
    print(f"{folder}: {len(topics)} topics, {len(papers)} papers")


def main() -> None:
    """Write the sets whose files are given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.topic_sets")
    parser.add_argument("out", type=Path)
    parser.add_argument("--arxiv", type=Path, metavar="FILE", help="papers with categories")
    parser.add_argument("--hub", type=Path, metavar="FILE", help="papers with keywords")
    asked = parser.parse_args()
    if asked.arxiv is not None:
        papers = read_papers(asked.arxiv)
        write(asked.out / "arxiv-categories", categories(papers), papers)
    if asked.hub is not None:
        papers = [paper for paper in read_papers(asked.hub) if paper.keywords]
        halves: list[dict[str, set[str]]] = [{}, {}]
        for text, ids in keywords(papers).items():
            halves[zlib.crc32(text.encode()) % 2][text] = ids
        write(asked.out / "hub-keywords", halves[0], papers)
        write(asked.out / "hub-keywords-2", halves[1], papers)


if __name__ == "__main__":
    main()
