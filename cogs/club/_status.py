"""How a club's standing is shown."""

from datetime import datetime
from typing import Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import long_date, short_date
from bot.services.clubs import Known, Nominate, Part, Standing, shortcomings, where
from bot.services.container import Services
from bot.ui.clubs import rhythm
from bot.ui.notices import render_notice
from bot.ui.parts import AnyItem, link_button
from bot.ui.reasons import reason_text
from bot.ui.text import escape, link, timestamp
from papers import paper_key, zone_names
from papers.text import readable
from storage.clubs import Answer, ClubState, StepState

_TITLE: Final = 160
_LISTED: Final = 10


async def render_standing(
    services: Services, standing: Standing, channel: discord.TextChannel | None, title: str
) -> ui.LayoutView:
    """Return where a club stands: when it meets, who presents, what is read or nominated."""
    club, known = standing.club, standing.known
    lines = [
        _(
            "{channel}: {rhythm}, {time} ({zone})",
            channel=f"<#{club.channel_id}>",
            rhythm=rhythm(club.anchor, club.every),
            time=f"{club.at:%H:%M}",
            zone=escape(zone_names.label(club.timezone)),
        )
    ]
    if club.place is not None:
        lines.append(where(club))
    if club.state is ClubState.STOPPED:
        reason = reason_text(club.reason or "")
        again = _("{command} starts it again.", command=services.mention("club edit"))
        stopped = _("It has stopped.")
        lines.append(f"⚠️ {stopped} {reason} {again}")
    papers = [each.paper_id for each in standing.nominations[:_LISTED]]
    read = [each.paper_id for each in standing.before if each.paper_id is not None]
    chosen = known.session.paper_id if known is not None else None
    shown = await services.lookup.known([*papers, *read, *([chosen] if chosen else [])])

    def named(paper_id: str) -> str:
        found = shown.get(paper_id)
        name = paper_id if found is None else readable(found.paper.title)
        return link(name, paper_key.page_url(paper_id), _TITLE)

    if known is not None:
        lines += _session(known, named(chosen) if chosen else None, services.clock.now())
    waiting = [each for each in papers if each != chosen]
    if waiting:
        lines.append("**" + _("Nominated") + "**")
        lines += [f"{number}. {named(each)}" for number, each in enumerate(waiting, 1)]
        if len(standing.nominations) > _LISTED:
            more = len(standing.nominations) - _LISTED
            lines.append(_("and {count} more", count=more))
    if read:
        lines.append("**" + _("Read before") + "**")
        lines += [
            f"- {short_date(each.day)}: {named(each.paper_id)}"
            for each in standing.before
            if each.paper_id is not None
        ]
    if channel is not None:
        lines += shortcomings(channel)
    actions: list[AnyItem] = [Nominate(club.id)]
    if known is not None and (poll := known.made(Part.POLL)) is not None:
        actions.append(
            link_button(
                _("Open poll"),
                f"https://discord.com/channels/{club.guild_id}/{club.channel_id}/{poll}",
            )
        )
    return render_notice(title, "\n".join(lines), actions=actions)


def _session(known: Known, paper: str | None, now: datetime) -> list[str]:
    when = known.moments
    lines = [
        _(
            "Next session: **{day}**, {when}",
            day=long_date(known.session.day),
            when=timestamp(when.starts, "R"),
        )
    ]
    presenter = known.presenter or (known.candidate if known.club.rotates else None)
    agreed = any(turn.answer is Answer.YES for turn in known.turns)
    if presenter is None:
        lines.append(_("No one presents yet."))
    elif agreed:
        lines.append(_("Presenter: {member}", member=f"<@{presenter}>"))
    else:
        lines.append(_("Presenter: {member}, who hasn't answered yet", member=f"<@{presenter}>"))
    poll = known.steps.get(Part.POLL)
    if paper is not None:
        lines.append(_("Paper: {paper}", paper=paper))
    elif known.session.decided_at is not None:
        lines.append(_("There is no paper yet. We'll discuss the next one that is nominated."))
    elif poll is not None and poll.state is StepState.DONE:
        lines.append(_("The poll is open until {when}.", when=timestamp(when.decided)))
    elif now < when.poll:
        lines.append(
            _(
                "Members nominate papers in {channel} until the poll opens {when}.",
                channel=f"<#{known.club.channel_id}>",
                when=timestamp(when.poll, "R"),
            )
        )
    return lines
