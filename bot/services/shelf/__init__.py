"""Servers' shelves: papers that members add for each other, and the weekly post of what is new."""

from bot.services.shelf._service import ShelfEntry, ShelfPage, Shelves
from bot.services.shelf._weekly import WRITING, WeeklyShelves

__all__ = ["WRITING", "ShelfEntry", "ShelfPage", "Shelves", "WeeklyShelves"]
