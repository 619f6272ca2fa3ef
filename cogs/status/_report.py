"""What `/paper status` says: the last batch, the sources, the next thread, why nothing came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from bot.i18n import long_date
from bot.services.status import StatusReport
from bot.ui.feeds import describe
from bot.ui.text import escape, plural, timestamp
from papers import calendar
from storage.incidents import Incident
from storage.metrics import Backlog
from storage.search import EngineStatus
from storage.source_health import SourceHealth


def status_lines(report: StatusReport) -> list[str]:
    """Return the report, a paragraph each, in Discord's markdown."""
    paragraphs: list[str] = []
    if report.newest is None:
        paragraphs.append("**Newest batch:** none yet.")
    else:
        size = plural(report.newest.papers, "paper")
        paragraphs.append(
            f"**Newest batch:** {long_date(report.newest.day)}, {size}, read"
            f" {timestamp(report.newest.fetched_at, 'R')}."
            f" {plural(report.known, 'paper')} known in all."
        )
    if report.why_nothing is not None:
        paragraphs.append(f"**Why nothing newer:** {escape(report.why_nothing)}")
    paragraphs.append(next_batch_line(report.now, report.settle))
    paragraphs.append(
        "**Sources**\n" + "\n".join(source_line(name, state) for name, state in report.sources)
    )
    paragraphs.append(search_line(report.search, report.embedder))
    if report.waiting or report.resting:
        line = f"{plural(report.waiting, 'digest')} waiting to be sent"
        if report.resting is not None:
            line += f"; Discord holds direct messages back until {timestamp(report.resting, 'f')}"
        paragraphs.append(f"**Digests:** {line}.")
    if (operations := report.operations) is not None:
        paragraphs.append(late_line(operations.late))
        if operations.sending_pause is not None:
            paragraphs.append(
                "**Sending pauses** for about "
                f"{plural(ceil(operations.sending_pause / 60), 'minute')}: Discord refused too"
                " many requests. Commands go on."
            )
        paragraphs += incident_lines(operations.incidents)
    if report.feeds:
        here = [
            f"- {describe(status.feed, status.coming, status.last, now=report.now)}"
            for status in report.feeds
        ]
        paragraphs.append("**Here**\n" + "\n".join(here))
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


def source_line(source: str, state: SourceHealth | None) -> str:
    """Say how one source is, and since when it fails, if it does."""
    name = escape(source)
    if state is None:
        return f"⚪ {name}: not asked yet"
    if state.failing_since is None:
        answered = state.succeeded_at
        return f"🟢 {name}: answers" + (f" ({timestamp(answered, 'R')})" if answered else "")
    why = state.kind.value if state.kind else "failing"
    return f"🔴 {name}: {why} since {timestamp(state.failing_since, 'f')}"
