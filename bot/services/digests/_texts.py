"""What a person's settings and topics are, said."""

from datetime import date, datetime, timedelta

from bot.ui.text import escape, plural
from papers import schedule, zone_names, zones
from storage.subscriptions import Every, Mode, Subscriber, Subscription

_OFTEN = {
    Every.DAY: "every day",
    Every.WEEKDAYS: "from Monday to Friday",
    Every.WEEK: "every Monday",
}

_RHYTHM = 7
"""Days after which every rhythm begins again."""


def often(every: Every) -> str:
    """Return "every day", "from Monday to Friday" or "every Monday"."""
    return _OFTEN[every]


def describe_settings(person: Subscriber) -> str:
    """Say when a person's digest comes."""
    lines = [
        f"It comes {_OFTEN[person.every]} at {person.at:%H:%M}"
        f" ({escape(zone_names.label(person.timezone))})."
    ]
    if person.quiet_until is not None:
        lines.append(f"Quiet until {person.quiet_until.isoformat()}.")
    if person.closed_at is not None:
        lines.append(
            "⚠️ Direct messages from me did not arrive, so digests wait in your inbox. Allow them in"
            " the settings of a server we share, then change any setting here to try again."
        )
    return "\n".join(lines)


def describe_subscription(subscription: Subscription) -> str:
    """Say what a topic is and how much it brought."""
    topic = subscription.topic
    parts = [f"**{escape(topic.query, 100)}**"]
    if topic.mode is Mode.TRENDING:
        parts.append("the day's best papers")
    else:
        parts.append(f"{plural(subscription.matches, 'paper')} in 14 days")
        if topic.mode is Mode.BROAD:
            parts.append("widely matched")
    if subscription.min_votes:
        parts.append(f"at least {plural(subscription.min_votes, 'vote')}")
    if subscription.paused:
        parts.append("⏸️ paused")
    return " · ".join(parts)


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
