"""Search without knowing where papers are kept: the words of a query, the ranking of hits."""

from papers.search._expression import is_expression
from papers.search._fusion import (
    FEEDBACK_PAPERS,
    MIN_COSINE,
    TITLE_HITS,
    TITLE_WORDS,
    TOGETHER,
    TOGETHER_AMONG,
    WORDS_CEILING,
    Ranked,
    Tier,
    feedback,
    fuse,
    idf,
    score,
)
from papers.search._likeness import LIKE_TITLED, alike, likeness
from papers.search._passage import best_passage
from papers.search._spelling import RARE, readings, slips, split
from papers.search._words import MAX_QUERY_WORDS, Analysis, QueryWords, other_spellings

__all__ = [
    "FEEDBACK_PAPERS",
    "LIKE_TITLED",
    "MAX_QUERY_WORDS",
    "MIN_COSINE",
    "RARE",
    "TITLE_HITS",
    "TITLE_WORDS",
    "TOGETHER",
    "TOGETHER_AMONG",
    "WORDS_CEILING",
    "Analysis",
    "QueryWords",
    "Ranked",
    "Tier",
    "alike",
    "best_passage",
    "feedback",
    "fuse",
    "idf",
    "is_expression",
    "likeness",
    "other_spellings",
    "readings",
    "score",
    "slips",
    "split",
]
