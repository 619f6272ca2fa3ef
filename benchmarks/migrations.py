"""Measure a migration of a large database: `python -m benchmarks.migrations [--papers N]`.

Prints JSON lines `{"bench": "migrations", "figure": …, "value": …}`.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage.migrations import upgrade

_BEFORE, _MEASURED = "0035", "0037"
_PAPERS = 200_000


def _rows(papers: int) -> list[dict[str, Any]]:
    chance = random.Random(7)
    words = [f"word{number}" for number in range(4_000)]
    return [
        {
            "id": f"{10 + number // 90_000:02d}01.{number % 90_000:05d}",
            "title": " ".join(chance.sample(words, 9)),
            "abstract": " ".join(chance.choices(words, k=160)),
            "authors": json.dumps([[f"Given Sur{chance.randrange(3_000)}", None]] * 4),
            "revision": number + 1,
        }
        for number in range(papers)
    ]


def measure(file: Path, papers: int) -> None:
    """Fill a database of the schema before, and print the seconds that migrating it takes."""
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as conn:
        upgrade(conn, _BEFORE)
        conn.execute(
            sa.text(
                "INSERT INTO papers (id, title, abstract, authors, categories, keywords, media,"
                " first_seen_at, revision) VALUES (:id, :title, :abstract, :authors, '[]', '[]',"
                " '[]', 0, :revision)"
            ),
            _rows(papers),
        )
    _say("papers", papers)
    _say("megabytes", round(file.stat().st_size / 1e6))
    for name, revision in ((_MEASURED, _MEASURED), ("the others", "head")):
        began = time.perf_counter()
        with engine.begin() as conn:
            upgrade(conn, revision)
        _say(f"seconds of {name}", round(time.perf_counter() - began, 2))
    engine.dispose()


def _say(figure: str, value: float) -> None:
    print(json.dumps({"bench": "migrations", "figure": figure, "value": value}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=_PAPERS)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder, "papers.db"), parser.parse_args().papers)
