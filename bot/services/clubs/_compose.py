"""What a club's messages say, composed in the server's language and ready to be frozen."""

from collections.abc import Sequence
from datetime import datetime

from bot import limits
from bot.delivery.permissions import FOR_CLUBS
from bot.i18n import current, language_for, long_date, sentences, use
from bot.i18n import gettext as _
from bot.services.clubs._next import Known
from bot.ui import text
from bot.ui.clubs import (
    ClubEvent,
    ClubPost,
    PollPaper,
    comments_line,
    event_name,
    questions,
    rhythm,
    why_chosen,
)
from bot.ui.payloads import CardPayload, card_payload
from papers import paper_key
from papers.club_vote import Choice
from papers.text import readable
from storage.clubs import Club
from storage.papers import StoredPaper

_LINK = 300


def opening(known: Known, waiting: int) -> ClubPost:
    """Return the message that asks for nominations."""
    when, day = known.moments, long_date(known.session.day)
    lines = [
        _("{when}, {rhythm}.", when=text.timestamp(when.starts), rhythm=_rhythm(known)),
        where(known.club),
        _(
            "Nominate papers with the button, or with a message's menu: **Apps → Nominate**."
            " A poll on them opens {poll}.",
            poll=text.timestamp(when.poll),
        ),
    ]
    if waiting:
        lines.append(_("Papers nominated already: {count}.", count=waiting))
    if not known.club.rotates:
        lines.append(_wanted())
    return _post(_("Journal club of {day}", day=day), lines)


def presented(post: ClubPost) -> ClubPost:
    """Return the message that asks for nominations without asking who presents."""
    with use(language_for(post.language)):
        asked = _wanted()
    return post.model_copy(update={"lines": tuple(each for each in post.lines if each != asked)})


def _wanted() -> str:
    return _("Who presents? Press **I'll present**.")


def asking(known: Known, user_id: int) -> ClubPost:
    """Return the message that asks a member to present."""
    return _post(
        _("Who presents on {day}?", day=long_date(known.session.day)),
        [_("{member}, it's your turn. Will you present?", member=f"<@{user_id}>")],
    )


def accepted(known: Known, user_id: int) -> ClubPost:
    """Return what a question says once someone has agreed to present."""
    return _answered(known, _("{member} presents.", member=f"<@{user_id}>"))


def declined(known: Known, user_id: int) -> ClubPost:
    """Return what a question says once who was asked has declined."""
    return _answered(known, _("{member} can't this time.", member=f"<@{user_id}>"))


def _answered(known: Known, line: str) -> ClubPost:
    return _post(_("Who presents on {day}?", day=long_date(known.session.day)), [line])


def volunteers(known: Known) -> ClubPost:
    """Return the message that asks for volunteers after every member has declined."""
    return _post(
        _("Volunteer wanted for {day}", day=long_date(known.session.day)),
        [_("No one whose turn it is can present. Anyone may: press **I'll present**.")],
    )


def poll(known: Known, papers: Sequence[StoredPaper], hours: int) -> ClubPost:
    """Return the message with the poll."""
    when = known.moments
    return _post(
        _("Which paper should we discuss on {day}?", day=long_date(known.session.day)),
        [
            "-# "
            + _("Vote for as many as you like until {when}.", when=text.timestamp(when.decided))
        ],
    ).model_copy(
        update={
            "papers": tuple(
                PollPaper(paper_id=each.paper.id, title=readable(each.paper.title))
                for each in papers
            ),
            "hours": hours,
        }
    )


def result(known: Known, choice: Choice | None, paper: StoredPaper | None) -> ClubPost:
    """Return the message that says which paper is read, or that there is none."""
    day, when = long_date(known.session.day), known.moments
    if choice is None or paper is None:
        return _post(
            _("No paper yet for {day}", day=day),
            [
                _(
                    "No paper was nominated. We'll discuss the next one that is, {when}.",
                    when=text.timestamp(when.starts),
                )
            ],
        )
    return _post(
        _("We'll discuss this paper on {day}", day=day),
        [
            why_chosen(choice),
            _("We meet {when}.", when=text.timestamp(when.starts)),
            where(known.club),
        ],
        card_payload(paper.paper, paper.metrics),
    )


def reminder(known: Known, paper: StoredPaper | None) -> ClubPost:
    """Return the message an hour before."""
    when = known.moments
    starts = f"{text.timestamp(when.starts)} ({text.timestamp(when.starts, 'R')})"
    lines = [_("We meet {when}.", when=starts), where(known.club)]
    if paper is None:
        lines.append(_("There is no paper yet. We'll discuss the next one that is nominated."))
    day = long_date(known.session.day)
    return _post(_("Journal club soon: {day}", day=day), lines, _card(paper))


def start(known: Known, paper: StoredPaper | None) -> ClubPost:
    """Return the message that the discussion's thread starts from."""
    lines = [_("Join the discussion in the thread.")]
    if paper is not None:
        title, url = readable(paper.paper.title), paper_key.page_url(paper.paper.id)
        lines.insert(0, text.link(title, url, _LINK))
    return _post(_("Discussion of {day}", day=long_date(known.session.day)), lines)


def card(known: Known, paper: StoredPaper | None) -> ClubPost:
    """Return the thread's first message: questions to begin with, and the paper."""
    lines = list(questions())
    if paper is not None:
        lines.append(comments_line(paper.paper.id))
    else:
        lines.insert(0, _("No paper was nominated this time. What have you read lately?"))
    day = long_date(known.session.day)
    return _post(_("Questions to begin with · {day}", day=day), lines, _card(paper))


def cancelled(known: Known, next_at: datetime, *, event_gone: bool) -> ClubPost:
    """Return the message that a session is cancelled."""
    lines = [_("Its event was deleted.")] if event_gone else []
    lines.append(_("The next session is {when}.", when=text.timestamp(next_at)))
    lines.append(_("Nominations stay."))
    return _post(
        _("Journal club of {day} cancelled", day=long_date(known.session.day)),
        [sentences(*lines)],
    )


def event(known: Known, paper: StoredPaper | None, channel: str) -> ClubEvent:
    """Return a session as an event of the server."""
    title = None if paper is None else readable(paper.paper.title)
    thread = _("We discuss it in a thread in #{channel}.", channel=channel)
    about = [] if paper is None else [title or "", paper_key.page_url(paper.paper.id), thread]
    when = known.moments
    return ClubEvent(
        name=event_name(title),
        description=text.plain("\n".join(about) or event_name(None), limits.EVENT_DESCRIPTION),
        location=text.plain(known.club.place or f"#{channel}", limits.EVENT_LOCATION),
        starts=when.starts,
        ends=when.ends,
    )


def where(club: Club) -> str:
    """Return where a club meets, as a sentence; empty for its channel."""
    if club.place is None:
        return ""
    is_link = club.place.startswith(("https://", "http://"))
    place = text.link(club.place, club.place) if is_link else text.escape(club.place)
    return _("Where: {place}", place=place)


def without(missing: Sequence[str]) -> list[str]:
    """Return what a club lacks without these permissions of `FOR_CLUBS`, a sentence for each."""
    said = {
        "send_polls": _(
            "I'm missing **{permission}**, so there is no poll: the paper nominated first is read.",
            permission=_(FOR_CLUBS["send_polls"]),
        ),
        "create_events": _(
            "I'm missing **{permission}**, so sessions don't appear among the server's events.",
            permission=_(FOR_CLUBS["create_events"]),
        ),
        "pin_messages": _(
            "I'm missing **{permission}**, so the paper isn't pinned in its thread.",
            permission=_(FOR_CLUBS["pin_messages"]),
        ),
    }
    return [f"⚠️ {said[name]}" for name in missing]


def _rhythm(known: Known) -> str:
    return rhythm(known.session.day, known.club.every)


def _card(paper: StoredPaper | None) -> CardPayload | None:
    return None if paper is None else card_payload(paper.paper, paper.metrics)


def _post(title: str, lines: Sequence[str], shown: CardPayload | None = None) -> ClubPost:
    return ClubPost(
        title=title, lines=tuple(filter(None, lines)), card=shown, language=current().code
    )
