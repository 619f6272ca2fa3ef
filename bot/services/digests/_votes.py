"""Which topics may ask for upvotes."""

from collections.abc import Sequence

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import UserError
from papers.sources.declared import have_votes, names
from storage.subscriptions import Mode


def require_votes(sources: Sequence[str], mode: Mode, min_votes: int) -> None:
    """Check that a topic which counts upvotes has only papers of sources with some.

    Raises:
        UserError: papers of one of its sources have none.
    """
    if have_votes(sources):
        return
    named = listing(names(key for key in sources if not have_votes([key])))
    if mode is Mode.TRENDING:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so none of them is trending. Follow a topic"
                " instead, e.g. a word that their titles have.",
                sources=named,
            )
        )
    if min_votes:
        raise UserError(
            _(
                "Papers of {sources} have no upvotes, so none would pass `min_votes`. Set it to 0.",
                sources=named,
            )
        )
