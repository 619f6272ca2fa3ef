"""What a server's shelf looks like in its weekly post."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from discord import ui
from pydantic import BaseModel, ConfigDict

from bot.i18n import gettext as _
from bot.i18n import long_date, ngettext
from bot.ui.lists import titled
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from storage.shelves import Adding, Shelf

MAX_POSTED: Final = 15
"""Papers that a weekly post lists: what its characters hold beside titles of any length."""
_TITLE: Final = 120
_ORIGIN: Final = 50


class PostedPaper(BaseModel):
    """A paper of a weekly post."""

    model_config = ConfigDict(frozen=True)

    paper_id: str
    title: str
    people: int
    """Who added it, without names; 0 for one that an admin pinned."""
    origin: str = ""
    """Where it appeared, other than on arXiv."""


class WeeklyPayload(BaseModel):
    """A weekly post as it will be sent: frozen into the database before it is."""

    model_config = ConfigDict(frozen=True)

    day: date
    entries: tuple[PostedPaper, ...]
    """What it lists."""
    others: tuple[str, ...] = ()
    """The ids of papers that found no room."""
    emoji: str
    language: str

    @property
    def paper_ids(self) -> list[str]:
        """The papers that count as posted."""
        return [*(each.paper_id for each in self.entries), *self.others]


def weekly_title(day: date) -> str:
    """Return the title of a week's post, by which it is known again."""
    return _("New on the shelf: {day}", day=long_date(day))


def render_weekly(payload: WeeklyPayload, *, actions: Sequence[AnyItem] = ()) -> ui.LayoutView:
    """Return a weekly post: papers, each with how many people added it."""
    lines = [
        f"**{number}.** {titled(each.paper_id, each.title, _TITLE)}\n-# {_facts(each)}"
        for number, each in enumerate(payload.entries, 1)
    ]
    if payload.others:
        more = len(payload.others)
        lines.append(ngettext("…and {count} more paper.", "…and {count} more papers.", more))
    return render_notice(
        f"📌 {weekly_title(payload.day)}",
        "\n".join(lines),
        footer=_(
            "React to a paper with {emoji} to add it for everyone here. /shelf show has the whole"
            " shelf.",
            emoji=payload.emoji,
        ),
        actions=actions,
    )


def _facts(paper: PostedPaper) -> str:
    return " · ".join(filter(None, (escape(paper.origin, _ORIGIN), added_by(paper.people))))


def added_by(people: int) -> str:
    """Return how many people added a paper."""
    if not people:
        return _("Pinned by the admins")
    return ngettext("{count} person added it", "{count} people added it", people)


def who_adds(shelf: Shelf) -> str:
    """Return who may add to a shelf, as a sentence."""
    match shelf.adding:
        case Adding.EVERYONE:
            return _("Everyone can add papers.")
        case Adding.ROLE:
            return _("Only members with {role} can add papers.", role=f"<@&{shelf.role_id}>")
        case Adding.MANAGERS:
            return _("Only those who manage this server can add papers.")
