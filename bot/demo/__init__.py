"""`paperboy demo`: the real bot in a simulated Discord, in the terminal or in a browser."""

from bot.demo._clock import DemoClock
from bot.demo._discord import start_posts_as_discord
from bot.demo._run import run_demo
from bot.demo._stage import (
    ADMIN,
    FORUM,
    NEWS,
    OTHER_CHANNEL,
    READER,
    DemoError,
    Stage,
    staged,
)
from bot.demo._transcript import transcript

__all__ = [
    "ADMIN",
    "FORUM",
    "NEWS",
    "OTHER_CHANNEL",
    "READER",
    "DemoClock",
    "DemoError",
    "Stage",
    "run_demo",
    "staged",
    "start_posts_as_discord",
    "transcript",
]
