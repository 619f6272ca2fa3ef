"""What news says, and that a digest with it can be sent whatever its papers are called."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.i18n import LANGUAGES, language_for, use
from bot.services.digests import DigestEntry, DigestPayload, MoreEntry, render_digest
from bot.ui.news import SHOWN, SHOWN_ALONE, NewsEntry, news_section, news_text
from papers.news import LONGEST_WORDS, Kind
from tests.bot.ui import layout
from tests.bot.ui.markdown import read
from tests.bot.ui.papers import counts, days, ids, people, titles, urls
from tests.bot.ui.texts import anything, long_anything
from tests.bot.world import MONDAY

slow = settings(
    max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
news = st.builds(
    NewsEntry,
    news_id=st.integers(1, 10**6),
    paper_id=ids,
    title=titles,
    kind=st.sampled_from(Kind),
    level=st.integers(1, 10**4),
    words=long_anything.map(lambda words: words[:LONGEST_WORDS]),
    address=urls,
    count=counts,
)
entries = st.builds(
    DigestEntry,
    paper_id=ids,
    title=titles,
    authors=people,
    published=st.one_of(st.none(), days),
    upvotes=counts,
    stars=counts,
    repository=urls,
    summary=long_anything,
    topic=anything,
    reason=anything,
)


def unique(entry: DigestEntry) -> str:
    return entry.paper_id


def entry(kind: Kind, *, level: int = 1, **known: object) -> NewsEntry:
    return NewsEntry(
        news_id=1,
        paper_id="2406.07496",
        title="TextGrad",
        kind=kind,
        level=level,
        **known,  # pyright: ignore[reportArgumentType] - fields of an entry
    )


@slow
@given(
    st.lists(entries, max_size=7, unique_by=unique),
    st.lists(news, min_size=1, max_size=SHOWN_ALONE),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_a_digest_with_news_can_be_sent(
    shown: list[DigestEntry], brought: list[NewsEntry], language: str
) -> None:
    payload = DigestPayload(
        day=MONDAY,
        entries=tuple(shown),
        more=(MoreEntry(paper_id="2406.07496", topic="x", reason="y"),) if shown else (),
        news=tuple(brought[:SHOWN] if shown else brought),
        news_left=3,
    )
    with use(language_for(language)):
        for page in range(payload.pages):
            view = render_digest(1, payload, page)
            layout.assert_sendable(view)
            acted = set[str]().union(*(each.acted for each in layout.reading(view)))
            assert acted <= {"heading", "subtext", "bold", "link", "quote", "list"}


def test_the_longest_papers_and_the_longest_news_fit_together() -> None:
    long = "Long " * 200
    shown = tuple(
        DigestEntry(
            paper_id=f"2406.0000{number}",
            title=long,
            authors=(long, long, long),
            published=MONDAY,
            upvotes=10**7,
            stars=10**7,
            repository="https://github.com/" + "long" * 15,
            summary=long,
            topic=long,
            reason=long,
        )
        for number in range(5)
    )
    brought = entry(Kind.VERSION, level=2, words=long).model_copy(update={"title": long})
    payload = DigestPayload(day=MONDAY, entries=shown, news=(brought,) * SHOWN, news_left=9)
    layout.assert_sendable(render_digest(1, payload))


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (entry(Kind.WITHDRAWN), "Withdrawn by its authors ⚠️"),
        (entry(Kind.WITHDRAWN, words="An error"), "Withdrawn by its authors: An error"),
        (entry(Kind.PUBLISHED, words="Nature 1"), "Published: Nature 1"),
        (entry(Kind.VERSION, level=3), "Version 3 is out"),
        (entry(Kind.VERSION, level=2, words="Accepted"), "Version 2 is out: Accepted"),
        (entry(Kind.CODE), "Code is available"),
        (entry(Kind.CODE, count=1_204), "Code is available · 1,204 stars"),
        (entry(Kind.STARS, level=1_000), "Its code has passed 1,000 stars on GitHub"),
        (entry(Kind.MODEL, count=1), "1 model on Hugging Face"),
        (entry(Kind.DATASET, count=2), "2 datasets on Hugging Face"),
        (entry(Kind.SPACE), "1 Space on Hugging Face"),
    ],
)
def test_each_kind_of_news_in_words(piece: NewsEntry, said: str) -> None:
    assert news_text(piece) == said


def test_the_section_links_papers_and_what_became_of_them() -> None:
    section = news_section(
        [
            entry(Kind.CODE, address="https://github.com/zou-group/textgrad"),
            entry(Kind.MODEL, count=2),
        ],
        more=3,
    )
    assert read(section).links == [
        ("TextGrad", "https://arxiv.org/abs/2406.07496"),
        ("Code is available", "https://github.com/zou-group/textgrad"),
        ("TextGrad", "https://arxiv.org/abs/2406.07496"),
        ("2 models on Hugging Face", "https://huggingface.co/papers/2406.07496"),
    ]
    assert "News on papers you saved" in section
    assert section.endswith("-# 3 more in your inbox")
    assert news_section([]) == ""
