"""Reading topics: a person's, with a sentence for what is wrong, and those that are stored."""

import logging
from collections.abc import Sequence

from bot.interactions.errors import UserError
from bot.ui.syntax_errors import pointed
from papers.topics import Topic, TopicError, parse, parse_many, parse_plain
from storage.subscriptions import StoredTopic

log = logging.getLogger(__name__)


def read_topic(query: str) -> Topic:
    """Return the topic that a person wrote.

    Raises:
        UserError: it breaks a rule of the language; shows where.
    """
    try:
        return parse(query)
    except TopicError as error:
        raise UserError(pointed(error, query)) from error


def read_stored(stored: Sequence[StoredTopic]) -> list[tuple[StoredTopic, Topic]]:
    """Return topics with how they read: by their words alone where a newer language refuses."""
    found: list[tuple[StoredTopic, Topic]] = []
    for row, topic in zip(stored, parse_many([row.query for row in stored]), strict=True):
        if topic is None:
            log.warning(
                "stored topic has an unknown form, using its words only topic_id=%d", row.id
            )
            try:
                topic = parse_plain(row.query)
            except TopicError:
                continue
        found.append((row, topic))
    return found
