"""Make test collections out of recorded papers: `python -m benchmarks.sets FILE OUT`.

FILE holds the Hub's daily papers as JSON lines. Each folder that this writes to OUT is read by
`python -m benchmarks.search OUT/*`. Every query looks for one paper, as a claim does:

- `summaries`: twelve words of a paper's one-sentence summary, without the name in its title.
- `sentences`: a sentence of a paper's abstract, which is taken out of the abstract.
"""

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks._collections import read_papers
from papers.model import Paper
from papers.terms import sentences

QUERIES: Final = 400
_SEED: Final = 20261127
_SUMMARY_WORDS: Final = 12
_SENTENCES: Final = 5
"""Sentences that an abstract has at least: without one it still says what the paper is about."""
_WORDS: Final = range(9, 29)

Lookups = dict[str, str]
"""Queries by the id of the paper that each looks for."""


def summaries(papers: Sequence[Paper]) -> tuple[list[Paper], Lookups]:
    """Return papers without their summaries, and the beginnings of the summaries of some."""
    asked: Lookups = {}
    for paper in _shuffled(papers):
        if paper.summary is None or len(asked) >= QUERIES:
            continue
        name = paper.title.partition(":")[0].lower().split()
        said = [word for word in paper.summary.split() if word.strip(".,").lower() not in name]
        asked[paper.id] = " ".join(said[:_SUMMARY_WORDS])
    return [replace(paper, summary=None, keywords=()) for paper in papers], asked


def taken_out(papers: Sequence[Paper]) -> tuple[list[Paper], Lookups]:
    """Return papers, some of them without one sentence, and those sentences."""
    dice = random.Random(_SEED)
    known = {paper.id: replace(paper, summary=None, keywords=()) for paper in papers}
    asked: Lookups = {}
    for paper in _shuffled(papers):
        said = sentences(paper.abstract)
        name = paper.title.partition(":")[0].lower()
        choice = [each for each in said[2:] if _is_claim(each, name)]
        if len(said) < _SENTENCES or not choice or len(asked) >= QUERIES:
            continue
        chosen = dice.choice(choice)
        asked[paper.id] = chosen
        rest = " ".join(each for each in said if each != chosen)
        known[paper.id] = replace(known[paper.id], abstract=rest)
    return list(known.values()), asked


def _is_claim(sentence: str, name: str) -> bool:
    said = sentence.lower()
    return len(said.split()) in _WORDS and not any(each in said for each in ("http", "code", name))


def _shuffled(papers: Sequence[Paper]) -> list[Paper]:
    order = sorted(papers, key=lambda paper: paper.id)
    random.Random(_SEED).shuffle(order)
    return order


def _write(folder: Path, papers: Sequence[Paper], asked: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    corpus = (
        json.dumps({"id": each.id, "title": each.title, "abstract": each.abstract})
        for each in papers
    )
    queries = (json.dumps({"id": paper_id, "text": text}) for paper_id, text in asked.items())
    (folder / "corpus.jsonl").write_text(_lines(corpus), "utf-8")
    (folder / "queries.jsonl").write_text(_lines(queries), "utf-8")
    (folder / "qrels.tsv").write_text(_lines(f"{each}\t{each}\t1" for each in asked), "utf-8")


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write both collections."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sets", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    papers = read_papers(asked.file)
    _write(asked.out / "summaries", *summaries(papers))
    _write(asked.out / "sentences", *taken_out(papers))


if __name__ == "__main__":
    main()
