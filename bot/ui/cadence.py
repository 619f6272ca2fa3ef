"""How often a feed posts, and when its next roundup comes, in words."""

from datetime import datetime
from typing import Final

from bot.i18n import gettext as _
from bot.i18n import long_date, marked, ngettext
from bot.ui.cards import thread_name
from bot.ui.text import escape, timestamp
from papers import zone_names, zones
from papers.cadence import Every
from papers.schedule import Coming
from storage.feeds import Feed

WEEKDAYS: Final = (
    marked("Monday"),
    marked("Tuesday"),
    marked("Wednesday"),
    marked("Thursday"),
    marked("Friday"),
    marked("Saturday"),
    marked("Sunday"),
)
"""The days of a week, by their number."""
_ON: Final = (
    marked("Every Monday at {time}"),
    marked("Every Tuesday at {time}"),
    marked("Every Wednesday at {time}"),
    marked("Every Thursday at {time}"),
    marked("Every Friday at {time}"),
    marked("Every Saturday at {time}"),
    marked("Every Sunday at {time}"),
)


def describe_cadence(feed: Feed) -> str:
    """Say what a feed posts, where and when, in Discord's markdown."""
    values = {
        "channel": f"<#{feed.channel_id}>",
        "time": f"{feed.at:%H:%M}",
        "zone": escape(zone_names.label(feed.timezone)),
    }
    match feed.every:
        case Every.DAY:
            return ngettext(
                "{channel} · {count} paper a day at {time} ({zone})",
                "{channel} · {count} papers a day at {time} ({zone})",
                feed.size,
                **values,
            )
        case Every.WEEKDAYS:
            return ngettext(
                "{channel} · {count} paper a day, Monday to Friday at {time} ({zone})",
                "{channel} · {count} papers a day, Monday to Friday at {time} ({zone})",
                feed.size,
                **values,
            )
        case Every.WEEK:
            when = short_cadence(feed)
            return _("{channel} · roundup of the week · {when} ({zone})", when=when, **values)
        case Every.MONTH:
            when = short_cadence(feed)
            return _("{channel} · roundup of the month · {when} ({zone})", when=when, **values)


def short_cadence(feed: Feed) -> str:
    """Return when a feed posts: "Every Monday at 09:00"."""
    time = f"{feed.at:%H:%M}"
    match feed.every:
        case Every.DAY:
            return _("Every day at {time}", time=time)
        case Every.WEEKDAYS:
            return _("Monday to Friday at {time}", time=time)
        case Every.WEEK:
            return _(_ON[feed.weekday], time=time)
        case Every.MONTH:
            return _("On the first of each month at {time}", time=time)


def describe_coming_roundup(coming: Coming, now: datetime | None, feed: Feed) -> str:
    """Say when a roundup comes next on the clock of its zone, and of which days it is."""
    name = thread_name(coming.batch, feed.every)
    if coming.waiting:
        day = long_date(coming.batch)
        return _(
            "Waiting for the papers of {day}: the roundup “{name}” is posted once they arrive, or"
            " tomorrow without them.",
            day=day,
            name=name,
        )
    if now is not None and coming.at <= now:
        return _("Next roundup: within a minute, “{name}”.", name=name)
    local = coming.at.astimezone(zones.zone_or_utc(feed.timezone))
    return _(
        "Next roundup: {date} at {time} ({relative}), “{name}”.",
        date=long_date(local.date()),
        time=f"{local:%H:%M}",
        relative=timestamp(coming.at, "R"),
        name=name,
    )
