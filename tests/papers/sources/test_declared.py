"""Sources of topics as they are stored, and the papers that each is matched with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources.declared import (
    CHOSEN,
    DEFAULT,
    DEFAULT_POOL,
    ServerFeed,
    in_order,
    pools,
    server_feed,
    web_key,
)

NUMBERS = st.integers(1, 10**9)
FEEDS = st.builds(ServerFeed, NUMBERS, NUMBERS)


@given(FEEDS)
def test_the_key_of_a_servers_feed_says_which_it_is(feed: ServerFeed) -> None:
    assert server_feed(feed.key) == feed


@pytest.mark.parametrize(
    "key", ["web1", "web1@", "web0@5", "web1@05", "biorxiv@5", "web1@5@6", " web1@5", "web²@5"]
)
def test_what_is_no_key_of_a_servers_feed_is_none(key: str) -> None:
    assert server_feed(key) is None


@given(st.lists(st.sampled_from([*DEFAULT, *CHOSEN]) | FEEDS.map(lambda feed: feed.key)))
def test_sources_are_stored_in_one_order_and_keep_their_feeds(keys: list[str]) -> None:
    stored = in_order(keys)
    assert in_order(reversed(stored)) == stored == in_order([*keys, *keys])
    assert {key for key in keys if server_feed(key)} <= set(stored)
    assert set(stored) <= {*keys, *DEFAULT}


@given(st.lists(FEEDS.map(lambda feed: feed.key), min_size=1, unique=True), st.booleans())
def test_a_feed_that_is_lost_is_matched_with_nothing_and_never_with_the_default(
    feeds: list[str], others: bool
) -> None:
    keys = in_order([*feeds, "biorxiv"] if others else feeds)
    assert DEFAULT_POOL not in pools(keys)
    assert pools(keys, lost=feeds) == (("biorxiv",) if others else ())
    assert pools((*DEFAULT, *keys), lost=feeds)[0] == DEFAULT_POOL


def test_one_feed_that_two_servers_have_is_one_set_of_papers() -> None:
    assert pools([ServerFeed(5, 7).key, ServerFeed(6, 7).key, "ssrn"]) == (web_key(7), "ssrn")
