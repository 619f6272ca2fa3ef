"""Measure the day's order against votes: `python -m benchmarks.trending FILE.jsonl[.gz] [...]`.

Each file holds recorded daily papers, one JSON object a line: `id`, `date`, `upvotes`, `authors`
and what else is known (`githubStars`, `submitter`, `snapshot_at`, ...); the raw answers of the
daily papers endpoint do as well. All files together are the history; each is measured by itself.

Prints JSON lines `{"bench", "set", "system", "figure", "value", "days", "from", "votes"}`:

- `prior`: our order with all votes hidden, learned for each day from earlier days alone.
- `ours`: our order with the votes of the first observation, against those of the last.
- `votes`: the first observation's votes alone; `authors`, `stars`: more of them first.
- `chance`: the precision that no knowledge has.

`votes` says what was seen: `early` where papers were observed twice (only those are measured then),
`same` where the votes seen are those measured, so that `ours` and `votes` only show what the order
costs. `spearman` is the mean over days of the rank correlation within the day, ties at their mean
rank; `p@5` the mean share of the day's five most voted among our first five, ties counted by their
share. Days of fewer than ten papers are left out. By default the last third of a file's days is
measured, and all days of papers observed twice.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from papers.model import Author, Metrics, Paper
from papers.trending import Candidate, Past, Prior, rank

MIN_PAPERS = 10
TOP = 5

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """One paper's numbers at one moment: the batch's midnight where the file does not tell."""

    paper: Paper
    metrics: Metrics
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """One paper of a day: its observations, the first and the last of which may be the same."""

    observations: tuple[Observation, ...]

    @property
    def first(self) -> Observation:
        """What the bot knows when it posts."""
        return self.observations[0]

    @property
    def votes(self) -> int:
        """The votes to predict."""
        return self.observations[-1].metrics.upvotes or 0


def read(path: Path) -> Iterator[Observation]:
    """Yield the observations of a file, leaving out lines without id, day or votes."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    lines: Iterable[Any] = (
        json.loads(text)
        if text.lstrip().startswith("[")
        else (json.loads(line) for line in text.splitlines() if line.strip())
    )
    for line in lines:
        records = cast("list[Any]", line) if isinstance(line, list) else [line]
        for record in records:
            observation = _observation({**record, **(record.get("paper") or {})})
            if observation is not None:
                yield observation


def _observation(record: Mapping[str, Any]) -> Observation | None:
    day = record.get("date") or (record.get("submittedOnDailyAt") or "")[:10]
    if not (day and record.get("id")) or record.get("upvotes") is None:
        return None
    batch = date.fromisoformat(day[:10])
    return Observation(
        paper=Paper(
            id=record["id"],
            title=record.get("title") or "",
            abstract=record.get("summary") or "",
            authors=tuple(Author(name) for a in record.get("authors") or () if (name := _name(a))),
            published_at=_moment(record.get("publishedAt")),
            repository=record.get("githubRepo"),
            project_page=record.get("projectPage"),
            organization=_name(record.get("organization")),
            submitter=_name(record.get("submitter") or record.get("submittedOnDailyBy")),
        ),
        metrics=Metrics(record["upvotes"], record.get("githubStars"), record.get("numComments")),
        day=batch,
        at=_moment(record.get("snapshot_at")) or datetime.combine(batch, datetime.min.time(), UTC),
    )


def _name(value: Any) -> str | None:
    """Return a name that is given plainly (flat records) or within an object (raw answers)."""
    if not isinstance(value, dict):
        return value
    holder = cast("Mapping[str, Any]", value)
    account = holder.get("user")
    return account if isinstance(account, str) else holder.get("name")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def batches(observations: Iterable[Observation]) -> dict[date, list[Seen]]:
    """Group observations by day and paper, papers in the order of the file."""
    days: defaultdict[date, dict[str, list[Observation]]] = defaultdict(dict)
    for observation in observations:
        days[observation.day].setdefault(observation.paper.id, []).append(observation)
    return {
        day: [Seen(tuple(sorted(each, key=lambda o: o.at))) for each in papers.values()]
        for day, papers in sorted(days.items())
    }


def spearman(scores: Sequence[float], votes: Sequence[float]) -> float | None:
    """Return the rank correlation, ties at their mean rank; `None` where one side is all ties."""
    a, b = (_mean_ranks(np.asarray(values, dtype=np.float64)) for values in (scores, votes))
    if a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _mean_ranks(values: _Floats) -> _Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: _Floats = (ends - (counts - 1) / 2)[inverse]
    return ranks


def precision(scores: Sequence[float], votes: Sequence[float], top: int = TOP) -> float:
    """Return the expected share of the most voted among the first, ties in random order."""
    chosen, wanted = (_top_share(np.asarray(v, dtype=np.float64), top) for v in (scores, votes))
    return float(chosen @ wanted) / top


def _top_share(values: _Floats, top: int) -> _Floats:
    """Return for each value the probability of standing among the `top` largest."""
    cut = np.sort(values)[::-1][top - 1]
    above, tied = values > cut, values == cut
    share: _Floats = above + tied * ((top - above.sum()) / tied.sum())
    return share


def _ours(day: date, seen: Sequence[Seen], prior: Prior, *, cold: bool) -> list[float]:
    """Return each paper's place in our order, the best highest."""
    candidates: list[Candidate] = []
    for each in seen:
        metrics = each.first.metrics
        candidates.append(
            Candidate(each.first.paper, replace(metrics, upvotes=None) if cold else metrics, day)
        )
    places = {r.paper.id: -float(r.position) for r in rank(candidates, day=day, prior=prior)}
    return [places[each.first.paper.id] for each in seen]


def measure(
    days: Mapping[date, Sequence[Seen]], history: Sequence[Observation], since: date | None
) -> Iterator[dict[str, object]]:
    """Yield the figures of one file."""
    twice = _large({d: [s for s in b if len(s.observations) > 1] for d, b in days.items()})
    days = twice or _large(days)
    if since is None and days:
        # Papers seen twice are rare and their votes need no training: all of their days count.
        since = sorted(days)[0 if twice else len(days) * 2 // 3]
    tested = [day for day in sorted(days) if since and day >= since]
    figures: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for day in tested:
        batch = days[day]
        votes = [float(seen.votes) for seen in batch]
        prior = Prior.learn(
            (Past(o.paper, o.metrics, o.day) for o in history if o.at.date() < day), before=day
        )
        systems = {
            "ours": _ours(day, batch, prior, cold=False),
            "prior": _ours(day, batch, prior, cold=True),
            "votes": [float(seen.first.metrics.upvotes or 0) for seen in batch],
            "authors": [float(len(seen.first.paper.authors)) for seen in batch],
            "stars": [float(seen.first.metrics.stars or 0) for seen in batch],
            "chance": [0.0] * len(batch),
        }
        if not prior.weights:
            del systems["prior"]
        for system, scores in systems.items():
            figures[system, "p@5"].append(precision(scores, votes))
            correlation = spearman(scores, votes)
            if correlation is not None:
                figures[system, "spearman"].append(correlation)
    for (system, figure), values in sorted(figures.items()):
        yield {
            "system": system,
            "figure": figure,
            "value": round(float(np.mean(values)), 4),
            "days": len(values),
            "from": tested[0].isoformat(),
            "votes": "early" if twice else "same",
        }


def _large(days: Mapping[date, Sequence[Seen]]) -> dict[date, Sequence[Seen]]:
    return {day: batch for day, batch in days.items() if len(batch) >= MIN_PAPERS}


def main() -> None:
    """Print the figures of every file named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trending")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.jsonl[.gz]")
    parser.add_argument("--since", type=date.fromisoformat, help="first day to measure")
    arguments = parser.parse_args()
    sets = {path: list(read(path)) for path in arguments.files}
    history = _history(sets.values())
    for path, observations in sets.items():
        name = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json")
        for figure in measure(batches(observations), history, arguments.since):
            print(json.dumps({"bench": "trending", "set": name, **figure}), flush=True)


def _history(sets: Iterable[Sequence[Observation]]) -> list[Observation]:
    """Return the first observation of every paper of every file: later ones know the future."""
    first: dict[tuple[date, str], Observation] = {}
    for observation in sorted((o for each in sets for o in each), key=lambda o: o.at):
        first.setdefault((observation.day, observation.paper.id), observation)
    return list(first.values())


if __name__ == "__main__":
    main()
