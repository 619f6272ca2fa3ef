"""Links for feed readers: made, shown, revoked, and what they answer."""

from bot.services.feed_links._service import MAX_LINKS, Addresses, FeedLinks, Form, Reading

__all__ = ["MAX_LINKS", "Addresses", "FeedLinks", "Form", "Reading"]
