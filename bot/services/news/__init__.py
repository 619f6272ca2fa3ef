"""News about saved papers: the sources are asked what became of them, and people get it once."""

from bot.services.news._watch import NewsWatch

__all__ = ["NewsWatch"]
