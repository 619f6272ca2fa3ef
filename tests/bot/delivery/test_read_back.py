"""By what our own messages are known again, and when a post is tried again."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from bot import limits
from bot.delivery.read_back import nonce, role_mention, strings_of
from bot.delivery.retry import retry_at
from storage.posts import PLANNED, Post
from tests.bot.world import MONDAY, at

POST = Post(
    id=7,
    feed_id=1,
    guild_id=2,
    channel_id=3,
    batch_day=MONDAY,
    local_date=MONDAY,
    state=PLANNED,
    late=False,
    payload=None,
    header_message_id=None,
    thread_id=None,
    planned_at=at(MONDAY, 9),
    started_at=None,
    sent_at=None,
    finished_at=None,
    attempts=0,
    next_try_at=None,
    refreshes=0,
    reason=None,
)


def nonce_of(post: Post, step: str) -> str:
    return nonce(post.channel_id, post.id, post.planned_at.timestamp(), step)


def test_a_step_has_the_same_nonce_in_every_try_and_every_version() -> None:
    # A post that one version began is finished by the next: another nonce would be another message.
    assert nonce_of(POST, "header") == "8bcb2e7549121d4e4b106efc"
    assert len(nonce_of(POST, "header")) == limits.MESSAGE_NONCE - 1


def test_no_two_steps_share_a_nonce_not_even_those_of_two_databases() -> None:
    others = (
        replace(POST, id=8),
        replace(POST, channel_id=4),
        replace(POST, planned_at=at(MONDAY, 10)),
    )
    assert len({nonce_of(post, "header") for post in (POST, *others)} | {nonce_of(POST, "0")}) == 5


def test_a_header_may_ping_its_own_role_and_nobody_else() -> None:
    assert role_mention(None).to_dict() == {"parse": [], "roles": []}
    assert role_mention(5).to_dict() == {"parse": [], "roles": [5]}
    assert role_mention(5).replied_user is False


def test_a_messages_strings_are_found_however_deep_they_stand() -> None:
    button = SimpleNamespace(label="Save", url=None)
    link = SimpleNamespace(label="arXiv", url="https://arxiv.org/abs/2506.00900")
    text = SimpleNamespace(content="A title")
    section = SimpleNamespace(children=[text], accessory=link)
    container = SimpleNamespace(children=[section, SimpleNamespace(children=[button])])
    message = SimpleNamespace(components=[container, SimpleNamespace(content="A footer")])
    assert strings_of(message) == [  # pyright: ignore[reportArgumentType] - as simcord's message
        "A title",
        "https://arxiv.org/abs/2506.00900",
        "arXiv",
        "Save",
        "A footer",
    ]


def test_retries_double_from_half_a_minute_to_half_an_hour() -> None:
    now = at(MONDAY, 9)
    waits = [(retry_at(now, attempts, 1.0) - now).total_seconds() for attempts in range(9)]
    assert waits == [30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800]


def test_a_retry_is_never_before_discord_allows_it() -> None:
    now = at(MONDAY, 9)
    assert retry_at(now, 0, 3_600.0) == now + timedelta(hours=1)
    assert retry_at(now, 2, 121.0) == now + timedelta(seconds=121)
