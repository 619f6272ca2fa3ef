"""The one thread about a paper in a server: opened once, found again, brought back."""

from bot.services.discussions._service import Discussions

__all__ = ["Discussions"]
