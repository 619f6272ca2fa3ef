"""Dates as people write them."""

from datetime import date, timedelta

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton
from hypothesis import given
from hypothesis import strategies as st

from papers.dates import AmbiguousDateError, Leaning, Span, Unit, complaint, find

TODAY = date(2025, 12, 10)
"""A Wednesday."""

DAYS = st.dates(date(1991, 1, 1), date(2099, 12, 31))
PAST, FUTURE = Leaning.PAST, Leaning.FUTURE

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def ordinal(number: int) -> str:
    ending = "th" if number in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def forms(day: date) -> list[str]:
    """Every form of a whole date."""
    month = MONTHS[day.month - 1]
    weekday = WEEKDAYS[day.weekday()]
    y, m, d = day.year, day.month, day.day
    return [
        *(f"{y}{sign}{m:02}{sign}{d:02}" for sign in "-/. "),
        *(f"{y}{sign}{m}{sign}{d}" for sign in "-/."),
        *(f"{y}{m:02}{d:02}", f"{y}年{m}月{d}日", f"{y}\u2013{m:02}\u2013{d:02}"),
        *(f"{d:02}.{m:02}.{y}", f"{d}.{m}.{y}", f"{d}. {m}. {y}"),
        *(f"{y}-{m:02}-{d:02}T09:30:00Z", f"{y}-{m:02}-{d:02} 09:30", f"“{y}-{m:02}-{d:02}”"),
        *(f"{d} {month} {y}", f"{d} {month[:3]} {y}", f"{d}-{month[:3]}-{y}", f"{d}{month[:3]}{y}"),
        *(f"{d}. {month} {y}", f"{ordinal(d)} of {month}, {y}", f"the {ordinal(d)} of {month} {y}"),
        *(f"{month} {d}, {y}", f"{month} {ordinal(d)} {y}", f"{month[:3]}. {d} {y}"),
        *(f"{y} {month} {d}", f"{y}-{month[:3]}-{d:02}"),
        *(f"{weekday}, {d} {month} {y}", f"{weekday[:3]} {month[:3]} {d} {y}"),
        f"{weekday[:3]}, {d:02} {month[:3]} {y} 05:00:00 +0000",
    ]


@given(DAYS)
def test_every_date_is_read_back_in_every_form_and_case(day: date) -> None:
    for form in forms(day):
        for typed in (form, form.upper(), f"  {form.lower()} "):
            assert find(typed, None) == Span(day), typed


@given(DAYS)
def test_a_date_with_its_numbers_in_either_order_is_read_where_it_can_mean_one_day(
    day: date,
) -> None:
    for sign in "/- ":
        for one, other in ((day.day, day.month), (day.month, day.day)):
            typed = f"{one:02}{sign}{other:02}{sign}{day.year}"
            if day.day > 12 or day.day == day.month:
                assert find(typed, TODAY) == Span(day)
            else:
                with pytest.raises(AmbiguousDateError) as caught:
                    find(typed, TODAY)
                assert day in caught.value.days


@given(DAYS)
def test_every_month_week_and_year_is_read_back(day: date) -> None:
    month, first = MONTHS[day.month - 1], day.replace(day=1)
    y, m = day.year, day.month
    for typed in (
        *(f"{y}-{m:02}", f"{y}/{m}", f"{m:02}/{y}", f"{m}.{y}", f"{month} {y}", f"{month[:3]} {y}"),
        *(f"{month[:3]}. {y}", f"{y} {month}", f"{month}, {y}", f"{month[:3]}-{y}", f"{y}年{m}月"),
    ):
        span = find(typed, None)
        assert span is not None
        assert span == Span(first, Unit.MONTH), typed
        assert span.first <= day <= span.last
    week = day - timedelta(days=day.weekday())
    for typed in (f"{day:%G-W%V}", f"{day:%GW%V}", f"week {day:%V %G}"):
        span = find(typed, None)
        assert span is not None
        assert span == Span(week, Unit.WEEK), typed
        assert span.first <= day <= span.last
    assert find(str(y), None) == Span(date(y, 1, 1), Unit.YEAR)


@given(DAYS, st.sampled_from(["de", "fr", "es", "pt-BR", "ja", "zh-CN", "ko", "en-GB"]))
def test_every_date_is_read_back_as_other_languages_write_it(day: date, code: str) -> None:
    locale = Locale.parse(code, sep="-")
    for length in ("full", "long", "medium"):
        typed = format_date(day, length, locale)
        assert find(typed, None) == Span(day), typed
    month = format_skeleton("yMMMM", day, locale=locale)
    assert find(month, None) == Span(day.replace(day=1), Unit.MONTH), month
    typed = format_skeleton("MMMMd", day, locale=locale)
    span = find(typed, day.replace(month=12, day=31))
    assert span is not None
    assert (span.first.month, span.first.day) == (day.month, day.day), typed


@pytest.mark.parametrize(
    ("typed", "away"),
    [
        *[(word, -2) for word in ("vorgestern", "Avant-hier", "antes de ayer", "一昨日")],
        *[(word, -1) for word in ("Gestern", "hier", "ayer", "ontem", "昨日", "昨天", "어제")],
        *[(word, 0) for word in ("heute", "Aujourd\u2019hui", "hoy", "hoje", "今日", "오늘")],
        *[(word, 1) for word in ("morgen", "demain", "mañana", "amanhã", "明日", "내일")],
        *[(word, 2) for word in ("übermorgen", "après-demain", "depois de amanhã", "明後日")],
        *[(word, -2) for word in ("Montag", "lundi", "lunes", "segunda-feira", "月曜日", "星期一")],
        ("am Montag", -2),
        ("1er décembre", -9),
        ("1º de dezembro", -9),
        ("8. Dez.", -2),
    ],
)
def test_days_around_today_have_names_in_other_languages(typed: str, away: int) -> None:
    assert find(typed, TODAY) == Span(TODAY + timedelta(days=away))


@pytest.mark.parametrize(
    ("english", "others"),
    [
        (
            "last week",
            "letzte Woche|la semaine dernière|la semana pasada|semana passada|先週|上周|지난주",
        ),
        ("this month", "diesen Monat|ce mois|este mes|este mês|今月|这个月|이번 달"),
        ("last year", "letztes Jahr|l'année dernière|año pasado|ano passado|去年|昨年|작년"),
        ("last monday", "letzten Montag|lundi dernier|el lunes pasado"),
        (
            "2 weeks ago",
            "vor 2 Wochen|vor zwei Wochen|il y a 2 semaines|hace 2 semanas|há 2 semanas",
        ),
        ("2 weeks ago", "2週間前|2周前|两周前|2주 전"),
        ("3 days ago", "vor 3 Tagen|il y a trois jours|hace tres días|3日前|3天前|3일 전"),
        ("2 years", "2 Jahre|2 ans|2 años|2 anos|2年前|2년 전"),
    ],
)
def test_a_time_ago_is_the_same_in_every_language(english: str, others: str) -> None:
    for typed in others.split("|"):
        assert find(typed, TODAY) == find(english, TODAY), typed


@pytest.mark.parametrize(
    ("english", "others"),
    [
        ("next week", "nächste Woche|la semaine prochaine|la próxima semana|来週|下周|다음 주"),
        ("next friday", "nächsten Freitag|vendredi prochain|el próximo viernes"),
        (
            "in 2 weeks",
            "in 2 Wochen|dans 2 semaines|en 2 semanas|daqui a 2 semanas|2週間後|2周后|2주 후",
        ),
    ],
)
def test_a_time_to_come_is_the_same_in_every_language(english: str, others: str) -> None:
    for typed in others.split("|"):
        assert find(typed, TODAY, FUTURE) == find(english, TODAY, FUTURE), typed


@pytest.mark.parametrize("typed", ["vor", "ha", "mes", "woche", "l'", "前", "2前", "years"])
def test_half_of_a_time_is_no_date(typed: str) -> None:
    assert find(typed, TODAY) is None


@given(DAYS, DAYS, st.sampled_from(Leaning))
def test_a_date_without_a_year_is_the_nearest_on_the_side_that_is_meant(
    day: date, today: date, leaning: Leaning
) -> None:
    month = MONTHS[day.month - 1]
    for typed in (
        f"{day.day} {month}",
        f"{month[:3]} {ordinal(day.day)}",
        f"{day.day}.{day.month}.",
    ):
        span = find(typed, today, leaning)
        assert span is not None
        assert (span.first.month, span.first.day) == (day.month, day.day)
        away = (span.first - today).days * (1 if leaning is FUTURE else -1)
        assert 0 <= away <= (366 if (day.month, day.day) != (2, 29) else 8 * 366)


@given(DAYS, st.sampled_from(range(7)))
def test_a_weekday_is_within_a_week_and_last_and_next_are_never_today(
    today: date, weekday: int
) -> None:
    name = WEEKDAYS[weekday]
    for typed, leaning, nearest, farthest in (
        (name, PAST, -6, 0),
        (f"on {name}", FUTURE, 1, 7),
        (f"last {name[:3]}", FUTURE, -7, -1),
        (f"next {name}", PAST, 1, 7),
        (f"this {name}", PAST, -6, 6),
    ):
        span = find(typed, today, leaning)
        assert span is not None
        assert span.first.weekday() == weekday
        assert nearest <= (span.first - today).days <= farthest


@pytest.mark.parametrize(
    ("typed", "past", "future"),
    [
        ("today", "2025-12-10", "2025-12-10"),
        ("Yesterday", "2025-12-09", "2025-12-09"),
        ("tomorrow", "2025-12-11", "2025-12-11"),
        ("the day before yesterday", "2025-12-08", "2025-12-08"),
        ("8 Dec", "2025-12-08", "2026-12-08"),
        ("Dec 12", "2024-12-12", "2025-12-12"),
        ("29 Feb", "2024-02-29", "2028-02-29"),
        ("31/3", "2025-03-31", "2026-03-31"),
        ("8 Dec '25", "2025-12-08", "2025-12-08"),
        ("31.3.25", "2025-03-31", "2025-03-31"),
        ("monday", "2025-12-08", "2025-12-15"),
        ("wednesday", "2025-12-10", "2025-12-17"),
        ("last wednesday", "2025-12-03", "2025-12-03"),
        ("2 weeks", "2025-11-26", "2025-12-24"),
        ("a week ago", "2025-12-03", "2025-12-03"),
        ("in three days", "2025-12-13", "2025-12-13"),
        ("10d", "2025-11-30", "2025-12-20"),
        ("\uff13 days ago", "2025-12-07", "2025-12-07"),
        ("this week", "2025-12-08", "2025-12-08"),
        ("last week", "2025-12-01", "2025-12-01"),
        ("next week", "2025-12-15", "2025-12-15"),
        ("last month", "2025-11-01", "2025-11-01"),
        ("next month", "2026-01-01", "2026-01-01"),
        ("last year", "2024-01-01", "2024-01-01"),
        ("december", "2025-12-01", "2025-12-01"),
        ("march", "2025-03-01", "2026-03-01"),
        ("last december", "2024-12-01", "2024-12-01"),
        ("next june", "2026-06-01", "2026-06-01"),
    ],
)
def test_a_date_counts_from_today(typed: str, past: str, future: str) -> None:
    for leaning, meant in ((PAST, past), (FUTURE, future)):
        span = find(typed, TODAY, leaning)
        assert span is not None
        assert span.first.isoformat() == meant
        assert find(typed, None) in (None, span), "without today, only what needs none"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "noonish", "10", "30 Feb", "31.04.2025", "2025-02-29", "0000-01-01", "13/13/2025"),
        *("Tuesday 8 December 2025", "1706.03762", "may be", "dec 32", "2025-W54", "9999999d"),
        *("31/3/25", "the", "-", "x" * 10_000, "9" * 10_000, "9999y"),
    ],
)
def test_what_is_no_date_is_not_guessed(typed: str) -> None:
    assert find(typed, TODAY) is None
    assert find(typed, TODAY, FUTURE) is None


@given(st.text(max_size=70), DAYS, st.sampled_from(Leaning))
def test_whatever_is_typed_is_a_date_two_or_none(typed: str, today: date, leaning: Leaning) -> None:
    try:
        span = find(typed, today, leaning)
    except AmbiguousDateError as error:
        assert error.days[0] != error.days[1]
    else:
        assert span is None or span.first.year > 0
    assert typed in complaint(typed, today, leaning)


def test_the_complaint_says_what_to_write() -> None:
    assert complaint("noonish", date(2025, 12, 9)) == (
        "I couldn't read “noonish” as a date. Try 2025-12-08, 8 December or yesterday."
    )
    assert complaint("noonish", date(2025, 12, 9), FUTURE) == (
        "I couldn't read “noonish” as a date. Try 2025-12-16, 16 December or tomorrow."
    )
    assert complaint("03/04/2025", TODAY) == (
        "“03/04/2025” can mean two days. Write 2025-04-03 or 2025-03-04."
    )
    assert complaint("3/4", TODAY, FUTURE) == (
        "“3/4” can mean two days. Write 2026-04-03 or 2026-03-04."
    )
