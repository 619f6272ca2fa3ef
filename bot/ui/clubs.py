"""A journal club's messages, frozen before they are sent, and how they look."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import discord
from discord import ui
from pydantic import Field

from bot import limits
from bot.i18n import ENGLISH, marked
from bot.i18n import gettext as _
from bot.ui import text
from bot.ui.cards import card_container
from bot.ui.parts import ACCENT, AnyItem, rows
from bot.ui.payload import Payload, Text
from bot.ui.payloads import CardPayload
from papers import arxiv_id, paper_key
from papers.club_schedule import Every
from papers.club_vote import Choice, Why

WEEKDAYS: Final = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
HOW_OFTEN: Final = {
    Every.WEEK: marked("every week"),
    Every.FORTNIGHT: marked("every two weeks"),
    Every.MONTH: marked("every month"),
}
QUESTIONS: Final = (
    marked("What problem does the paper solve, and for whom?"),
    marked("Which result convinced you most, and which one least?"),
    marked("What would you need to reproduce it?"),
    marked("What would you try next?"),
)
"""What a discussion may begin with."""

_TITLE: Final = 200
_LISTED: Final = 150
"""Characters of a paper's line in a poll's message, its link included: ten fit."""
_LINES: Final = 1_500


class PollPaper(Payload):
    """A paper to vote for."""

    paper_id: str
    title: Text


class ClubPost(Payload):
    """One message of a club."""

    title: Text
    """The heading, as people read it: unlike that of any other message of the club."""
    lines: tuple[Text, ...] = ()
    """Markdown, in which what comes from outside is escaped."""
    card: CardPayload | None = None
    footer: Text = ""
    papers: tuple[PollPaper, ...] = Field(default=(), max_length=limits.POLL_ANSWERS)
    """The papers to vote for, the earliest nomination first."""
    hours: int = 0
    """How long the poll is open."""
    language: str = ENGLISH.code


class ClubEvent(Payload):
    """A session as an event of the server."""

    name: Text
    description: Text
    location: Text
    starts: datetime
    ends: datetime


def render_post(
    post: ClubPost, *, presenter_id: int | None = None, actions: Sequence[AnyItem] = ()
) -> ui.LayoutView:
    """Return a club's message: its heading and lines, the presenter, the paper's card.

    Args:
        post: what was frozen.
        presenter_id: who presents, for a message that names them.
        actions: DynamicItems and link buttons; under the card where there is one.
    """
    container = ui.Container[ui.LayoutView](accent_colour=ACCENT)
    container.add_item(ui.TextDisplay(heading(post.title)))
    lines = list(post.lines)
    if presenter_id is not None:
        lines.append(_("Presenter: {member}", member=f"<@{presenter_id}>"))
    if lines:
        container.add_item(ui.TextDisplay(text.clip("\n".join(lines), _LINES)))
    if post.footer:
        container.add_item(ui.TextDisplay(f"-# {text.clip(post.footer, _TITLE)}"))
    if post.card is None:
        for row in rows(actions):
            container.add_item(row)
    view = ui.LayoutView(timeout=None).add_item(container)
    return view if post.card is None else view.add_item(card_container(post.card, actions=actions))


def heading(title: str) -> str:
    """Return the first line of a message, by which it is known again."""
    return f"### {text.escape(title, _TITLE)}"


def poll_text(post: ClubPost) -> str:
    """Return the text above a poll: every paper in full, with its link."""
    listed = (
        f"{number}. {text.link(paper.title, paper_key.page_url(paper.paper_id), _LISTED)}"
        for number, paper in enumerate(post.papers, 1)
    )
    return "\n".join((heading(post.title), *listed, *post.lines))


def poll_of(post: ClubPost) -> discord.Poll:
    """Return the poll itself; answers are numbered as in its text, since long titles are cut."""
    poll = discord.Poll(
        question=text.plain(post.title, limits.POLL_QUESTION),
        duration=timedelta(hours=post.hours),
        multiple=True,
    )
    for number, paper in enumerate(post.papers, 1):
        poll.add_answer(text=text.plain(f"{number}. {paper.title}", limits.POLL_ANSWER))
    return poll


def votes_in(poll: discord.Poll, papers: Sequence[PollPaper]) -> dict[str, int]:
    """Return the votes of each paper of a poll; an answer begins with its paper's number."""
    votes: dict[str, int] = {}
    for answer in poll.answers:
        number = answer.text.partition(".")[0]
        if number.isdecimal() and 0 < int(number) <= len(papers):
            votes[papers[int(number) - 1].paper_id] = answer.vote_count
    return votes


def why_chosen(choice: Choice) -> str:
    """Return why a paper was chosen, as a sentence."""
    match choice.why:
        case Why.VOTES:
            return _("It has the most votes: {count}.", count=choice.votes)
        case Why.TIE:
            return _(
                "Several papers have the most votes ({count}). This one was nominated first.",
                count=choice.votes,
            )
        case Why.NO_VOTES:
            return _("No one voted, so the paper nominated first was chosen.")
        case Why.ONLY_ONE:
            return _("It is the only nomination.")
        case Why.NO_POLL:
            return _("There was no poll, so the paper nominated first was chosen.")
        case Why.POLL_GONE:
            return _("The poll was deleted, so the paper nominated first was chosen.")


def questions() -> Iterable[str]:
    """Return the questions that a discussion may begin with, in the current language."""
    return (f"- {_(question)}" for question in QUESTIONS)


def rhythm(day: date, every: Every) -> str:
    """Return a club's rhythm: "Thursday, every two weeks"."""
    return _("{weekday}, {often}", weekday=_(WEEKDAYS[day.weekday()]), often=_(HOW_OFTEN[every]))


def event_name(title: str | None) -> str:
    """Return the name of a session's event."""
    if title is None:
        return _("Journal club")
    return text.plain(_("Journal club: {title}", title=title), limits.EVENT_NAME)


def comments_line(paper_id: str) -> str:
    """Return the link to a paper's comments on the Hub, which has those of arXiv."""
    if not paper_key.is_arxiv(paper_id):
        return ""
    return text.link(_("Comments on Hugging Face"), arxiv_id.hf_url(paper_id))


def thread_title(day: str, title: str | None) -> str:
    """Return the name of the thread of a session."""
    whole = _("Journal club of {day}", day=day)
    return text.plain(f"{whole}: {title}" if title else whole, limits.THREAD_NAME)
