"""The names of a topic's fields, as people write them in the languages that the bot speaks."""

import difflib
import re
from typing import Final

from papers.messages import Message
from papers.query_names import query_names
from papers.terms import fold
from papers.topics._errors import TopicError
from papers.topics._tree import BLANKS, FieldName

_ALIASES: Final = {
    **{name.value: name for name in FieldName},
    "ti": FieldName.TITLE,
    "abs": FieldName.ABSTRACT,
    "au": FieldName.AUTHOR,
    "authors": FieldName.AUTHOR,
    "organization": FieldName.ORGANIZATION,
    "organisation": FieldName.ORGANIZATION,
    "category": FieldName.CATEGORY,
}
_MORE_ALIASES: Final = {
    "titles": FieldName.TITLE,
    "intitle": FieldName.TITLE,
    "ab": FieldName.ABSTRACT,
    "abstracts": FieldName.ABSTRACT,
    "inauthor": FieldName.AUTHOR,
    "by": FieldName.AUTHOR,
    "orgs": FieldName.ORGANIZATION,
    "organizations": FieldName.ORGANIZATION,
    "organisations": FieldName.ORGANIZATION,
    "affiliation": FieldName.ORGANIZATION,
    "institution": FieldName.ORGANIZATION,
    "lab": FieldName.ORGANIZATION,
    "cats": FieldName.CATEGORY,
    "categories": FieldName.CATEGORY,
    "subject": FieldName.CATEGORY,
    "primary": FieldName.CATEGORY,
    "primary_category": FieldName.CATEGORY,
    "subj": FieldName.CATEGORY,
    "allintitle": FieldName.TITLE,
    "affil": FieldName.ORGANIZATION,
    "inst": FieldName.ORGANIZATION,
    "university": FieldName.ORGANIZATION,
    "after": FieldName.SINCE,
    "sources": FieldName.SOURCE,
    "server": FieldName.SOURCE,
    "journal": FieldName.VENUE,
    "conference": FieldName.VENUE,
    "conf": FieldName.VENUE,
    "venues": FieldName.VENUE,
    "publication": FieldName.VENUE,
}
"""What people type for a field's name, too; no typing error of a name is compared with these."""

_IN_OTHER_LANGUAGES: Final = {
    fold(written): FieldName(name)
    for name, names in query_names("fields").items()
    for written in names.split()
}

ALL_FIELDS: Final = "all"
"""The prefix of arXiv's own language that names no field."""
_ANYWHERE: Final = frozenset({ALL_FIELDS, "co", "jr", "rn", "keyword", "keywords"})
"""Prefixes of what we have no field for: their value may stand anywhere."""
_UNTIL: Final = frozenset({"before", "until", "submitteddate", "year", "date", "py"})
"""Prefixes of a time that may end, which nothing here can look for."""
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d")
_CLOSE: Final = frozenset({FieldName.SOURCE, FieldName.VENUE})
"""Fields whose value stands right behind the colon: "open source: a survey" names none."""
_NO_VALUE: Final = re.compile(rf"[{BLANKS}/:)]|$")


def field_name(match: re.Match[str], source: str) -> str | None:
    """Return the field that `name:` means, `None` if it is only a word with a colon.

    Args:
        match: the colon, and the name before it as its first group.
        source: all that was typed.

    Raises:
        TopicError: it is nearly a field's name, or one of a time that may end.
    """
    written = match[1].lower()
    known = _ALIASES.get(written) or _MORE_ALIASES.get(written)
    known = known or _IN_OTHER_LANGUAGES.get(fold(written))
    if known in _CLOSE and _NO_VALUE.match(source, match.end()):
        return None
    if known is not None:
        return None if source.startswith("/", match.end()) else known.value
    if _NO_VALUE.match(source, match.end()):
        return None
    if written in _ANYWHERE:
        return ALL_FIELDS
    if written in _UNTIL and (year := _YEAR.search(source, match.end(), match.end() + 8)):
        raise TopicError(
            Message(
                "I can't search up to a date. Write since:{year} for papers from then on.",
                year=year[0],
            ),
            match.start(),
        )
    near = difflib.get_close_matches(written, _ALIASES, n=1, cutoff=0.75)
    if near:
        raise TopicError(
            Message(
                "There is no field “{written}:”. Did you mean “{field}:”?",
                written=match[1],
                field=_ALIASES[near[0]],
            ),
            match.start(),
        )
    return None
