"""Topics: the query language of subscriptions, search and feed filters.

Plain words are matched by meaning; `"exact phrase"`, `OR`, `-exclude`, parentheses, `title:`,
`abstract:`, `author:"Yann LeCun"`, `org:`, `cat:cs.CL` (`cat:cs` is the archive; `cs.CL` alone is
the same), `source:biorxiv`, `venue:"ICLR 2026"`, `since:2025` and `code:yes` say more. NOT and
ANDNOT exclude like the minus; words beside an AND must each be there; commas between alternatives
are OR, which binds weakest: `diffusion models OR flow matching` is two alternatives of two words.
"""

from papers.topics._edit import Strictness, by_author, narrower, wider, within
from papers.topics._errors import TopicError
from papers.topics._holds import holds, in_category
from papers.topics._parse import MAX_LENGTH, reads_commas
from papers.topics._since import day_of
from papers.topics._topic import (
    MAX_BRANCHES,
    Branch,
    Topic,
    allows,
    literally_holds,
    parse,
    parse_literal,
    parse_many,
    parse_plain,
)
from papers.topics._tree import (
    FILTERS,
    TEXT_FIELDS,
    All,
    Condition,
    Either,
    Field,
    FieldName,
    Leaf,
    Node,
    Not,
    Phrase,
    Word,
    as_phrases,
)

__all__ = [
    "FILTERS",
    "MAX_BRANCHES",
    "MAX_LENGTH",
    "TEXT_FIELDS",
    "All",
    "Branch",
    "Condition",
    "Either",
    "Field",
    "FieldName",
    "Leaf",
    "Node",
    "Not",
    "Phrase",
    "Strictness",
    "Topic",
    "TopicError",
    "Word",
    "allows",
    "as_phrases",
    "by_author",
    "day_of",
    "holds",
    "in_category",
    "literally_holds",
    "narrower",
    "parse",
    "parse_literal",
    "parse_many",
    "parse_plain",
    "reads_commas",
    "wider",
    "within",
]
