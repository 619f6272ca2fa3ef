from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import zones
from papers.zone_names import complete, find, label, near, of_locale

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Mumbai", "Asia/Kolkata"),
        ("Beijing", "Asia/Shanghai"),
        ("San Francisco", "America/Los_Angeles"),
        ("são paulo", "America/Sao_Paulo"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("München", "Europe/Berlin"),
        ("Kraków", "Europe/Warsaw"),
        ("Washington, D.C.", "America/New_York"),
        ("Portland, Oregon", "America/Los_Angeles"),
        ("Birmingham Alabama", "America/Chicago"),
        ("London, Ontario", "America/Toronto"),
        ("India", "Asia/Kolkata"),
        ("Germany", "Europe/Berlin"),
        ("China", "Asia/Shanghai"),
        ("UK", "Europe/London"),
        ("California", "America/Los_Angeles"),
        ("PST", "America/Los_Angeles"),
        ("CET", "Europe/Berlin"),
        ("CET/CEST", "Europe/Berlin"),
        ("Pacific Time", "America/Los_Angeles"),
        ("Central European Summer Time", "Europe/Berlin"),
        ("utc", "UTC"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT +02:00", "Etc/GMT-2"),
        ("utc\u22125", "Etc/GMT+5"),
        ("UTC\uff0b9", "Etc/GMT-9"),
        ("+0530", "Asia/Kolkata"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("GMT-03:30", "America/St_Johns"),
        ("GMT+5.5", "Asia/Kolkata"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(GMT-08:00) Pacific Time", "America/Los_Angeles"),
        ("Deutschland", "Europe/Berlin"),
        ("東京", "Asia/Tokyo"),
        ("北京", "Asia/Shanghai"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("UTC±0", "UTC"),
        ("UTC+-4", "Etc/GMT+4"),
        ("GMT + -03:30", "America/St_Johns"),
        ("+-4", "Etc/GMT+4"),
        ("UTC++2", "Etc/GMT-2"),
        ("UTC+02:00:00", "Etc/GMT-2"),
        ("New York (UTC-4)", "America/New_York"),
        ("UTC\u22124 (New York)", "America/New_York"),
        ("UTC+5:30 India", "Asia/Kolkata"),
        ("CEST (UTC+2)", "Europe/Berlin"),
        ("gmt+2 (CEST)", "Europe/Berlin"),
        ("Berlin/Germany", "Europe/Berlin"),
        ("Germany / Berlin", "Europe/Berlin"),
        ("Europe / Berlin", "Europe/Berlin"),
    ],
)
def test_a_zone_is_found_by_what_people_call_it(typed: str, zone: str) -> None:
    assert find(typed, NOW) == [zone]


def test_est_is_new_york_with_its_summer_time() -> None:
    (zone,) = find("EST", NOW)
    july = datetime(2026, 7, 1, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert (zone, july.tzname()) == ("America/New_York", "EDT")


def test_what_has_several_clocks_is_asked_back() -> None:
    assert find("IST", NOW) == ["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]
    assert find("CST", NOW) == ["America/Chicago", "Asia/Shanghai"]
    assert find("USA", NOW)[:3] == ["America/New_York", "America/Chicago", "America/Los_Angeles"]
    assert set(find("Portland", NOW)) == {"America/Los_Angeles", "America/New_York"}


@pytest.mark.parametrize(
    "typed",
    ["", " ", "localtime", "Factory", "UTC+15", "UTC+1:10", "2", "xyzzy", "UTC±4", "UTC--4"],
)
def test_what_is_no_zone_is_not_guessed(typed: str) -> None:
    assert find(typed, NOW) == []


def test_a_place_with_a_slip_is_asked_for() -> None:
    assert near("Tokio") == "Tokyo"
    assert near("xyzzyq") is None


def test_every_iana_name_is_found_by_itself() -> None:
    ours = {"EST", "MST", "HST", "CET", "MET", "EET", "WET", "EST5EDT", "CST6CDT", "MST7MDT"}
    for zone in zones.names():
        if "/" in zone:
            assert find(zone, NOW) == [zone]
        elif zone not in ours:
            assert find(zone, NOW), zone


@given(st.text(max_size=40))
def test_whatever_is_typed_only_real_zones_come_out(typed: str) -> None:
    for zone in (*find(typed, NOW), *complete(typed, NOW, 25)):
        ZoneInfo(zone)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("san fran", "America/Los_Angeles"), ("mun", "Europe/Berlin"), ("IST", "Asia/Kolkata")],
)
def test_typing_completes_to_the_likely_zone(typed: str, first: str) -> None:
    assert complete(typed, NOW, 25)[0] == first


def test_a_locale_names_its_country_s_zones() -> None:
    assert of_locale("de", NOW) == ["Europe/Berlin"]
    assert of_locale("en-GB", NOW) == ["Europe/London"]
    assert of_locale("pt-BR", NOW)[0] == "America/Sao_Paulo"
    assert of_locale("es-419", NOW) == []


def test_an_offset_is_shown_as_people_write_it() -> None:
    assert label("Etc/GMT-2") == "UTC+2"
    assert label("America/New_York") == "America/New York"
