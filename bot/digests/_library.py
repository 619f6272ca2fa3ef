"""What digests know of people's libraries: a Save button beside each paper."""

from collections.abc import Callable

from bot.ui.pages import Hit
from bot.ui.parts import AnyItem

save_button: Callable[[Hit], AnyItem] | None = None
"""Builds what stands beside a paper; a link to arXiv without it."""
