"""The local server's rate limits are Discord's: by route and channel, and over all routes."""

from tests.discord_server.buckets import GLOBAL, REACTIONS, ROUTES, Buckets, Verdict

SEND = "/channels/{channel_id}/messages"
REACT = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
ANSWER = "/interactions/{interaction_id}/{token}/callback"
FOLLOW_UP = "/webhooks/{webhook_id}/{token}"


class Clocked:
    """Buckets with a clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.buckets = Buckets(lambda: self.at)

    def send(self, channel: int, at: float | None = None) -> Verdict:
        """Send a message."""
        self.at = self.at if at is None else 1_000.0 + at
        return self.buckets.take("POST", SEND, str(channel))


def test_a_channel_takes_five_messages_in_five_seconds() -> None:
    here = Clocked()
    verdicts = [here.send(1, at=number / 10) for number in range(6)]
    assert [verdict.retry_after is None for verdict in verdicts] == [True] * 5 + [False]
    assert verdicts[5].retry_after == ROUTES.seconds - 0.5
    assert not verdicts[5].everywhere
    assert here.send(2).retry_after is None
    assert here.send(1, at=ROUTES.seconds).retry_after is None


def test_answers_tell_what_is_left_of_the_bucket() -> None:
    here = Clocked()
    here.send(1)
    headers = here.send(1, at=1).headers
    assert headers["X-RateLimit-Limit"] == "5"
    assert headers["X-RateLimit-Remaining"] == "3"
    assert headers["X-RateLimit-Reset-After"] == "4.000"
    assert headers["X-RateLimit-Bucket"] == here.send(2).headers["X-RateLimit-Bucket"]


def test_reactions_have_a_bucket_of_their_own() -> None:
    here = Clocked()
    assert here.buckets.take("PUT", REACT, "1").retry_after is None
    assert here.buckets.take("PUT", REACT, "1").retry_after == REACTIONS.seconds
    assert here.send(1).retry_after is None


def test_no_second_has_more_than_fifty_requests_wherever_it_begins() -> None:
    here = Clocked()
    for number in range(GLOBAL.limit):
        assert here.send(number, at=0.9 if number < 25 else 1.1).retry_after is None
    refused = here.send(99, at=1.5)
    assert refused.everywhere
    assert refused.headers == {"X-RateLimit-Scope": "global"}
    assert refused.retry_after is not None
    assert abs(refused.retry_after - 0.4) < 1e-6
    assert here.send(99, at=1.95).retry_after is None


def test_answers_to_interactions_are_not_counted() -> None:
    here = Clocked()
    for number in range(GLOBAL.limit):
        here.send(number)
    for number in range(GLOBAL.limit):
        assert here.buckets.take("POST", ANSWER, str(number)).retry_after is None
        assert here.buckets.take("POST", FOLLOW_UP, str(number)).retry_after is None


def test_many_channels_leave_nothing_behind() -> None:
    here = Clocked()
    for number in range(3_000):
        here.send(number, at=number / 10)
    assert len(vars(here.buckets)["_windows"]) < 1_100
