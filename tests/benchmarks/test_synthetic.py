"""That papers made for size grow as real ones do."""

from benchmarks.search import SyntheticPapers, questions
from papers.model import Author, Paper

REAL = [
    Paper(
        id=f"2603.{n:05d}",
        title=f"Models for Fields {n}",
        abstract=" ".join(f"alpha{chr(97 + n)} beta{chr(98 + n)} gamma the".split() * 8),
        authors=(Author(f"Ada{n} Lovelace{n}"), Author("Prince")),
        keywords=("field theory", f"model {n}", " "),
    )
    for n in range(10)
]


def test_the_first_papers_are_those_of_the_file_and_every_id_is_another() -> None:
    papers = SyntheticPapers(400, REAL)
    assert [paper.title for paper in papers[:10]] == [paper.title for paper in REAL]
    assert len({paper.id for paper in papers}) == 400
    assert [paper.id for paper in papers] == [papers.id_of(place) for place in range(400)]


def test_a_paper_is_the_same_whenever_it_is_asked_for() -> None:
    assert SyntheticPapers(400, REAL)[399] == SyntheticPapers(9_000, REAL)[399]


def test_words_names_and_keywords_grow_with_the_number_of_papers() -> None:
    papers = SyntheticPapers(1_000, REAL)

    def known(count: int) -> tuple[int, int, int]:
        some = papers[:count]
        words = {word for paper in some for word in paper.abstract.split()}
        names = {author.name for paper in some for author in paper.authors}
        return len(words), len(names), len({word for paper in some for word in paper.keywords})

    for few, many in zip(known(100), known(1_000), strict=True):
        assert few < many < 10 * few


def test_papers_are_invented_where_there_is_no_file() -> None:
    papers = SyntheticPapers(50)
    assert len(papers[49].abstract.split()) == 180


def test_queries_of_each_kind_are_made_of_papers() -> None:
    shorts, longs, typed = questions(SyntheticPapers(400, REAL))
    assert {len(text.split()) for text in longs} == {25}
    assert all(len(text.split()) <= 3 for text in shorts)
    assert typed
