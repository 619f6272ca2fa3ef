"""Search as the bot offers it: local first, fresh second, and pages that outlive a restart."""

from bot.services.search._authors import AuthorSearch, AuthorsPapers
from bot.services.search._named import unknown_links
from bot.services.search._opening import open_embedder, open_search
from bot.services.search._passages import passage_of
from bot.services.search._reading import (
    PASTED_LENGTH,
    QUERY_LENGTH,
    brief,
    newest_of,
    parse_since,
    read,
    refuse_link,
    since_choices,
)
from bot.services.search._service import PaperSearch
from bot.services.search._types import FromSources, LookUp, ResultsPage, SimilarPage, SourceState
from bot.services.search_engine import Engine

__all__ = [
    "PASTED_LENGTH",
    "QUERY_LENGTH",
    "AuthorSearch",
    "AuthorsPapers",
    "Engine",
    "FromSources",
    "LookUp",
    "PaperSearch",
    "ResultsPage",
    "SimilarPage",
    "SourceState",
    "brief",
    "newest_of",
    "open_embedder",
    "open_search",
    "parse_since",
    "passage_of",
    "read",
    "refuse_link",
    "since_choices",
    "unknown_links",
]
