"""Saving papers: reactions, seeds, and reading back what was missed."""

from bot.library._service import Library

__all__ = ["Library"]
