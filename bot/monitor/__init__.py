"""Seeing how the bot is: measured, looked at, told."""

from bot.monitor._health import Check, checks
from bot.monitor._incidents import IncidentTracker, Operator
from bot.monitor._monitor import Monitor
from bot.monitor._server import serving

__all__ = ["Check", "IncidentTracker", "Monitor", "Operator", "checks", "serving"]
