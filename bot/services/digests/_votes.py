"""Which topics may ask for upvotes."""

from collections.abc import Mapping, Sequence

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from bot.ui.sources import source_names
from bot.ui.text import escape
from papers.sources.declared import have_votes
from storage.subscriptions import Mode

_SHOWN = 300


def require_votes(
    sources: Sequence[str], named: Mapping[str, str], mode: Mode, min_votes: int
) -> None:
    """Check that a topic which counts upvotes has only papers of sources with some.

    Args:
        sources: the keys of its sources.
        named: what servers call those of them that are feeds, by their keys.
        mode: how it is matched.
        min_votes: the upvotes that it asks for.

    Raises:
        UserError: papers of one of its sources have none.
    """
    if have_votes(sources):
        return
    without = source_names((key for key in sources if not have_votes([key])), named)
    said = escape(listing(without), _SHOWN)
    if mode is Mode.TRENDING:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so none of them is trending. Follow a topic"
                " instead, e.g. a word that their titles have.",
                sources=said,
            )
        )
    if min_votes:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so none would pass `min_votes`. Set it to 0.",
                sources=said,
            )
        )
