"""Completing what a person types, from the index alone."""

import tantivy
from tantivy import Occur, Query

from storage.index import KEY_END, PaperIndex
from storage.search._types import Suggestion, SuggestionKind

_COMPLETIONS = 12
"""Words that a begun word may become: enough for titles, few enough to stay at a millisecond."""

_TITLE_POOL = 40
_OF_EACH = 4  # topics and authors that may stand above titles


def suggest(index: PaperIndex, text: str, limit: int) -> list[Suggestion]:
    """Return how `text` may go on: topics and authors it begins, then titles with its words."""
    searcher = index.searcher()
    key = index.folded(text)
    if not key:
        return []
    # "diffusion " asks for titles with the word, "diffusion" also for longer words.
    begun = not text[-1:].isspace()
    topics = _names(searcher, "keyword_names", key, SuggestionKind.TOPIC, _OF_EACH)
    authors = _names(searcher, "author_names", key, SuggestionKind.AUTHOR, _OF_EACH)
    titles = _titles(searcher, index, key.split(), begun, limit)
    named = [*topics, *authors]
    starts = [title for title in titles if index.folded(title.text).startswith(key)]
    rest = [title for title in titles if title not in starts]
    if len(key) >= 12:
        # So much of a title's beginning is no longer the beginning of a topic.
        return [*starts, *named, *rest][:limit]
    return [*named, *starts, *rest][:limit]


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
    must = [
        (Occur.Must, Query.term_query(schema, "title_words", word))
        for word in (words[:-1] if begun else words)
    ]
    if begun:
        grown = searcher.terms_with_prefix("title_words", words[-1], limit=_COMPLETIONS)
        last = [Query.term_query(schema, "title_words", word) for word, _ in grown]
        if not last:
            return []
        must.append((Occur.Must, Query.boolean_query([(Occur.Should, each) for each in last])))
    hits = searcher.search(
        Query.boolean_query(must), limit=min(_TITLE_POOL, limit * 2), count=False
    ).hits
    found: list[Suggestion] = []
    for _, address in hits:
        document = searcher.doc(address)
        title, paper_id = document.get_first("title"), document.get_first("id")
        found.append(Suggestion(SuggestionKind.TITLE, " ".join(str(title).split()), str(paper_id)))
    return found
