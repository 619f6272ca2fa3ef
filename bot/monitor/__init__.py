"""Monitoring: metrics, health checks, incidents."""

from bot.monitor._collect import collect
from bot.monitor._health import Check, checks
from bot.monitor._incidents import IncidentTracker, Operator
from bot.monitor._monitor import Monitor
from bot.monitor._requests import InvalidRequests, route_of
from bot.monitor._server import serving
from bot.monitor._thresholds import Thresholds

__all__ = [
    "Check",
    "IncidentTracker",
    "InvalidRequests",
    "Monitor",
    "Operator",
    "Thresholds",
    "checks",
    "collect",
    "route_of",
    "serving",
]
