"""What `/paper status` says: the last batch, the sources, the next thread, why nothing came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from bot.services.container import Services
from bot.ui.feeds import describe
from bot.ui.parts import day_in_words
from bot.ui.text import escape, plural, timestamp
from papers import calendar
from papers.sources import PaperSource
from storage.incidents import Incident
from storage.metrics import Backlog
from storage.search import EngineStatus
from storage.source_health import SourceHealth


async def status_lines(
    services: Services, guild_id: int | None, now: datetime, *, manages: bool = False
) -> list[str]:
    """Return the report for one place, a paragraph each, in Discord's markdown.

    A user who `manages` it also reads what is wrong with the bot and what is late elsewhere.
    """
    facts = await services.status.facts(now, manages=manages)
    here = [] if guild_id is None else await services.feeds.with_last_posts(guild_id)
    feed_lines = [
        describe(feed, await services.publisher.coming(feed, now), last, now=now)
        for feed, last in here
    ]
    paragraphs: list[str] = []
    newest = facts.newest
    if newest is None:
        paragraphs.append("**Newest batch:** none yet.")
    else:
        size = plural(newest.papers, "paper")
        paragraphs.append(
            f"**Newest batch:** {day_in_words(newest.day)}, {size}, read"
            f" {timestamp(newest.fetched_at, 'R')}. {plural(facts.papers, 'paper')} known in all."
        )
    if newest is None or newest.day < calendar.batch_day(now):
        reason = calendar.why_nothing(now, services.settings.settle)
        if reason is not None:
            paragraphs.append(f"**Why nothing newer:** {escape(reason)}")
    paragraphs.append(next_batch_line(now, services.settings.settle))
    paragraphs.append(
        "**Sources**\n"
        + "\n".join(source_line(source, facts.sources) for source in services.sources)
    )
    paragraphs.append(
        search_line(await services.search.engine.status(), services.settings.embedder)
    )
    if facts.waiting_digests or facts.dm_pause_until:
        line = f"{plural(facts.waiting_digests, 'digest')} waiting to be sent"
        if facts.dm_pause_until is not None:
            until = timestamp(facts.dm_pause_until, "f")
            line += f"; Discord holds direct messages back until {until}"
        paragraphs.append(f"**Digests:** {line}.")
    if facts.late_posts is not None:
        paragraphs.append(late_line(facts.late_posts))
        if (pause := services.sending_pause()) is not None:
            paragraphs.append(
                "**Sending pauses** for about "
                f"{plural(ceil(pause / 60), 'minute')}: Discord refused too many requests."
                " Commands go on."
            )
        paragraphs += incident_lines(facts.incidents)
    if feed_lines:
        paragraphs.append("**Here**\n" + "\n".join(f"- {line}" for line in feed_lines))
    return paragraphs


def next_batch_line(now: datetime, settle: timedelta) -> str:
    """Say when the next batch begins, and from when on it is posted."""
    begins = calendar.next_batch(now)
    line = f"**Next batch:** begins {timestamp(begins, 'f')}"
    if settle:
        line += (
            f"; ready {timestamp(begins + settle, 't')}, and in each channel from its next hour on"
        )
    return f"{line}."


def late_line(backlog: Backlog) -> str:
    """Say what of all servers' threads is late, since when and why."""
    if backlog.since is None:
        return "**Late:** no thread, in any server."
    why = f": {escape(backlog.reason)}" if backlog.reason else ", and being sent"
    threads = plural(backlog.waiting, "thread")
    return f"**Late:** {threads} in all servers, since {timestamp(backlog.since, 'R')}{why}."


def incident_lines(wrong: Sequence[Incident]) -> list[str]:
    """Say what is wrong with the bot itself, and since when."""
    if not wrong:
        return []
    lines = [
        f"🔴 {escape(incident.text)} Since {timestamp(incident.began_at, 'f')}."
        for incident in wrong
    ]
    return ["**What is wrong**\n" + "\n".join(lines)]


def search_line(status: EngineStatus, setting: str) -> str:
    """Say how papers are found at the moment, and with which embedding model."""
    if not status.ready:
        made = f"{status.indexed:,} of {plural(status.papers, 'paper')}"
        return f"**Search:** by plain words while the index is being made ({made})."
    if status.embedder is not None:
        line = f"**Search:** by words and by meaning ({escape(status.embedder)})."
        if status.embedded < status.papers:
            done = f"{status.embedded:,} of {plural(status.papers, 'paper')}"
            line += f" Meaning is known of {done} so far."
        return line
    if setting.strip().lower() in ("", "none"):
        return "**Search:** by words only, as no embedding model is set."
    return (
        f"**Search:** by words only, as the embedding model {escape(setting)} could not be loaded;"
        " `paperboy check` says why."
    )


def source_line(source: PaperSource, states: dict[str, SourceHealth]) -> str:
    """Say how one source is, and since when it is not well."""
    state = states.get(source.name)
    name = escape(source.name)
    if state is None:
        return f"⚪ {name}: not asked yet"
    if state.failing_since is None:
        answered = state.succeeded_at
        return f"🟢 {name}: answers" + (f" ({timestamp(answered, 'R')})" if answered else "")
    why = state.kind.value if state.kind else "failing"
    return f"🔴 {name}: {why} since {timestamp(state.failing_since, 'f')}"
