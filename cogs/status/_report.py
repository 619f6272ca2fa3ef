"""What `/paper status` says: the last batch, the sources, the next thread, why nothing came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import long_date, marked, ngettext, number, sentences
from bot.services.status import Batch, StatusReport
from bot.services.web_feeds import problem_of
from bot.ui.feeds import describe
from bot.ui.reasons import reason_text
from bot.ui.text import escape, timestamp
from papers import calendar
from papers.calendar import Silence, WhyNothing
from papers.sources import SourceErrorKind
from storage.incidents import Incident
from storage.metrics import Backlog
from storage.search import EngineStatus
from storage.server_sources import ServerSource
from storage.source_health import SourceHealth

_MOST_FEEDS: Final = 8
"""Lines about a server's own feeds."""
_FAILING: Final = {
    SourceErrorKind.UNREACHABLE: marked("unreachable since {when}"),
    SourceErrorKind.RATE_LIMITED: marked("limiting how often I ask, since {when}"),
    SourceErrorKind.UNAVAILABLE: marked("unavailable since {when}"),
    SourceErrorKind.REFUSED: marked("refusing my requests since {when}"),
    SourceErrorKind.MALFORMED: marked("sending unreadable answers since {when}"),
}


def status_lines(report: StatusReport) -> list[str]:
    """Return the report, a paragraph each, in Discord's markdown."""
    paragraphs = [_newest_line(report.newest, report.known)]
    if report.why_nothing is not None:
        paragraphs.append(why_nothing_line(report.why_nothing))
    paragraphs.append(next_batch_line(report.now, report.settle))
    sources = [source_line(name, state) for name, state in report.sources]
    if (trending := report.not_trending) is not None:
        sources.append(source_line(_("What trends on Hugging Face"), trending))
    sources += web_lines(report.web, report.now)
    paragraphs.append("\n".join((_("**Sources**"), *sources)))
    paragraphs.append(search_line(report.search, report.embedder))
    if report.waiting or report.resting:
        paragraphs.append(_digests_line(report.waiting, report.resting))
    if (operations := report.operations) is not None:
        paragraphs.append(late_line(operations.late))
        if operations.sending_pause is not None:
            paragraphs.append(
                ngettext(
                    "**Sending is paused** for about {count} minute: Discord rejected too many"
                    " requests. Commands still work.",
                    "**Sending is paused** for about {count} minutes: Discord rejected too many"
                    " requests. Commands still work.",
                    ceil(operations.sending_pause / 60),
                )
            )
        paragraphs += incident_lines(operations.incidents)
    if report.feeds:
        here = "\n".join(
            f"- {describe(status.feed, status.coming, status.last, now=report.now)}"
            for status in report.feeds
        )
        paragraphs.append(_("**Daily threads in this server**") + f"\n{here}")
    return paragraphs


def why_nothing_line(why: WhyNothing) -> str:
    """Say why there is no newer batch."""
    day = long_date(why.batch)
    when = "" if why.at is None else timestamp(why.at, "f")
    match why.silence:
        case Silence.WEEKEND:
            return _(
                "There are no new papers at weekends. The papers of {day} arrive from {when}.",
                day=day,
                when=when,
            )
        case Silence.FILLING:
            return _(
                "The papers of {day} are still collecting upvotes until {when}.", day=day, when=when
            )
        case Silence.AFTER_HOLIDAY:
            return _(
                "arXiv announced nothing on its holiday, {holiday}. There may be few or no papers"
                " for {day}.",
                holiday=long_date(why.holiday or why.batch),
                day=day,
            )
        case Silence.HOLIDAY:
            return _("{day} is an arXiv holiday. There may be no papers for it.", day=day)


def next_batch_line(now: datetime, settle: timedelta) -> str:
    """Say when the next batch begins, and from when on it is posted."""
    begins = calendar.next_batch(now)
    starts = _("**Next papers:** from {when}.", when=timestamp(begins, "f"))
    if not settle:
        return starts
    posted = _(
        "They are posted from {time}, once upvotes have settled.",
        time=timestamp(begins + settle, "t"),
    )
    return sentences(starts, posted)


def late_line(backlog: Backlog) -> str:
    """Say what of all servers' threads is late, since when and why."""
    if backlog.since is None:
        return _("No threads are running late.")
    late = ngettext(
        "**Late:** {count} thread across all servers, due {when}.",
        "**Late:** {count} threads across all servers, the oldest due {when}.",
        backlog.waiting,
        when=timestamp(backlog.since, "R"),
    )
    why = reason_text(backlog.reason) if backlog.reason else _("They are being sent right now.")
    return sentences(late, why)


def incident_lines(wrong: Sequence[Incident]) -> list[str]:
    """Say what is wrong with the bot itself, and since when."""
    if not wrong:
        return []
    lines = [
        "🔴 "
        + _(
            "{problem} (since {when})",
            problem=escape(incident.text),
            when=timestamp(incident.began_at, "f"),
        )
        for incident in wrong
    ]
    return [_("**Problems**") + "\n" + "\n".join(lines)]


def search_line(status: EngineStatus, setting: str) -> str:
    """Say how papers are found at the moment, and with which embedding model."""
    done, total = number(status.indexed), number(status.papers)
    if not status.ready:
        return _(
            "**Search:** simple word search while the index is being built ({done} of {total}"
            " papers).",
            done=done,
            total=total,
        )
    if status.embedder is not None:
        model = escape(status.embedder)
        if status.embedded < status.papers:
            return _(
                "**Search:** by words. Semantic search with {model} is still being prepared"
                " ({done} of {total} papers).",
                model=model,
                done=number(status.embedded),
                total=total,
            )
        return _("**Search:** by words and by meaning ({model}).", model=model)
    if setting.strip().lower() in ("", "none"):
        return _("**Search:** by words. Semantic search is turned off.")
    return _(
        "**Search:** by words. The model {model} couldn't be loaded; `paperboy check` shows why.",
        model=escape(setting),
    )


def source_line(source: str, state: SourceHealth | None) -> str:
    """Say how one source is, and since when it fails, if it does."""
    name = escape(source)
    if state is None:
        return f"⚪ {name}: " + _("not checked yet")
    if state.failing_since is None:
        if state.succeeded_at is None:
            return f"🟢 {name}: " + _("working")
        return f"🟢 {name}: " + _(
            "working, checked {when}", when=timestamp(state.succeeded_at, "R")
        )
    failing = marked("failing since {when}") if state.kind is None else _FAILING[state.kind]
    return f"🔴 {name}: " + _(failing, when=timestamp(state.failing_since, "f"))


def web_lines(web: Sequence[ServerSource], now: datetime) -> list[str]:
    """Say how the feeds are that a server added: those that fail first, at most `_MOST_FEEDS`."""
    ordered = sorted(web, key=lambda source: source.feed.kind is None)
    lines = [
        f"🔴 {escape(source.name)}: {problem_of(source.feed, now)}"
        if source.feed.kind is not None
        else f"🟢 {escape(source.name)}: "
        + _("working, checked {when}", when=timestamp(source.feed.read_at or now, "R"))
        for source in ordered[:_MOST_FEEDS]
    ]
    if more := len(ordered[_MOST_FEEDS:]):
        lines.append(_("and {count} more", count=more))
    return lines


def _newest_line(newest: Batch | None, known: int) -> str:
    if newest is None:
        return _("**Newest papers:** none yet.")
    line = ngettext(
        "**Newest papers:** {day}, {count} paper, fetched {when}.",
        "**Newest papers:** {day}, {count} papers, fetched {when}.",
        newest.papers,
        day=long_date(newest.day),
        when=timestamp(newest.fetched_at, "R"),
    )
    indexed = ngettext("{count} paper indexed in total.", "{count} papers indexed in total.", known)
    return sentences(line, indexed)


def _digests_line(waiting: int, resting: datetime | None) -> str:
    line = ngettext(
        "**Digests:** {count} waiting to be sent.",
        "**Digests:** {count} waiting to be sent.",
        waiting,
    )
    if resting is None:
        return line
    held = _("Discord is holding back my DMs until {when}.", when=timestamp(resting, "f"))
    return sentences(line, held)
