"""A roundup's header keeps to Discord's limits, whatever its papers are called."""

from datetime import date

from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.ui.cards import header_name, render_header
from bot.ui.payloads import HeaderEntry, HeaderPayload
from bot.ui.roundup_payload import RoundupLine, RoundupPayload
from bot.ui.text import length
from papers.cadence import Every
from papers.trending import Reason

CARD = "https://discord.com/channels/" + "/".join(["1" * 19] * 3)
titles = st.text(min_size=1, max_size=400)
lines = st.builds(
    RoundupLine,
    paper_id=st.just("2506.00001"),
    title=titles,
    url=st.just(CARD),
    before=st.integers(0, 9_999),
    count=st.integers(1, 9_999),
    repository=st.one_of(st.none(), st.just("https://github.com/" + "a" * 250)),
)
some = st.lists(lines, max_size=3).map(tuple)
roundups = st.builds(
    RoundupPayload,
    every=st.sampled_from([Every.WEEK, Every.MONTH]),
    first=st.just(date(2025, 6, 9)),
    rose=some,
    saved=some,
    code=some,
    topics=st.lists(st.tuples(titles, st.integers(2, 99)), max_size=6).map(tuple),
)
entries = st.builds(
    HeaderEntry,
    rank=st.integers(1, 10),
    paper_id=st.just("2506.00001"),
    title=titles,
    url=st.just("https://arxiv.org/abs/2506.00001"),
    reason=st.builds(Reason, upvotes=st.integers(0, 9_999), stars=st.integers(0, 99_999)),
)


@given(
    roundups,
    st.lists(entries, min_size=1, max_size=10).map(tuple),
    st.text(max_size=300),
    st.booleans(),
)
def test_a_header_of_ten_papers_and_all_parts_fits_into_one_message(
    roundup: RoundupPayload, papers: tuple[HeaderEntry, ...], text: str, picture: bool
) -> None:
    payload = HeaderPayload(
        day=date(2025, 6, 13),
        entries=papers,
        late=text or None,
        notes=(text,),
        footer=text,
        ping_role_id=1,
        roundup=roundup,
    )
    view = render_header(payload, picture=picture)
    texts = [item for item in view.walk_children() if isinstance(item, ui.TextDisplay)]
    assert sum(length(item.content) for item in texts) <= limits.LAYOUT_CHARACTERS
    assert view.total_children_count <= limits.COMPONENTS
    assert len(header_name(payload)) <= limits.THREAD_NAME
