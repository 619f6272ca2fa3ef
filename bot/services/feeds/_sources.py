"""Which sources a feed's papers come from, and what its other settings mean for them."""

from collections.abc import Iterable, Mapping

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from bot.ui.sources import source_names
from bot.ui.text import escape
from papers.cadence import Every
from papers.sources import declared
from storage.feeds import Layout

_SHOWN = 300


def sources_for(
    sources: Iterable[str],
    *,
    categories: Iterable[str],
    min_votes: int,
    every: Every,
    named: Mapping[str, str],
) -> tuple[str, ...]:
    """Return the sources of a feed with these settings, by their keys.

    A category of another source than arXiv chooses that source where none was chosen. `named` is
    what the server calls its feeds of the web, by their keys.

    Raises:
        UserError: the categories are not the sources', or these have no votes and the rest of the
            settings asks for some.
    """
    categories = tuple(categories)
    chosen = tuple(sources) or declared.of_categories(categories)
    if other := [code for code in categories if not _is_of(code, chosen)]:
        raise UserError(
            _(
                "{sources} has no category {categories}. Choose one of its own, or another source.",
                sources=_names(chosen, named),
                categories=listing(f"`{code}`" for code in other),
            )
        )
    known = {*declared.DECLARED, *named}
    if removed := [key for key in chosen if key not in known]:
        raise UserError(
            _(
                "This server has no source “{name}” any more. Choose `sources` again.",
                name=escape(removed[0], 40),
            )
        )
    if not declared.have_votes(chosen) and min_votes:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so none would pass `min_votes`. Set it to 0,"
                " and choose papers by topics or categories.",
                sources=_names(chosen, named),
            )
        )
    if not declared.have_votes(chosen) and not every.is_daily:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so there are no best ones of a week or a"
                " month. Set up a daily thread for them.",
                sources=_names(chosen, named),
            )
        )
    return chosen


def require_trending(
    sources: tuple[str, ...],
    every: Every,
    layout: Layout | None,
    named: Mapping[str, str],
) -> None:
    """Return for a feed whose overview can name what trends on the Hub.

    Args:
        sources: the feed's, as `sources_for` returned them.
        every: how often it posts.
        layout: what one post of a forum has, if that was chosen.
        named: what the server calls its feeds of the web, by their keys.

    Raises:
        UserError: it has other sources, it is a roundup, or it has no overview.
    """
    if not declared.have_votes(sources):
        raise UserError(
            _(
                "`trending` names papers of Hugging Face, and this thread is made of {sources}."
                " Leave out one of the two settings.",
                sources=_names(sources, named),
            )
        )
    if not every.is_daily:
        raise UserError(
            _("`trending` is for daily threads: a roundup says itself what rose in its time.")
        )
    if layout is Layout.PAPER:
        raise UserError(
            _(
                "`trending` stands in the day's overview, which a forum with one post per paper"
                " doesn't have. Choose one post a day with `posts`."
            )
        )


def _names(keys: tuple[str, ...], named: Mapping[str, str]) -> str:
    return escape(listing(source_names(keys or declared.DEFAULT, named)), _SHOWN)


def _is_of(category: str, sources: tuple[str, ...]) -> bool:
    source, slash, _name = category.partition("/")
    return source in sources if slash else not sources
