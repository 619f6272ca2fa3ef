"""Reading topics: a person's, with a sentence for what is wrong, and those that are stored."""

import logging

from bot.ui.errors import UserError
from bot.ui.text import escape
from papers.topics import Topic, TopicError, parse
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
        line = query.replace("`", "'").replace("\n", " ")
        where = f"\n```\n{line}\n{' ' * min(error.position, len(line))}^\n```" if line else ""
        raise UserError(f"{escape(str(error))}{where}") from error


def read_stored(stored: StoredTopic) -> Topic | None:
    """Return a topic that was read when it was stored; `None` if a newer language refuses it."""
    try:
        return parse(stored.query)
    except TopicError:
        log.warning("a stored topic cannot be read any more topic_id=%d", stored.id)
        return None
