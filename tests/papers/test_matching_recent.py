"""Which recent papers a topic could want, which come near it, and which words are proposed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers.matching import Recent, TermStatistics, Wanted, propose
from papers.model import Author, Paper
from papers.topics import parse

Floats = NDArray[np.float32]


def paper(number: int, title: str, abstract: str = "", **more: object) -> Paper:
    return Paper(id=f"2501.{number:05d}", title=title, abstract=abstract, **more)  # pyright: ignore[reportArgumentType]


def rows(*cosines: float) -> Floats:
    """Return a row for each cosine with `rows(1)`."""
    return np.array([[c, (1 - c * c) ** 0.5] for c in cosines], dtype=np.float32)


def possible(recent: Recent, source: str, papers: Sequence[Paper]) -> list[int]:
    """Return the numbers of the papers that a topic could want, by words alone."""
    ids = [each.id for each in papers]
    return [int(one[-5:]) for one in recent.possible(Wanted(parse(source)), ids, None)]


def test_what_could_match_is_found_by_title_abstract_people_and_organization() -> None:
    wei = (Author("Wei Zhang", username="weiz"),)
    texts = [
        paper(1, "Graphs", "Robots.", authors=wei),
        paper(2, "Fine-Tuning", organization="Open Lab"),
        paper(3, "Robots at Work", categories=("cs.RO",), authors=(Author("Ann Lee"),)),
    ]
    recent = Recent()
    recent.put(texts[:2])
    recent.put(texts[2:])
    assert len(recent) == 3
    for source, numbers in {
        "robots": [1, 3],
        "tuning": [2],
        "robot OR tunings": [1, 2, 3],
        "zebra": [],
        'author:"W. Zhang"': [1],
        "author:weiz": [1],
        'author:"Ann Zhang"': [1, 3],
        "org:lab": [2],
        "org:zebra": [],
        "title:robots": [1, 3],
        "title:zebra": [],
        "cat:cs.RO": [1, 2, 3],
        "code:yes": [1, 2, 3],
        "-robots cat:cs.RO": [1, 2, 3],
        '"robots at work"': [3],
        "robots author:Zhang": [1, 3],
        "title:robots author:Zhang": [1],
    }.items():
        assert possible(recent, source, texts) == numbers, source
    assert recent.possible(Wanted(parse("robots")), [], None) == []
    assert recent.possible(Wanted(parse("robots")), ["unknown", texts[0].id], None) == [texts[0].id]


def test_near_papers_could_match_whatever_their_words() -> None:
    texts = [paper(n, "Title") for n in range(3)]
    recent = Recent()
    recent.put(texts)
    ids = [each.id for each in texts]
    near = rows(0.43, 0.425, 0.42)
    wanted = Wanted(parse("zebra"), vectors=rows(1))
    assert recent.possible(wanted, ids, near) == ids[:2]
    assert recent.possible(Wanted(parse("zebra")), ids, near) == []
    assert recent.possible(wanted, ids, None) == []
    either = Wanted(parse("zebra OR lion"), vectors=rows(-1, 1))
    assert recent.possible(either, ids, near) == ids[:2]


def test_without_papers_nothing_could_match() -> None:
    recent = Recent()
    assert (len(recent), recent.statistics().documents) == (0, 0)
    assert recent.possible(Wanted(parse("robots")), [], None) == []
    assert recent.sharing("robots", ["unknown"], 5) == []


def test_a_changed_text_takes_the_place_of_the_one_before() -> None:
    recent = Recent()
    recent.put([paper(1, "Graphs", authors=(Author("Ann Lee"),))])
    assert recent.statistics().documents == 1
    changed = [paper(1, "Robots", authors=(Author("Wei Zhang"),))]
    recent.put(changed)
    assert len(recent) == 1
    assert possible(recent, "graphs", changed) == []
    assert possible(recent, "robots", changed) == [1]
    assert possible(recent, "author:Lee", changed) == []
    assert {word: n for word, n in recent.statistics().frequencies.items() if n} == {"robot": 1}


def test_words_of_forgotten_papers_are_forgotten_with_them() -> None:
    recent = Recent()
    texts = [paper(n, f"Q{chr(97 + n)}q Graphs", authors=(Author("Ann Lee"),)) for n in range(9)]
    recent.put(texts)
    assert recent.statistics().frequencies["graph"] == 9
    recent.keep({each.id for each in texts[3:6]})
    kept = recent.statistics()
    assert (len(recent), kept.documents) == (3, 3)
    assert dict(kept.frequencies) == {"qdq": 1, "qeq": 1, "qfq": 1, "graph": 3}
    assert possible(recent, "qeq", texts) == [4]
    assert possible(recent, "qaq", texts) == []
    assert possible(recent, "author:Lee", texts) == [3, 4, 5]
    recent.put(texts[:1])
    assert possible(recent, "qaq", texts) == [0]
    assert possible(recent, "graphs", texts) == [0, 3, 4, 5]
    recent.keep(())
    assert (len(recent), dict(recent.statistics().frequencies)) == (0, {})


def test_papers_that_share_most_come_first_and_rare_words_count_more() -> None:
    texts = [
        paper(1, "Graphs"),
        paper(2, "Graphs of Robots"),
        paper(3, "Zebras"),
        paper(4, "Graphs of Graphs"),
        paper(5, "Nothing"),
    ]
    recent = Recent()
    recent.put(texts)
    ids = [each.id for each in texts]
    assert recent.sharing("graph zebra robot", ids, 9) == [ids[1], ids[2], ids[0], ids[3]]
    assert recent.sharing("graph zebra robot", ids, 3) == [ids[1], ids[2], ids[0]]
    assert recent.sharing("graph", ["unknown", *ids[3:]], 9) == [ids[3]]
    assert recent.sharing("lions", ids, 9) == []


FREQUENT = {"video": 50, "diffus": 40, "graph": 30, "network": 30, "model": 250, "robot": 20}


def proposed(topic: str, near: Sequence[Paper], limit: int = 5, **more: int) -> list[str]:
    return propose(parse(topic), near, TermStatistics(1_000, FREQUENT | more), limit=limit)


def test_proposals_are_said_by_two_papers_at_least() -> None:
    once = [paper(1, "Video Diffusion"), paper(2, "Graph Networks")]
    assert proposed("robots", once) == []
    assert proposed("robots", [*once, paper(3, "Graph Network")]) == ["graph networks"]
    spelled = [paper(1, "Graph Network"), paper(2, "Graph Networks"), paper(3, "Graph Networks")]
    assert proposed("robots", spelled) == ["graph networks"]


def test_what_the_topic_says_or_a_better_proposal_said_is_not_proposed() -> None:
    near = [paper(n, "Video Diffusion of Graph Networks") for n in range(3)]
    near += [paper(8, "Diffusion Network"), paper(9, "Diffusion Networks")]
    assert proposed("robots", near) == ["graph networks", "video diffusion"]
    assert proposed("robots", near, limit=1) == ["graph networks"]
    assert proposed("graph networks", near) == ["video diffusion"]
    assert proposed("graph", near) == ["graph networks", "video diffusion"]


def test_words_too_common_or_too_rare_are_not_proposed() -> None:
    near = [paper(n, "Video Models") for n in range(2)]
    assert proposed("robots", near, video=250) == []
    assert proposed("robots", near, video=200) == ["video models"]
    assert proposed("robots", near, video=2) == ["video models"]
    assert proposed("robots", near, video=1) == []
    keywords = [paper(n, "", keywords=("Sora",)) for n in range(2)]
    assert proposed("robots", keywords, sora=1) == ["sora"]
    assert proposed("robots", keywords) == ["sora"]
    assert proposed("robots", [paper(n, "The Video") for n in range(2)]) == []


def test_a_keyword_of_several_words_is_worth_what_each_tells_on_average() -> None:
    near = [paper(n, "", keywords=("video model", "graph")) for n in range(2)]
    assert proposed("robots", near) == ["graph", "video model"]
    assert proposed("robots", near, video=4) == ["graph", "video model"]
    assert proposed("robots", near, video=1, model=20) == ["video model", "graph"]


def test_a_young_archive_calls_no_word_too_common() -> None:
    near = [paper(n, "Video Models") for n in range(2)]
    young = TermStatistics(60, {"video": 50, "model": 50})
    assert propose(parse("robots"), near, young) == ["video models"]
    known = TermStatistics(60, {"video": 51, "model": 51})
    assert propose(parse("robots"), near, known) == []
