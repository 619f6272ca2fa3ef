"""What a person's settings and topics are, said."""

from datetime import date, datetime, timedelta

from bot.i18n import gettext as _
from bot.i18n import language_for, listing, long_date, marked, ngettext
from bot.ui.sources import sources_of
from bot.ui.text import escape
from papers import schedule, zone_names, zones
from papers.sources.declared import pools
from storage.learned import TopicSignals
from storage.subscriptions import Every, Mode, Subscriber, Subscription

_OFTEN = {
    Every.DAY: marked("every day"),
    Every.WEEKDAYS: marked("Monday to Friday"),
    Every.WEEK: marked("every Monday"),
}
_AT = {
    Every.DAY: marked("Every day at {time} ({zone})"),
    Every.WEEKDAYS: marked("Monday to Friday at {time} ({zone})"),
    Every.WEEK: marked("Every Monday at {time} ({zone})"),
}

_SOURCES = 200
"""Characters of a topic's sources."""
_RHYTHM = 7
"""Days after which every rhythm begins again."""


def often(every: Every) -> str:
    """Return "every day", "Monday to Friday" or "every Monday"."""
    return _(_OFTEN[every])


def describe_settings(person: Subscriber) -> str:
    """Say when a person's digest comes."""
    lines = [
        _(
            _AT[person.every],
            time=f"{person.at:%H:%M}",
            zone=escape(zone_names.label(person.timezone)),
        ),
        _("In {language}", language=language_for(person.language).name),
    ]
    if person.quiet_until is not None:
        lines.append(_("Paused, resumes {day}", day=long_date(person.quiet_until)))
    if person.closed_at is not None:
        lines.append(
            _(
                "⚠️ My DMs don't reach you, so your digests wait in your inbox. Allow direct"
                " messages in the privacy settings of a server we share, then change any setting"
                " here."
            )
        )
    return "\n".join(lines)


def describe_news(*, on: bool) -> str:
    """Say whether a person gets news about the papers they saved."""
    return _("News on papers you saved: on") if on else _("News on papers you saved: off")


def describe_picks(number: int) -> str:
    """Say how many papers a digest brings because of a person's lists."""
    if not number:
        return _("Picks from your lists: off")
    return ngettext(
        "Picks from your lists: at most {count}", "Picks from your lists: at most {count}", number
    )


def describe_subscription(subscription: Subscription, learned: TopicSignals | None = None) -> str:
    """Say what a topic is, how much it brought, and what it learned from."""
    topic = subscription.topic
    parts = [f"**{escape(topic.query, 100)}**"]
    if topic.mode is Mode.TRENDING:
        parts.append(_("the day's best papers"))
    else:
        parts.append(
            ngettext("{count} paper in 14 days", "{count} papers in 14 days", subscription.matches)
        )
        if topic.mode is not Mode.STRICT:
            parts.append(describe_matching(topic.mode))
        if topic.sources:
            parts.append(escape(listing(sources_of(topic)), _SOURCES))
        if not pools(topic.sources, lost=topic.lost):
            parts.append(_("⚠️ nothing comes any more"))
    if subscription.min_votes:
        parts.append(at_least(subscription.min_votes))
    if learned is not None:
        parts.append(describe_learned(learned))
    if subscription.paused:
        parts.append(_("paused ⏸️"))
    return " · ".join(parts)


def describe_learned(learned: TopicSignals) -> str:
    """Return how many papers a topic has learned from."""
    if learned.saved:
        return ngettext(
            "learned from {count} paper that you saved",
            "learned from {count} papers that you saved",
            len(learned.saved),
        )
    return ngettext(
        "learned from {count} paper that you hid",
        "learned from {count} papers that you hid",
        len(learned.dismissed),
    )


def describe_matching(mode: Mode) -> str:
    """Return how widely a topic is matched that is not matched strictly."""
    return _("broad matching") if mode is Mode.BROAD else _("normal matching")


def at_least(votes: int) -> str:
    """Return "at least 5 upvotes"."""
    return ngettext("at least {count} upvote", "at least {count} upvotes", votes)


def next_digest_at(
    person: Subscriber, now: datetime, *, since: datetime, used: date | None = None
) -> datetime:
    """Return when a person's next digest may come.

    Args:
        person: their settings.
        now: the present instant.
        since: when their oldest topic was subscribed to.
        used: the last of their calendar days that had its digest.
    """
    zone = zones.zone_or_utc(person.timezone)
    days = [now.astimezone(zone).date(), since.astimezone(zone).date()]
    if person.quiet_until is not None:
        days.append(person.quiet_until)
    if used is not None:
        days.append(used + timedelta(days=1))
    first = min(max(days), date.max - timedelta(days=_RHYTHM))
    for offset in range(2 * _RHYTHM + 1):  # a zone may skip a date
        day = first + timedelta(days=offset)
        here = schedule.window(day, person.at, zone)
        if here is not None and _wanted(person.every, day) and here.opens >= since:
            return max(here.opens, now)
    raise AssertionError("every rhythm has a day in each week")


def _wanted(every: Every, day: date) -> bool:
    weekday = day.weekday()
    return every is Every.DAY or weekday == 0 or (every is Every.WEEKDAYS and weekday < 5)
