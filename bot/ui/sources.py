"""The names of the sources of a thread or of a topic, as its server knows them."""

from collections.abc import Iterable, Mapping

from bot.i18n import gettext as _
from papers.sources import declared
from storage.feeds import Feed
from storage.subscriptions import StoredTopic, TopicDraft


def source_names(keys: Iterable[str], named: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of sources.

    Args:
        keys: of the sources (`papers.sources.declared`).
        named: what the server calls its feeds of the web, by their keys.
    """
    return shown_names(declared.names(keys), named)


def shown_names(names: Iterable[str], named: Mapping[str, str]) -> tuple[str, ...]:
    """Return what people read of the names that batches are stored under."""
    return tuple(
        named.get(name, _("a removed feed")) if declared.is_feed(name) else name for name in names
    )


def sources_of(of: Feed | StoredTopic | TopicDraft) -> tuple[str, ...]:
    """Return the names of the sources of a thread or a topic, none where they are the default
    ones."""
    return source_names(of.sources, of.named)
