"""What subscriptions are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from papers.sources.declared import server_feed


class Mode(StrEnum):
    """How widely a topic is matched."""

    STRICT = "strict"
    NORMAL = "normal"
    BROAD = "broad"
    TRENDING = "trending"
    """Not matched at all: the day's best."""


class Every(StrEnum):
    """How often a person wants a digest."""

    DAY = "day"
    WEEKDAYS = "weekdays"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class StoredTopic:
    """A topic that people subscribed to."""

    id: int
    query: str
    mode: Mode
    sources: tuple[str, ...] = ()
    """The keys of its sources (`papers.sources.declared`); empty for the default ones."""
    named: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """What servers call those of its sources that are their feeds, by their keys; known where a
    person's topics are read."""

    @property
    def lost(self) -> frozenset[str]:
        """Those of its sources that are feeds which their servers have no more."""
        return frozenset(key for key in self.sources if server_feed(key) and key not in self.named)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """When a person gets a digest, and whether it reaches them."""

    user_id: int
    at: time
    timezone: str
    every: Every
    quiet_until: date | None
    dm_channel_id: int | None
    strikes: int
    closed_at: datetime | None
    closed_reason: str | None
    created_at: datetime
    language: str | None = None
    """The code of the language of their digests; `None` for English."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's topic; `matches` counts what it brought in the last 14 days."""

    topic: StoredTopic
    min_votes: int
    paused: bool
    created_at: datetime
    matches: int = 0


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """A topic under consideration; it does not say whose."""

    id: int
    query: str
    mode: Mode
    every: Every | None
    min_votes: int
    brings_from: datetime | None = None
    """Digests bring what the topic matched from then on and is not among `shown`; `None` for the
    moment of subscribing."""
    shown: tuple[str, ...] = ()
    """The ids of the papers that the person saw before they subscribed."""
    sources: tuple[str, ...] = ()
    """The keys of its sources; empty for the default ones."""
    named: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    """What servers call those of its sources that are their feeds, by their keys."""
