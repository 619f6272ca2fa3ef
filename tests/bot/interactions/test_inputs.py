from datetime import UTC, datetime, time

import pytest

from bot import limits
from bot.interactions.errors import UserError
from bot.interactions.inputs import (
    parse_categories,
    parse_emoji,
    parse_time,
    parse_timezone,
    timezone_choices,
)
from bot.interactions.time_form import zone_field

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9", time(9)),
        ("9am", time(9)),
        ("9 a.m.", time(9)),
        ("09:30", time(9, 30)),
        ("0930", time(9, 30)),
        ("9.30", time(9, 30)),
        ("21h", time(21)),
        ("21h30", time(21, 30)),
        ("9 Uhr", time(9)),
        ("at 9 o'clock", time(9)),
        ("12am", time(0)),
        ("12 PM", time(12)),
        ("noon", time(12)),
        ("Midnight", time(0)),
        ("Mittag", time(12)),
        ("à 9h", time(9)),
        ("a las 9", time(9)),
        ("meia-noite", time(0)),
        ("午後9時", time(21)),
        ("上午 9:30", time(9, 30)),
        ("오후 3시 30분", time(15, 30)),
        ("\uff19\uff1a\uff13\uff10", time(9, 30)),  # full-width digits
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["", "25", "9:75", "13pm", "0pm", "soon", "9-10", "2460"])
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(UserError, match="Try 09:00"):
        parse_time(typed)


def test_a_zone_with_several_clocks_asks_which() -> None:
    with pytest.raises(UserError, match="Kolkata, Dublin or Jerusalem"):
        parse_timezone("IST", NOW)


def test_an_unknown_zone_offers_the_place_that_is_spelled_nearly_so() -> None:
    with pytest.raises(UserError, match=r"Did you mean Tokyo\?"):
        parse_timezone("Tokio", NOW)
    with pytest.raises(UserError, match="Type a city, a country"):
        parse_timezone("qqqqqq", NOW)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12 noon", time(12)),
        ("24:00", time(0)),
        ("9 o\u2019clock", time(9)),
        ("@9", time(9)),
        ("9:00:00", time(9)),
        ("9 Uhr 30", time(9, 30)),
        ("9,30", time(9, 30)),
        ("930", time(9, 30)),
        ("1700h", time(17)),
        ("kl. 9", time(9)),
        ("9時30分", time(9, 30)),
        ("9点", time(9)),
    ],
)
def test_a_time_is_read_as_other_countries_write_it(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["09:00 UTC", "9am EST", "9pm cet"])
def test_a_time_with_a_zone_says_where_the_zone_goes(typed: str) -> None:
    with pytest.raises(UserError, match="the time zone in `timezone`"):
        parse_time(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (":+1:", "\U0001f44d"),
        (":thumbsup_tone3:", "\U0001f44d"),
        (":thumbsup::skin-tone-3:", "\U0001f44d"),
        (":flag_de:", "\U0001f1e9\U0001f1ea"),
        ("\\\U0001f4cc", "\U0001f4cc"),
        ("\U0001faf1\U0001f3fb\u200d\U0001faf2\U0001f3ff", "\U0001f91d"),
    ],
)
def test_an_emoji_is_read_by_the_names_that_discord_gives_it(typed: str, meant: str) -> None:
    assert parse_emoji(typed) == meant


def test_before_anything_is_typed_the_person_s_own_country_comes_first() -> None:
    assert timezone_choices("", NOW, "ja")[0] == ("Asia/Tokyo (21:00 now)", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("cs.CL", ("cs.CL",)),
        ("cs.cl, STAT.ml", ("cs.CL", "stat.ML")),
        ("cs.*", ("cs.*",)),
        ("cs.CV/cs.CL", ("cs.CV", "cs.CL")),
        ("NLP", ("cs.CL",)),
        ("machine learning", ("cs.LG", "stat.ML")),
        ("NLP and computer vision", ("cs.CL", "cs.CV")),
        ("Computation and Language", ("cs.CL",)),
        ("Computational Engineering, Finance, and Science", ("cs.CE",)),
        ("Computer Science", ("cs",)),
        ("robotics cs.CL", ("cs.RO", "cs.CL")),
        ("hep-th; quant-ph", ("hep-th", "quant-ph")),
        ("", ()),
    ],
)
def test_categories_are_read_by_code_and_by_name(typed: str, codes: tuple[str, ...]) -> None:
    assert parse_categories(typed) == codes


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("cs.ZZ", "Try cs"),
        ("cs.CLL", r"Did you mean cs\.CL"),
        ("biolgy", r"Did you mean q-bio"),
        ("cs.CL hep", r"“hep”\. Did you mean hep-ex"),
        ("Computer", "arXiv has no category"),
    ],
)
def test_a_category_that_arxiv_lacks_is_refused_with_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(UserError, match=near):
        parse_categories(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("🔖", "🔖"),
        (" `🔖` ", "🔖"),
        ("👍🏽", "👍"),
        ("🧑🏽\u200d🔬", "🧑\u200d🔬"),
        ("❤", "❤"),
        ("❤️", "❤️"),
        ("1️⃣", "1️⃣"),
        ("🇯🇵", "🇯🇵"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",) * 2,
        (":bookmark:", "🔖"),
        ("\U0001fae9", "\U0001fae9"),  # face with bags under eyes, Unicode 16
        ("<:wow:123456789012345678>", "<:wow:123456789012345678>"),
        ("<a:party:123456789012345678>", "<a:party:123456789012345678>"),
    ],
)
def test_an_emoji_is_read_without_its_tone_and_what_was_copied_along(
    typed: str, meant: str
) -> None:
    assert parse_emoji(typed) == meant


@pytest.mark.parametrize("typed", ["", "a", "1", "🔖🔖", "bookmark", "→", "♾x", "🏽", "©x", "∑"])
def test_what_is_no_emoji_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="as an emoji"):
        parse_emoji(typed)


def test_the_bare_name_of_a_servers_emoji_is_explained() -> None:
    with pytest.raises(UserError, match="Discord sends only the name"):
        parse_emoji(":our_own_logo:")


def test_an_emoji_that_discord_does_not_have_yet_is_refused() -> None:
    with pytest.raises(UserError, match="doesn't have"):
        parse_emoji("\U0001f6d9")  # accepted for Unicode 18


def test_a_form_offers_a_zone_that_is_not_in_its_list_first() -> None:
    labels = {"Europe/Berlin": "Berlin", "UTC": "UTC"}
    chosen = zone_field(labels, "Asia/Kolkata")
    assert [each.value for each in chosen.options] == ["Asia/Kolkata", "Europe/Berlin", "UTC"]
    assert [each.value for each in chosen.options if each.default] == ["Asia/Kolkata"]
    many = zone_field({f"Zone/{n}": f"Zone {n}" for n in range(40)}, "UTC")
    assert len(many.options) == limits.SELECT_OPTIONS
    assert many.options[0].value == "UTC"
