"""Time zones by their IANA names, with the data of the tzdata package.

A system's own zone data may be years old, and names what no other machine knows (`localtime`).
What a zone means must not depend on where the bot runs, so the system's data is never read.
"""

import zoneinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()

_NOT_PLACES: Final = frozenset({"Factory", "localtime", "posixrules"})
"""Names in the data that are a machine's setting, not a place's time."""


class UnknownZoneError(LookupError):
    """The zone data has no zone of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name!r}")
        self.name = name


@cache
def names() -> frozenset[str]:
    """Return the names of all zones."""
    return frozenset(zoneinfo.available_timezones() - _NOT_PLACES)


def zone(name: str) -> ZoneInfo:
    """Return the zone of that name.

    Raises:
        UnknownZoneError: there is none.
    """
    if name not in names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def zone_or_utc(name: str) -> ZoneInfo:
    """Return the zone of that name, or UTC where there is none."""
    return ZoneInfo(name if name in names() else "UTC")


NEW_YORK: Final = zone("America/New_York")
