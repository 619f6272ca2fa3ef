"""Time zones as people write them: a city, a country, an abbreviation, an offset, or the IANA name.

The names come from three sources: the tz database's own tables of countries (`zone.tab` and
`iso3166.tab` in the tzdata package), the cities and regions that have an airport (airportsdata),
and `data/zone_names.toml` for what neither has.

The first call reads them, about 0.1 s of CPU: on an event loop, make it in a thread.
"""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import airportsdata

from papers import zones

_MOST: Final = 0.8
"""The share of a region's airports from which their zone stands for the whole region."""

_OFFSET = re.compile(
    r"(?:(?:utc|gmt)\s*(\+?\s*[+-]?)|(\+?\s*[+-]))\s*(\d{1,2})(?:[:.]?(\d{2})(?::00)?|[.,](5))?"
)
"""The sign may stand twice, where "UTC+" was completed by a signed number: UTC+-4."""
_ZONE_SUFFIX = re.compile(r"\s+(?:standard |daylight |summer )?time(?: zone)?$")
_AROUND_NAME = re.compile(r"^\s*\((?:utc|gmt)[^()]*\)\s+|\s+\(us & canada\)\s*$", re.IGNORECASE)
"""What Windows and Rails write around a zone's name."""
_BESIDE_NAME = re.compile(r"[(\[]?\b(?:utc|gmt)\s*\+?\s*[+-]\s*\d{1,2}(?:[:.]?\d{2})?(?!\d)[)\]]?")
"""An offset that stands beside a place or an abbreviation, which say more: CEST (UTC+2)."""
_SIGNS = str.maketrans({"±": "+", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2010": "-"})
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "\u2019": "", "'": "", ".": ""})


LARGE: Final = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Singapore",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Seoul",
    "Europe/Madrid",
    "Europe/Istanbul",
    "Asia/Dubai",
    "America/Chicago",
    "America/Toronto",
    "Europe/Rome",
    "Europe/Zurich",
    "Europe/Warsaw",
    "America/Mexico_City",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Asia/Jakarta",
    "Pacific/Auckland",
)
"""Zones in which many people live or do research, to choose from before anything is typed."""


def find(text: str, at: datetime) -> list[str]:
    """Return the IANA zones that `text` can mean: one where it is clear, none where it is unknown.

    Args:
        text: "Berlin", "San Francisco", "India", "EST", "UTC+2", "Europe/Berlin", …
        at: the present, aware; zones of a country whose clocks agree in its year count as one.
    """
    text = re.sub(r"\s*/\s*", "/", _AROUND_NAME.sub("", text))
    typed = _ZONE_SUFFIX.sub("", fold(text))
    if not typed:
        return []
    signed = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold().strip()
    if (offset := _OFFSET.fullmatch(signed)) is not None:
        zones = _of_offset(offset)
        return zones if "±" not in text or zones == ["UTC"] else []
    tables = _tables()
    for table in (tables.abbreviations, tables.iana, tables.last, tables.places):
        if (zones := table.get(typed)) is not None:
            return list(zones)
    if (country := tables.countries.get(typed)) is not None:
        return _of_country(country, at)
    for place, where in _parted(signed):
        for table in (tables.cities, tables.regions):
            if (found := table.get(place)) is not None:
                return _prominent(found, where)
    summer_and_winter = [tables.abbreviations.get(part, []) for part in typed.split("/")]
    if all(zones == summer_and_winter[0] for zones in summer_and_winter) and summer_and_winter[0]:
        return list(summer_and_winter[0])
    return list(tables.legacy.get(typed, ())) or _of_parts(signed, at)


def near(text: str) -> str | None:
    """Return a place that is spelled nearly like `text`, to ask whether it is meant."""
    tables = _tables()
    names = (*tables.last, *tables.places, *tables.countries, *tables.cities)
    close = get_close_matches(fold(text), names, n=1, cutoff=0.75)
    return close[0].title() if close else None


def complete(text: str, at: datetime, limit: int) -> list[str]:
    """Return up to `limit` zones for what was typed so far: exact readings first, then places that
    begin so, then any part of an IANA name."""
    typed = fold(text)
    tables = _tables()
    begun = [
        zone
        for table in (tables.last, tables.places, tables.principal)
        for name, zones in table.items()
        if name.startswith(typed)
        for zone in zones
    ]
    cities = [
        zone
        for name, places in (tables.cities.items() if len(typed) > 2 else ())
        if name.startswith(typed)
        for zone in _prominent(places, "")
    ]
    inside = [zone for name, (zone,) in tables.iana.items() if typed in name and zone[:4] != "Etc/"]
    return list(dict.fromkeys((*find(text, at), *begun, *cities, *inside)))[:limit]


def of_locale(locale: str, at: datetime) -> list[str]:
    """Return the zones in which people with this locale (`de`, `en-GB`, `pt-BR`) probably live,
    the likeliest first."""
    tables = _tables()
    language, _, territory = locale.partition("-")
    country = territory if len(territory) == 2 else tables.languages.get(language, "")
    return _of_country(country, at) if country in tables.country_zones else []


def label(zone: str) -> str:
    """Return a zone as people read it: `America/New York`, and `UTC+2` for the IANA's inverted
    `Etc/GMT-2`."""
    if match := re.fullmatch(r"Etc/GMT([+-])(\d+)", zone):
        return f"UTC{'-' if match[1] == '+' else '+'}{match[2]}"
    return zone.replace("_", " ")


def fold(text: str) -> str:
    """Return a place's name without case, accents and punctuation, its words one space apart."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w/+]|_", " ", plain).split())


def _of_offset(match: re.Match[str]) -> list[str]:
    minutes = int(match[3]) * 60 + (30 if match[5] else int(match[4] or 0))
    minutes = -minutes if "-" in (match[1] or match[2] or "") else minutes
    if minutes == 0:
        return ["UTC"]
    if minutes % 60 == 0 and -12 <= minutes // 60 <= 14:
        # The IANA's sign is the opposite of everyone else's (tz database, file `etcetera`).
        return [f"Etc/GMT{-minutes // 60:+d}"]
    zone = _tables().offsets.get(str(minutes))
    return [] if zone is None else [zone]


def _of_parts(text: str, at: datetime) -> list[str]:
    """Return the zones of a name beside an offset, or of a place and its country (Italy/Rome)."""
    name = _BESIDE_NAME.sub(" ", text).strip(" ()[],-")
    if name and name != text:
        return find(name, at)
    one, slash, other = text.partition("/")
    if not slash or "/" in other or "," in text:
        return []
    return find(f"{one}, {other}", at) or find(f"{other}, {one}", at)


def _of_country(code: str, at: datetime) -> list[str]:
    """Return one zone for each clock of a country, the busiest first by airports; the
    principal one alone where it has one."""
    tables = _tables()
    if code in tables.principal_of:
        return [tables.principal_of[code]]
    clocks: dict[tuple[object, ...], str] = {}
    for zone in sorted(tables.country_zones[code], key=lambda zone: -tables.airports[zone]):
        moments = (datetime(at.year, month, 1, tzinfo=UTC) for month in (1, 7))
        offsets = tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments)
        clocks.setdefault(offsets, zone)
    return list(clocks.values())


def _parted(text: str) -> Iterator[tuple[str, str]]:
    """Yield a place and where it is: all that was typed, before a comma, before the last word."""
    place, _, where = text.partition(",")
    yield fold(place), fold(where)
    place, _, where = fold(text).rpartition(" ")
    if place:
        yield place, where


def _prominent(places: Sequence["_Place"], where: str) -> list[str]:
    """Return the zones of the places of one name: those in a named region or country alone, and
    one that nearly all of them share."""
    code = _tables().countries.get(where, where.upper())
    named = [
        place for place in places if where and (place.country == code or where in place.region)
    ]
    zones = Counter(place.zone for place in named or places)
    first, count = zones.most_common(1)[0]
    return [first] if count >= _MOST * zones.total() else list(zones)


@dataclass(frozen=True, slots=True)
class _Place:
    zone: str
    country: str
    region: str


class _Tables:
    """Every name that is known, folded, with what it stands for."""

    def __init__(self) -> None:
        own: dict[str, Any] = tomllib.loads(_read("papers", "data", "zone_names.toml"))
        known = zones.names()
        self.abbreviations: Mapping[str, list[str]] = own["abbreviations"]
        self.offsets: Mapping[str, str] = own["offsets"]
        self.languages: Mapping[str, str] = own["languages"]
        self.principal_of: Mapping[str, str] = own["principal"]
        self.places = {name: [zone] for zone, names in own["places"].items() for name in names}
        self.country_zones: dict[str, list[str]] = defaultdict(list)
        for code, _, zone, *_ in _rows("zone.tab"):
            if zone in known:
                self.country_zones[code].append(zone)
        self.countries = {fold(name): code for code, name in _rows("iso3166.tab")}
        self.countries |= {name: code for code, names in own["countries"].items() for name in names}
        self.principal = {
            name: [self.principal_of.get(code) or self.country_zones[code][0]]
            for name, code in self.countries.items()
            if code in self.country_zones
        }
        self.iana = {fold(zone): [zone] for zone in sorted(known) if "/" in zone}
        self.legacy = {fold(zone): [zone] for zone in sorted(known) if "/" not in zone}
        self.last = {
            fold(zone.rpartition("/")[2]): [zone]
            for zone in sorted(zone for zones in self.country_zones.values() for zone in zones)
        }
        self.cities: dict[str, list[_Place]] = defaultdict(list)
        self.regions: dict[str, list[_Place]] = defaultdict(list)
        self.airports = Counter[str]()
        for airport in airportsdata.load("IATA").values():
            if airport["tz"] not in known:
                continue
            place = _Place(airport["tz"], airport["country"], fold(airport["subd"]))
            self.airports[place.zone] += "International" in airport["name"]
            self.cities[fold(airport["city"])].append(place)
            self.regions[place.region].append(place)
        for unnamed in (self.cities, self.regions):
            unnamed.pop("", None)


@cache
def _tables() -> _Tables:
    return _Tables()


def _read(package: str, *path: str) -> str:
    return files(package).joinpath(*path).read_text("utf-8")


def _rows(name: str) -> Iterator[list[str]]:
    for line in _read("tzdata", "zoneinfo", name).splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
