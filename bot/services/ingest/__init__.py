"""Asking the sources for what is new. A source that fails is recorded as failed, never as
nothing new."""

from bot.services.ingest._ingester import Ingester
from bot.services.ingest._passes import IngestReport
from bot.services.ingest._wanted import working_days

__all__ = ["IngestReport", "Ingester", "working_days"]
