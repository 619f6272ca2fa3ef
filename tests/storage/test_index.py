import threading
from pathlib import Path

import pytest
import tantivy

from papers.model import Metrics
from papers.search import Analysis
from storage.papers import StoredPaper
from storage.search import IndexBusyError, PaperIndex
from tests.storage.shared import NOON, paper


def entry(row: int, revision: int | None = None, **fields: object) -> StoredPaper:
    made = paper(f"2603.{row:05d}", **fields)
    return StoredPaper(row, made, Metrics(), NOON, revision or row)


@pytest.fixture
def index(tmp_path: Path) -> PaperIndex:
    return PaperIndex(tmp_path / "papers.index", Analysis())


def put(index: PaperIndex, *entries: StoredPaper) -> None:
    session = index.begin()
    session.add(entries)
    session.commit()
    session.close()


def holding(index: PaperIndex, field: str, term: str) -> int:
    query = tantivy.Query.term_query(index.schema, field, term)
    return len(index.searcher().search(query, limit=10).hits)


def test_a_new_index_is_empty(index: PaperIndex) -> None:
    assert index.created
    assert (index.papers, index.watermark()) == (0, 0)


def test_what_was_committed_is_there_after_opening_again(index: PaperIndex) -> None:
    put(index, entry(1), entry(2, revision=7))
    again = PaperIndex(index.directory, Analysis())
    assert not again.created
    assert (again.papers, again.watermark()) == (2, 7)


def test_what_was_not_committed_never_was(index: PaperIndex) -> None:
    put(index, entry(1))
    session = index.begin()
    session.add([entry(2)])
    session.close()
    again = PaperIndex(index.directory, Analysis())
    assert (again.papers, again.watermark()) == (1, 1)


def test_a_newer_state_of_a_paper_replaces_the_older_one(index: PaperIndex) -> None:
    put(index, entry(1, title="Old Kittens"))
    put(index, entry(1, revision=2, title="New Puppies"))
    assert index.papers == 1
    assert holding(index, "title_words", "kittens") == 0
    assert holding(index, "title_words", "puppies") == 1
    assert holding(index, "title", "puppi") == 1


def test_a_snapshot_does_not_change_under_a_search(index: PaperIndex) -> None:
    put(index, entry(1))
    before = index.searcher()
    put(index, entry(2))
    assert before.num_docs == 1
    assert index.searcher().num_docs == 2


def test_only_one_may_write(index: PaperIndex) -> None:
    session = index.begin()
    other = PaperIndex(index.directory, Analysis())
    with pytest.raises(IndexBusyError):
        other.begin()
    session.close()
    other.begin().close()


def test_readers_read_while_another_thread_writes(index: PaperIndex) -> None:
    put(index, *(entry(row) for row in range(1, 50)))
    wrong: list[int] = []

    def read() -> None:
        for _ in range(200):
            count = holding(index, "title_words", "matter")
            if count != 10:
                wrong.append(count)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for start in range(50, 150, 10):
        put(index, *(entry(row) for row in range(start, start + 10)))
    for thread in threads:
        thread.join()
    assert wrong == []
    assert index.papers == 149


@pytest.mark.parametrize("odd", ["", "\x00", "a" * 100_000, "\U0010ffff", "Ünï 中文 \n\t"])
def test_any_text_can_be_indexed(index: PaperIndex, odd: str) -> None:
    put(index, entry(1, title=odd, abstract=odd, keywords=(odd,), organization=odd))
    assert index.papers == 1
