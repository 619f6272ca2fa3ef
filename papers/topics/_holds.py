"""Whether one leaf of a topic is true of a paper."""

from papers.model import Paper
from papers.origin import sources, venues
from papers.spelling import names
from papers.terms import PaperTerms, Stemmer, holds_run, names_author, words
from papers.topics._since import day_of
from papers.topics._tree import Field, FieldName, Leaf, Phrase, Word


def holds(leaf: Leaf, paper: Paper, terms: PaperTerms, stemmer: Stemmer) -> bool:
    """Tell whether one leaf is true of a paper."""
    match leaf:
        case Word(text) | Phrase(text):
            run = stemmer.terms(text)
            return any(text.holds(run) for text in (terms.title, terms.abstract, *terms.others))
        case Field(FieldName.TITLE, value):
            return terms.title.holds(stemmer.terms(value))
        case Field(FieldName.ABSTRACT, value):
            return terms.abstract.holds(stemmer.terms(value))
        case Field(FieldName.AUTHOR, value):
            ways = names(value)
            return any(names_author(name, way) for name in terms.authors for way in ways)
        case Field(FieldName.ORGANIZATION, value):
            return holds_run(terms.organization, words(value))
        case Field(FieldName.CATEGORY, value):
            return any(in_category(category, value) for category in paper.categories)
        case Field(FieldName.SINCE, value):
            day = day_of(value, None)
            # A digest has new papers only, and none is older than "the past month".
            return day is None or paper.published_at is None or paper.published_at.date() >= day
        case Field(FieldName.SOURCE, value):
            return value in sources(paper)
        case Field(FieldName.VENUE, value):
            return any(holds_run(tuple(words(venue)), words(value)) for venue in venues(paper))
        case Field(_, value):
            return (paper.repository is not None) is (value == "yes")


def in_category(category: str, wanted: str) -> bool:
    """Tell whether a paper's category is the wanted one, or of the wanted archive."""
    folded, target = category.lower(), wanted.lower()
    return folded == target or folded.partition(".")[0] == target
