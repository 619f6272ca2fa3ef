"""Papers and payloads of every kind, for hypothesis."""

from datetime import UTC, date

from hypothesis import strategies as st

from bot.ui.payloads import CardPayload, HeaderEntry, HeaderPayload, TrendingEntry
from papers.model import Author, Metrics, Paper
from papers.trending import Reason
from tests.bot.ui.texts import anything, long_anything

days = st.dates(min_value=date(1991, 8, 14), max_value=date(2090, 1, 1))
moments = st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 1970)
counts = st.one_of(st.none(), st.integers(0, 10**7))
ids = st.one_of(
    st.builds("{:04d}.{:05d}".format, st.integers(1501, 4912), st.integers(1, 99999)),
    st.just("hep-th/9901001"),
)
titles = long_anything.filter(lambda title: bool(title.strip()))
urls = st.one_of(
    st.none(),
    st.builds("https://github.com/{}".format, anything),
    st.builds("https://a.example/{}".format, st.text("a(", max_size=2000)),
    anything,
)
words = anything.map(lambda word: word.encode("utf-8", "ignore").decode())
reasons = st.builds(
    Reason,
    upvotes=counts,
    gained=counts,
    since_hours=st.one_of(st.none(), st.floats(0, 1000)),
    stars=counts,
    matched=st.lists(words, max_size=10).map(tuple),
    prior=st.one_of(st.none(), st.just("authors' earlier papers did well")),
    taste=st.booleans(),
)
entries = st.builds(
    HeaderEntry,
    rank=st.integers(1, 20),
    paper_id=ids,
    title=titles,
    url=st.one_of(
        st.builds("https://arxiv.org/abs/{}".format, ids),
        st.builds("https://a.example/{}".format, st.text("ab", max_size=600)),
    ),
    reason=reasons,
)
trends = st.builds(
    TrendingEntry,
    paper_id=ids,
    title=titles,
    url=st.builds("https://arxiv.org/abs/{}".format, ids),
    upvotes=counts,
    stars=counts,
    posted=st.booleans(),
    since=st.one_of(st.none(), days),
)
headers = st.builds(
    HeaderPayload,
    day=days,
    entries=st.lists(entries, max_size=20).map(tuple),
    total=counts,
    late=st.one_of(st.none(), anything),
    notes=st.lists(anything, max_size=4).map(tuple),
    footer=st.one_of(st.none(), anything),
    updated_at=st.one_of(st.none(), moments),
    ping_role_id=st.one_of(st.none(), st.integers(1, 2**63)),
    trending=st.lists(trends, max_size=3).map(tuple),
)
people = st.one_of(
    st.lists(anything, max_size=12).map(tuple),
    st.integers(1, 400).map(lambda count: tuple(f"Ada Lovelace {n}" for n in range(count))),
)
card_fields = {
    "paper_id": ids,
    "title": titles,
    "rank": st.one_of(st.none(), st.integers(1, 20)),
    "authors": people,
    "author_count": st.integers(0, 4000),
    "organization": st.one_of(st.none(), anything),
    "summary": long_anything,
    "upvotes": counts,
    "comments": counts,
    "stars": counts,
    "repository": urls,
    "project_page": urls,
    "categories": st.lists(st.one_of(st.just("cs.CL"), anything), max_size=10).map(tuple),
    "published": st.one_of(st.none(), days),
    "reason": st.one_of(st.none(), reasons),
    "thumbnail": urls,
    "withdrawn": st.booleans(),
}
cards = st.builds(CardPayload, **card_fields)


def a_paper(**changes: object) -> Paper:
    """Return an ordinary paper with some fields changed."""
    fields: dict[str, object] = {
        "id": "2406.07496",
        "title": "TextGrad: Automatic Differentiation via Text",
        "abstract": "AI is undergoing a paradigm shift. Breakthroughs come from systems.",
        "authors": tuple(map(Author, ("Mert Yuksekgonul", "Federico Bianchi", "Joseph Boen"))),
        "categories": ("cs.CL", "cs.AI"),
        "organization": "Stanford University",
        "repository": "https://github.com/zou-group/textgrad",
        "project_page": "https://textgrad.com",
    }
    return Paper(**(fields | changes))  # pyright: ignore[reportArgumentType]


NUMBERS = Metrics(upvotes=118, stars=251, comments=4)
