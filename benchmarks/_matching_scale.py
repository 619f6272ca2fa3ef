"""Speed and memory of one pass of many topics over a batch, against doing it topic by topic."""

import json
import random
import re
import resource
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks._collections import read_papers
from papers.embedding import unit_rows
from papers.matching import Archive, Matcher, Rule, TermStatistics, Wanted
from papers.model import Author, Paper
from papers.terms import STOPWORDS, Stemmer, words
from papers.topics import Strictness, parse_many

_SEED = 20261123
_DIMENSIONS = 384
_ARCHIVE = 5_000
_BROAD = 5  # one topic in so many is broad
_FILTERED = 10  # and one in so many has a condition
_FILTERS = ("cat:cs", "-survey", "cat:cs.CL", "-title:benchmark", 'author:"Wei Zhang"', "code:no")
_LOOPED = 200  # topics of the double loop, which takes seconds for them already
_SHARED = 0.19
_FILTER = re.compile(r" [a-z-]+:\S+.*| -\S+")
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")

Floats = NDArray[np.float32]


class WordVectors:
    """Stand-ins for an embedder: a text's vector is the mean of its words' random directions.

    What a pass costs depends on how many pairs are close, not on what their nearness means. All
    texts share a direction and a paper's title counts four times: so about three papers of a
    thousand come as close to a topic as they do with MiniLM (cosine .425), where matching begins
    to look at them.
    """

    def __init__(self) -> None:
        self._rng = np.random.default_rng(_SEED)
        self._known: dict[str, Floats] = {}
        self._shared = np.float32(_SHARED) * self._direction()

    def of(self, texts: Sequence[str]) -> Floats:
        """Return one unit row per text."""
        rows = np.empty((len(texts), _DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            found = [w for w in words(text) if w not in STOPWORDS] or ["nothing"]
            rows[row] = np.mean([self._vector(word) for word in found], axis=0) + self._shared
        return unit_rows(rows)

    def of_papers(self, papers: Sequence[Paper]) -> Floats:
        """Return one unit row per paper."""
        return self.of([f"{(paper.title + ' ') * 4}{paper.abstract}" for paper in papers])

    def _vector(self, word: str) -> Floats:
        if word not in self._known:
            self._known[word] = self._direction()
        return self._known[word]

    def _direction(self) -> Floats:
        return self._rng.standard_normal(_DIMENSIONS, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Load:
    """What every pass is made of."""

    texts: Sequence[str]
    vectors: Floats
    batch: Sequence[Paper]
    paper_vectors: Floats
    statistics: TermStatistics
    archive: Archive


def measure_scale(corpus: Path | None, topics: int = 100_000, papers: int = 1_000) -> None:
    """Measure a pass of all topics over all papers, of halves and quarters of each, and peers."""
    load = _prepared(corpus, topics, papers)
    topics, before = len(load.texts), _memory()
    whole = _say_pass(load, topics, papers)
    _say(f"scale-{topics}x{papers}", "ours", "rss_mb", _memory(), before_mb=round(before))
    for part in (topics // 2, topics // 4):
        _say_pass(load, part, papers, of_whole=whole)
    for part in (papers // 2, papers // 4):
        _say_pass(load, topics, part, of_whole=whole)
    for system, peer in (("fts5-per-topic", _fts), ("double-loop", _double_loop)):
        spent = time.process_time()
        seconds, found, asked = peer(load.batch, load.texts)
        more: dict[str, object] = {"cpu_s": round(time.process_time() - spent, 2)}
        if asked < topics:
            more = {"extrapolated_from_topics": asked}
        scale = topics / asked
        name = f"scale-{topics}x{papers}"
        _say(name, system, "pass_s", seconds * scale, matches=round(found * scale), **more)


def _prepared(corpus: Path | None, topics: int, papers: int) -> _Load:
    batch, sources = _papers(papers, corpus)
    texts = _topics(topics, sources)
    directions = WordVectors()
    return _Load(
        texts=texts,
        vectors=directions.of([_FILTER.sub("", text) for text in texts]),
        batch=batch,
        paper_vectors=directions.of_papers(batch),
        statistics=TermStatistics.of(sources),
        archive=Archive(directions.of_papers(sources[:_ARCHIVE])),
    )


def _say_pass(load: _Load, topics: int, papers: int, *, of_whole: float | None = None) -> float:
    """Make one pass from texts to reasons; return its seconds."""
    began, spent = time.perf_counter(), time.process_time()
    wanted = [
        Wanted(
            topic,
            Strictness.BROAD if at % _BROAD == 0 else Strictness.STRICT,
            load.vectors[at : at + 1],
        )
        for at, topic in enumerate(parse_many(load.texts[:topics]))
        if topic is not None
    ]
    read = time.perf_counter()
    matches = Matcher(
        load.batch[:papers],
        load.statistics,
        vectors=load.paper_vectors[:papers],
        archive=load.archive,
    ).match(wanted)
    matched = time.perf_counter()
    characters = sum(len(match.reason()) for match in matches)
    ended = time.perf_counter()
    more = {
        "parse_s": round(read - began, 2),
        "match_s": round(matched - read, 2),
        "evidence_s": round(ended - matched, 2),
        "cpu_s": round(time.process_time() - spent, 2),
        "matches": len(matches),
        "by_rule": np.bincount(matches.columns.rule, minlength=len(Rule)).tolist(),
        "characters": characters,
    }
    if of_whole is not None:
        more["of_whole"] = round((ended - began) / of_whole, 2)
    _say(f"scale-{topics}x{papers}", "ours", "pass_s", ended - began, **more)
    return ended - began


def _papers(count: int, corpus: Path | None) -> tuple[list[Paper], list[Paper]]:
    """Return a batch and the papers that topics are taken from."""
    rng = random.Random(_SEED)
    known = read_papers(corpus) if corpus else _invented(3 * count + _ARCHIVE, rng)
    rng.shuffle(known)
    sources = known[count:] if len(known) > 2 * count else known
    if len(known) < count:
        print(f"only {len(known)} papers are known: they are repeated", file=sys.stderr)
    return [known[at % len(known)] for at in range(count)], sources


def _invented(count: int, rng: random.Random) -> list[Paper]:
    """Return papers of made-up words, as frequent as Zipf's law has them, for want of a corpus."""
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er")]
    names = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(20_000)]
    weights = list(accumulate(1 / (place + 10) for place in range(len(names))))

    def sentence(length: int) -> str:
        return " ".join(rng.choices(names, cum_weights=weights, k=length)).capitalize()

    return [
        Paper(
            id=f"9912.{place:05d}",
            title=sentence(9),
            abstract=" ".join(f"{sentence(22)}." for _ in range(8)),
            categories=(rng.choice(("cs.CL", "cs.CV", "stat.ML")),),
            authors=(Author(f"{rng.choice(names)} {rng.choice(names)}"),),
        )
        for place in range(count)
    ]


def _topics(count: int, sources: Sequence[Paper]) -> list[str]:
    """Return distinct topics of 2.2 words on average: words that stand together in titles.

    Distinct, because the bot matches a topic once however many people follow it.
    """
    rng = random.Random(_SEED)
    runs: list[list[str]] = []
    for paper in sources:
        run: list[str] = []
        for word in [*_WORD.findall(paper.title), "the"]:
            if word.lower() in STOPWORDS:
                runs.append(run)
                run = []
            else:
                run.append(word)
    runs = [run for run in runs if len(run) > 1]
    # Nobody follows "learning": a word alone is one that few papers have.
    counts = Counter(word.lower() for paper in sources for word in set(_WORD.findall(paper.title)))
    rare = {word for word, count in counts.items() if count <= max(2, len(sources) // 200)}
    found: dict[str, None] = {}
    for _ in range(100 * count):
        if len(found) == count:
            break
        run, length = rng.choice(runs), rng.choice((1, 2, 2, 2, 2, 2, 2, 2, 3, 4))
        if length <= len(run):
            at = rng.randrange(len(run) - length + 1)
            if length == 1 and run[at].lower() not in rare:
                continue
            text = " ".join(run[at : at + length])
            filtered = len(found) % _FILTERED == 0
            found[f"{text} {rng.choice(_FILTERS)}" if filtered else text] = None
    return list(found)


def _fts(batch: Sequence[Paper], texts: Sequence[str]) -> tuple[float, int, int]:
    """Ask an FTS5 index of the batch for all words of each topic, ranked by bm25."""
    began = time.perf_counter()
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table p using fts5(title, abstract, tokenize='porter')")
    connection.executemany(
        "insert into p(title, abstract) values (?, ?)", ((p.title, p.abstract) for p in batch)
    )
    found = 0
    for text in texts:
        query = " ".join(f'"{word}"' for word in words(text))
        rows = connection.execute("select rowid, bm25(p) from p where p match ?", (query,))
        found += len(rows.fetchall())
    connection.close()
    return time.perf_counter() - began, found, len(texts)


def _double_loop(batch: Sequence[Paper], texts: Sequence[str]) -> tuple[float, int, int]:
    """Look at each paper for each topic: sets of stems, all words."""
    stemmer = Stemmer()
    held = [set(stemmer.terms(f"{paper.title}\n{paper.abstract}")) for paper in batch]
    some = texts[:: max(1, len(texts) // _LOOPED)]
    began = time.perf_counter()
    found = 0
    for text in some:
        wanted = set(stemmer.content(text))
        for terms in held:
            found += wanted <= terms
    return time.perf_counter() - began, found, len(some)


def _memory() -> float:
    """Return the most memory that this process ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "linux" else peak / 1024**2


def _say(name: str, system: str, figure: str, value: float, **more: object) -> None:
    line = {"bench": "matching", "set": name, "system": system, "figure": figure}
    print(json.dumps({**line, "value": round(value, 4), **more}), flush=True)
