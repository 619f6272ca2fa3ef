"""Papers as documents of the full-text index: its fields, and what goes into each."""

from collections.abc import Callable
from typing import NamedTuple

import tantivy

from papers.origin import sources, venues
from papers.search import other_spellings
from papers.spelling import names, spelled
from papers.text import readable
from storage.papers import StoredPaper

TITLE_REPEATS = 2
"""The title stands this often in the field that is scored, so that its words count for more."""

KEY_END = "\x1f"
"""Between a suggestion's folded key and its spelling; sorts before every character of a name."""


def schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", indexed=True, fast=True)
    builder.add_integer_field("revision", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_integer_field("title_length", fast=True)
    builder.add_text_field("id", stored=True, tokenizer_name="names", index_option="basic")
    # What a title is shown as.
    builder.add_text_field("shown", stored=True, tokenizer_name="names", index_option="basic")
    builder.add_text_field("title", tokenizer_name="stems")
    # Unstemmed, for exact titles, for completing words, and as the dictionary in which misspelt
    # words find their neighbours: what is looked for stands in some title, and is spelt well there.
    builder.add_text_field("title_words", tokenizer_name="words")
    # What is scored: title and abstract as one text, so that a word's weight is one BM25 term.
    builder.add_text_field("text", tokenizer_name="stems")
    # Texts with compounds as one word, for phrases: "finetuning" finds "fine tuning" and itself.
    builder.add_text_field("title_run", tokenizer_name="stems")
    builder.add_text_field("run", tokenizer_name="stems")
    builder.add_text_field("authors", tokenizer_name="words")
    builder.add_text_field("organization", tokenizer_name="words")
    builder.add_text_field("venue", tokenizer_name="words")
    for name in ("categories", "source", "code", "author_names", "keyword_names"):
        builder.add_text_field(name, tokenizer_name="names", index_option="basic")
    return builder.build()


def _archive(category: str) -> str:
    return category.partition(".")[0]


class NameKeys(NamedTuple):
    """What an author is found by."""

    spellings: tuple[str, ...]
    completed: tuple[str, ...]
    """What completes to the name: each spelling, and the last word first."""


def document_of(entry: StoredPaper, keys: Callable[[str], NameKeys]) -> tantivy.Document:
    """Return a paper as the index takes it; `keys` are those of an author, see `name_keys`."""
    paper = entry.paper
    document = tantivy.Document()
    document.add_integer("row", entry.row)
    document.add_integer("revision", entry.revision)
    document.add_integer("day", (paper.published_at or entry.first_seen_at).date().toordinal())
    document.add_text("id", paper.id)
    title = spelled(paper.title)
    rest = [spelled(part) for part in (paper.abstract, paper.summary or "", *paper.keywords)]
    document.add_text("shown", readable(paper.title))
    document.add_text("title_words", " ".join(title.forms))
    document.add_integer("title_length", len(title.forms))
    # Part by part: the index keeps a distance between them that no phrase crosses.
    titles = (" ".join(title.parts), *other_spellings(title))
    for part in titles:
        document.add_text("title", part)
    others = dict.fromkeys(word for part in rest for word in other_spellings(part))
    for part in (*titles * TITLE_REPEATS, *(" ".join(part.parts) for part in rest), *others):
        document.add_text("text", part)
    document.add_text("title_run", " ".join(title.words))
    for part in (title, *rest):
        if part.words != part.parts:
            document.add_text("run", " ".join(part.words))
    for author in paper.authors:
        known = keys(author.name)
        for spelling in known.spellings:
            document.add_text("authors", spelling)
        for key in known.completed:
            document.add_text("author_names", f"{key}{KEY_END}{author.name}")
    for keyword in paper.keywords:
        document.add_text("keyword_names", f"{' '.join(spelled(keyword).forms)}{KEY_END}{keyword}")
    for category in dict.fromkeys((*paper.categories, *map(_archive, paper.categories))):
        document.add_text("categories", category.lower())
    for key in sources(paper):
        document.add_text("source", key)
    for venue in venues(paper):
        document.add_text("venue", " ".join(spelled(venue).words))
    if paper.organization:
        document.add_text("organization", " ".join(spelled(paper.organization).parts))
    if paper.repository:
        document.add_text("code", "yes")
    return document


def name_keys(name: str) -> NameKeys:
    """Return what an author is found by."""
    ways = names(name)
    completed: list[str] = []
    for words in ways:
        completed.append(" ".join(words))
        if len(words) > 1:
            completed.append(" ".join((words[-1], *words[:-1])))
    return NameKeys(tuple(map(" ".join, ways)), tuple(completed))
