"""The query language: what people write, what it means, and what they are told when it is wrong."""

import gc
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papers.model import Author, Paper
from papers.topics import (
    MAX_BRANCHES,
    MAX_LENGTH,
    Branch,
    Condition,
    Field,
    FieldName,
    Phrase,
    Strictness,
    Topic,
    TopicError,
    Word,
    narrower,
    parse,
    parse_many,
    parse_plain,
    wider,
)

PAPER = Paper(
    id="2406.07496",
    title="Video Diffusion Models with Flow Matching",
    abstract="We train a world model. Re-identification of persons is not studied here.",
    authors=(Author("Yann LeCun", "ylecun"), Author("José García-López")),
    categories=("cs.CV", "eess.IV"),
    organization="AI at Meta",
    repository="https://github.com/a/b",
)


def allows(source: str, paper: Paper = PAPER) -> bool:
    return parse(source).allows(paper)


def error(source: str) -> tuple[str, int]:
    with pytest.raises(TopicError) as caught:
        parse(source)
    return str(caught.value), caught.value.position


def test_plain_words_stay_plain_words() -> None:
    topic = parse("diffusion models for video")
    assert topic.words == ("diffusion", "models", "for", "video")
    assert topic.text == "diffusion models for video"
    assert topic.plain
    assert topic.required == topic.excluded == ()


def test_or_binds_weaker_than_standing_side_by_side() -> None:
    topic = parse('diffusion models OR "flow matching" -survey')
    assert topic.texts == ("diffusion models", "flow matching")
    assert [b.conditions for b in topic.branches] == [
        (),
        (Condition(Phrase("flow matching"), True), Condition(Word("survey"), False)),
    ]


def test_parentheses_share_what_stands_beside_them() -> None:
    topic = parse("(agents OR planning) cat:cs.CL -survey")
    assert topic.texts == ("agents", "planning")
    assert topic.required == (Condition(Field(FieldName.CATEGORY, "cs.CL"), True),)
    assert topic.excluded == (Condition(Word("survey"), False),)


def test_excluding_a_choice_excludes_each_of_it() -> None:
    assert parse("video -(audio OR speech)").branches == parse("video -audio -speech").branches


def test_a_field_holds_for_a_whole_parenthesis() -> None:
    assert parse('title:(video OR "flow matching")') == parse(
        'title:video OR title:"flow matching"'
    )


@pytest.mark.parametrize(
    "source",
    [
        '"flow matching"',
        '"diffusion model"',
        '"re identification"',
        "title:video",
        "title:(video diffusion)",
        'abstract:"world models"',
        'author:"Yann LeCun"',
        "author:lecun",
        'author:"Y. LeCun"',
        "author:ylecun",
        'author:"Jose Garcia Lopez"',
        "org:meta",
        'org:"AI at Meta"',
        "cat:cs.cv",
        "cat:CS",
        "cat:cs.*",
        "cat:eess.IV",
        "code:yes",
        "-audio",
        '-"world modelling with audio"',
        "cat:cs.CL OR cat:cs.CV",
        "anything at all",
    ],
)
def test_lets_the_paper_through(source: str) -> None:
    assert allows(source)


@pytest.mark.parametrize(
    "source",
    [
        '"matching flow"',
        '"flow matching we train"',
        "title:world",
        "abstract:video",
        "author:yann -author:lecun",
        'author:"Yoshua LeCun"',
        'author:"Y"',
        "org:met",
        "cat:cs.CL",
        "cat:math",
        "code:no",
        "-videos",
        "video NOT (audio OR training)",
        '-"world model"',
    ],
)
def test_keeps_the_paper_out(source: str) -> None:
    assert not allows(source)


SINCE_ERROR = "I couldn't read “maybe” as a date. Try 2025-12-08, 8 December or yesterday."


@pytest.mark.parametrize(
    ("source", "message", "position"),
    [
        ("", "Write at least one word.", 0),
        (" \t … - ", "Write at least one word.", 0),
        ('video "flow matching', "This quotation mark is never closed.", 6),
        ('video ""', "Write something between these quotation marks.", 6),
        ("(a OR b", "This parenthesis is never closed.", 0),
        ("a b) c", "This closing parenthesis has no opening one.", 3),
        (")", "This closing parenthesis has no opening one.", 0),
        ("a () b", "Write something between these parentheses.", 2),
        ("OR video", "OR needs a word on both sides.", 0),
        ("video OR", "OR needs a word on both sides.", 6),
        ("a OR OR b", "OR needs a word on both sides.", 5),
        ("video -", "", -1),
        ("video NOT", "Write a word after this minus sign.", 6),
        ("title: ", "“title:” needs a value, e.g. title:diffusion.", 6),
        ("since:maybe", SINCE_ERROR, 6),
        ("autho:hinton", "There is no field “autho:”. Did you mean “author:”?", 0),
        ("code:maybe", "Write “code:yes” or “code:no”.", 5),
        ("title:(author:x)", "A field can't be inside another field.", 7),
        ("(" * 30 + "a", "These parentheses are nested too deeply.", 20),
    ],
)
def test_errors_say_what_is_wrong_and_where(source: str, message: str, position: int) -> None:
    if not message:
        assert parse(source) == parse("video"), "a dash that stands alone is punctuation"
        return
    assert error(source) == (message, position)


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        ("agents cat:nlp", "agents cat:cs.CL"),
        ("agents category:NLP,vision", "agents cat:cs.CL,cs.CV"),
        ('agents cat:"machine learning"', "agents cat:cs.LG,stat.ML"),
        ("agents -cat:ml", "agents -cat:cs.LG -cat:stat.ML"),
    ],
)
def test_categories_are_known_by_the_names_that_people_use(named: str, codes: str) -> None:
    assert parse(named).branches == parse(codes).branches


def test_an_unknown_category_is_answered_with_examples() -> None:
    message, position = error("agents cat:nonsense")
    assert "arXiv has no category “nonsense”" in message
    assert "cs.CL" in message
    assert position == 11


def test_too_long_and_too_many_alternatives_are_refused() -> None:
    assert error("a" * (MAX_LENGTH + 1))[1] == MAX_LENGTH
    choice = "(a OR b OR c OR d)"
    assert str(MAX_BRANCHES) in error(" ".join([choice] * 3))[0]
    assert len(parse(" ".join([choice] * 2)).branches) == 16


def test_a_time_or_a_link_is_no_field() -> None:
    assert parse("see https://arxiv.org 12:30 Re:").plain


def test_typographic_quotes_and_dashes_work_as_typed_on_a_phone() -> None:
    assert parse("“flow matching” —survey") == parse('"flow matching" -survey')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Video  diffusion", "video diffusion"),
        ("a OR b", "b OR a"),
        ("video cat:cs.CL -survey", "-survey video cat:CS.cl"),
        ("x (a OR b)", "(b OR a) x"),
        ('video "Flow Matching"', '"flow matching" video'),
    ],
)
def test_topics_that_ask_the_same_have_one_key(one: str, other: str) -> None:
    assert parse(one).key == parse(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("video diffusion", "diffusion video"),
        ("video diffusion", '"video diffusion"'),
        ("a b OR c", "a (b OR c)"),
        ("-a b", "a -b"),
        ("title:a", "a"),
    ],
)
def test_topics_that_ask_different_things_have_different_keys(one: str, other: str) -> None:
    assert parse(one).key != parse(other).key


SIGNS = ["a", "video", "-", "(", ")", '"', "OR", "AND", "NOT", "title:", "author:", "cat:", "cs.CL"]
MORE_SIGNS = [*SIGNS, "code:yes", "org:Meta", "“", "”", "«", ":", "|", ",", "\n", " "]
syntax = st.lists(st.sampled_from(MORE_SIGNS) | st.characters()).map("".join) | st.lists(
    st.sampled_from(["b c", '"x y"', *SIGNS])
).map(" ".join)


@given(syntax | st.text())
def test_any_text_is_a_topic_that_prints_itself_or_a_sentence(source: str) -> None:
    try:
        topic = parse(source)
    except TopicError as problem:
        assert str(problem).endswith((".", "?"))
        assert 0 <= problem.position <= len(source)
    else:
        again = parse(str(topic))
        assert again == topic
        assert again.key == topic.key
        assert str(again) == str(topic)
        topic.allows(PAPER)


@given(syntax | st.text(min_size=1))
def test_plain_reading_of_any_text_with_a_word_never_fails(source: str) -> None:
    try:
        topic = parse_plain(source)
    except TopicError as problem:
        assert "at least one word" in str(problem)
    else:
        assert topic.plain
        assert topic.allows(PAPER)


def test_many_topics_are_read_as_each_alone_and_broken_ones_are_left_out() -> None:
    assert parse_many(["video", "(broken", "-a"]) == [parse("video"), None, parse("-a")]
    assert gc.isenabled()


@given(st.lists(st.text("aOR1é-_ ", max_size=6)).map(" ".join))
def test_words_and_hyphens_are_read_the_short_way_as_the_long_one(source: str) -> None:
    try:
        topic = parse(source)
    except TopicError as problem:
        # Blanks around keep a text from the short way.
        assert error(f" {source} ")[0] == str(problem)
    else:
        assert parse(f" {source} ") == topic


def steps(source: str, *, wide: bool) -> list[str]:
    topic, strictness = parse(source), Strictness.STRICT
    seen: list[str] = []
    while (step := (wider if wide else narrower)(topic, strictness)) is not None:
        topic, strictness = step
        seen.append(str(topic) + ("" if strictness is Strictness.STRICT else f" ({strictness})"))
    return seen


def test_narrower_goes_from_words_to_a_phrase_to_the_title() -> None:
    assert steps("video diffusion", wide=False) == ['"video diffusion"', 'title:"video diffusion"']
    video = parse("video")
    assert narrower(video, Strictness.BROAD) == (video, Strictness.NORMAL)
    assert narrower(video, Strictness.NORMAL) == (video, Strictness.STRICT)


def test_narrower_keeps_the_conditions_and_each_alternative() -> None:
    assert steps("(a b OR c) -d cat:cs.CL", wide=False)[0] == '("a b" OR c) -d cat:cs.CL'


def test_wider_goes_from_the_title_to_words_to_normal_to_broad_to_no_filters() -> None:
    assert steps('title:"video diffusion" cat:cs.CV author:hinton -survey', wide=True) == [
        '"video diffusion" cat:cs.CV author:hinton -survey',
        "video diffusion cat:cs.CV author:hinton -survey",
        "video diffusion cat:cs.CV author:hinton -survey (normal)",
        "video diffusion cat:cs.CV author:hinton -survey (broad)",
        "video diffusion author:hinton -survey (broad)",
    ]


def test_wider_never_leaves_a_topic_of_exclusions_alone() -> None:
    assert steps("cat:cs.CL -survey", wide=True) == []


@given(syntax)
@example('"a;"')
def test_narrower_and_wider_end_and_give_topics_that_can_be_written(source: str) -> None:
    try:
        parse(source)
    except TopicError:
        return
    for wide in (True, False):
        written = steps(source, wide=wide)
        assert len(written) < 9
        for text in written:
            bare = text.removesuffix(" (broad)").removesuffix(" (normal)")
            assert str(parse(bare)) == bare


def test_a_branch_knows_its_text_in_the_order_written() -> None:
    branch = parse('fast "flow matching" video cat:cs').branches[0]
    assert branch == Branch(
        parts=(Word("fast"), Phrase("flow matching"), Word("video")),
        conditions=(
            Condition(Phrase("flow matching"), True),
            Condition(Field(FieldName.CATEGORY, "cs"), True),
        ),
    )
    assert branch.text == "fast flow matching video"


def test_topics_are_values() -> None:
    assert len({parse("a b"), parse("a  b"), Topic(parse("a b").root)}) == 1


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("titel:diffusion", "title:diffusion"),
        ("Título: difusión autor:LeCun", "title:difusión author:LeCun"),
        ('titre:"flow matching" depuis:2025', 'title:"flow matching" since:2025-01-01'),
        ("標題：拡散 タイトル：拡散モデル", "標題：拡散 title:拡散モデル"),  # noqa: RUF001
        ("作者:何恺明 类别:计算机视觉", "author:何恺明 cat:cs.CV"),
        ("제목:확산 분야:로보틱스", "title:확산 cat:cs.RO"),
        ("Kategorie:maschinelles Lernen agents", "(cat:cs.LG OR cat:stat.ML) agents"),
        ("agents seit:letzte Woche", "agents since:2025-06-02"),
    ],
)
def test_fields_have_names_in_every_language_of_the_bot(typed: str, read: str) -> None:
    assert str(parse(typed, date(2025, 6, 9))) == read


def test_a_word_with_a_colon_in_another_language_is_a_word() -> None:
    assert parse("Überblick: Diffusionsmodelle").plain
