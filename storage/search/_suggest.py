"""Completing what a person types, from the index alone."""

import string
import threading

import tantivy
from cachetools import LRUCache
from tantivy import Occur, Query

from storage._documents import KEY_END
from storage.search._index import PaperIndex
from storage.search._types import Suggestion, SuggestionKind

_COMPLETIONS = 12
"""Words that a begun word may become: enough for titles, few enough to stay at a millisecond."""

_TITLE_POOL = 40
_SHORTEST = 2  # letters that say enough to be completed: one letter begins a tenth of all words
_LONG = 12  # letters; so much of a title's beginning is no longer the beginning of a topic
_SIGNS = 2  # without letters among the first words of a title
_SHORT = 3  # letters whose names are cached
_SHORT_KEYS = 2_000
_FEW = 0.001  # share of papers, with which what a few letters begin hardly changes
_OF_EACH = 4  # topics and authors that may stand above titles


class Suggester:
    """Completes from an index; caches what a few letters begin.

    The dictionary is walked through all that follows them: with 100,000 papers up to 10 ms for one
    letter, with a million up to 50 ms for two. What more letters begin is soon walked through.
    """

    def __init__(self, index: PaperIndex) -> None:
        self._index = index
        self._letters: dict[str, list[Suggestion]] = {}
        self._names: LRUCache[str, _Names] = LRUCache(_SHORT_KEYS)
        self._papers = self._changed = 0
        self._lock = threading.Lock()

    def learn(self, changed: int) -> None:
        """Look up what each letter begins, unless few papers changed since. Blocking.

        Args:
            changed: papers that this process put into the index since the last call.
        """
        searcher = self._index.searcher()
        papers = searcher.num_docs
        # Another process may have put some in, too.
        self._changed += max(changed, abs(papers - self._papers))
        self._papers = papers
        if self._letters and self._changed <= papers * _FEW:
            return
        self._letters = {letter: _topics(searcher, letter) for letter in string.ascii_lowercase}
        with self._lock:
            self._names.clear()
        self._changed = 0

    def suggest(self, text: str, limit: int) -> list[Suggestion]:
        """Return how `text` may go on: topics and authors it begins, then titles with its words."""
        key = self._index.folded(text)
        if not key:
            return []
        if (known := self._letters.get(key)) is not None:
            return known[:limit]
        searcher = self._index.searcher()
        if len(key) < _SHORTEST:
            return _topics(searcher, key)[:limit]
        topics, authors = self._named(searcher, key)
        # "diffusion " asks for titles with the word, "diffusion" also for longer words.
        titles = _titles(searcher, self._index, key.split(), not text[-1:].isspace(), limit)
        named = [*topics, *authors]
        starts: list[Suggestion] = []
        rest: list[Suggestion] = []
        for title in titles:
            (starts if _begins(self._index, title.text, key) else rest).append(title)
        if len(key) >= _LONG:
            return [*starts, *named, *rest][:limit]
        return [*named, *starts, *rest][:limit]

    def _named(self, searcher: tantivy.Searcher, key: str) -> "_Names":
        with self._lock:
            if (known := self._names.get(key)) is not None:
                return known
        authors = _names(searcher, "author_names", key, SuggestionKind.AUTHOR, _OF_EACH)
        found = _topics(searcher, key), authors
        if len(key) <= _SHORT:
            with self._lock:
                self._names[key] = found
        return found


_Names = tuple[list[Suggestion], list[Suggestion]]
"""Topics and authors."""


def _topics(searcher: tantivy.Searcher, key: str) -> list[Suggestion]:
    return _names(searcher, "keyword_names", key, SuggestionKind.TOPIC, _OF_EACH)


def _begins(index: PaperIndex, title: str, key: str) -> bool:
    # Folding takes longer than finding the title; a sign that is no word may stand between words.
    beginning = title.split()[: key.count(" ") + 1 + _SIGNS]
    return index.folded(" ".join(beginning)).startswith(key)


def _names(
    searcher: tantivy.Searcher, field: str, key: str, kind: SuggestionKind, limit: int
) -> list[Suggestion]:
    found = searcher.terms_with_prefix(field, key, limit=limit * 4)
    spelled: dict[str, str] = {}
    for term, _ in found:
        folded, _, name = term.partition(KEY_END)
        spelled.setdefault(folded, name)
    names = dict.fromkeys(spelled.values())
    return [Suggestion(kind, name) for name in list(names)[:limit]]


def _titles(
    searcher: tantivy.Searcher, index: PaperIndex, words: list[str], begun: bool, limit: int
) -> list[Suggestion]:
    schema = index.schema
    last = words[-1] if begun else ""
    whole = words[:-1] if begun else words
    must = [(Occur.Must, Query.term_query(schema, "title_words", word)) for word in whole]
    if len(last) >= _SHORTEST or (last and not whole):
        grown = searcher.terms_with_prefix("title_words", last, limit=_COMPLETIONS)
        ends = [Query.term_query(schema, "title_words", word) for word, _ in grown]
        if not ends:
            return []
        must.append((Occur.Must, Query.boolean_query([(Occur.Should, each) for each in ends])))
        last = ""
    hits = searcher.search(
        Query.boolean_query(must), limit=min(_TITLE_POOL, limit * 2), count=False
    ).hits
    found: list[Suggestion] = []
    for _, address in hits:
        document = searcher.doc(address)
        title, paper_id = str(document.get_first("shown")), str(document.get_first("id"))
        # One letter begins too many words of the dictionary, but few of these titles.
        if last and not any(word.startswith(last) for word in index.folded(title).split()):
            continue
        found.append(Suggestion(SuggestionKind.TITLE, " ".join(title.split()), paper_id))
    return found
