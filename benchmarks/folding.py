"""Measure near-duplicates: `python -m benchmarks.folding FILE.jsonl[.gz] [--vectors FILE.npz]`.

FILE holds papers with their days (`date`), one JSON object a line. Prints JSON lines: how many
papers and pairs there are, how many pairs reach the cosine at which papers of common authors are
folded and how many of them have an author in common, and the share of papers that a list of one
day's papers, or of all, would fold. `--pairs` prints the nearest pairs, to be judged by eye.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from benchmarks._collections import read_days, read_papers
from benchmarks._matching_vectors import VectorFile
from papers.embedding import MiniLMEmbedder
from papers.folding import Likeness, Suspects, compare, fold
from papers.model import Paper


def say(figure: str, value: float) -> None:
    """Print one figure."""
    print(json.dumps({"bench": "folding", "figure": figure, "value": value}))


def folded_share(papers: list[Paper], likeness: Likeness, days: dict[str, str] | None) -> float:
    """Return the share of papers that stand behind another one, day by day or in one list."""
    lists: defaultdict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        lists[days[paper.id] if days else ""].append(paper)
    cards = sum(
        len(fold(some, likeness, paper_id=lambda paper: paper.id)) for some in lists.values()
    )
    return 1 - cards / len(papers)


def main() -> None:
    """Read, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--pairs", type=int, default=0)
    given = parser.parse_args()
    papers = read_papers(given.file)
    by_id = {paper.id: paper for paper in papers}
    vectors = VectorFile(MiniLMEmbedder(), given.vectors).whole(papers)
    suspects = compare(papers, vectors)
    authors = {paper.id: [author.name for author in paper.authors] for paper in papers}
    likeness = Likeness.decided(suspects, authors)
    by_authors = Likeness.decided(Suspects([], suspects.close, []), authors)
    say("papers", len(papers))
    say("pairs by cosine", len(suspects.near) + len(suspects.close))
    say("pairs near by any authors", len(suspects.near))
    say(
        "close pairs with an author in common",
        sum(other in by_authors.near(one) for one, other in suspects.close),
    )
    say("pairs of one title", len(suspects.same_title))
    say("share folded within a day", folded_share(papers, likeness, read_days(given.file)))
    say("share folded in one list", folded_share(papers, likeness, None))
    for one, other in (suspects.near + suspects.close)[: given.pairs]:
        folds = "folds" if other in likeness.near(one) else "stays apart"
        print(f"{one} {by_id[one].title}\n{other} {by_id[other].title}\n  {folds}")


if __name__ == "__main__":
    main()
