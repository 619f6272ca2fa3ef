"""Logs: readable lines, or one JSON object per line; written by a thread, so that a slow disk
blocks nothing."""

import json
import logging
import logging.handlers
import queue
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from bot.runtime.discord_errors import is_unanswerable, is_unavailable
from bot.settings import Settings
from storage.database_file import DriverError, file_error


def log_failure(log: logging.Logger, error: BaseException, message: str, *args: object) -> None:
    """Log an error that ended some work: in one line where the database's state explains it, with
    its traceback where it was not foreseen."""
    if (trouble := file_error(error)) is None:
        log.error(message, *args, exc_info=error)
    else:
        log.error(f"{message}: the database cannot be used: %s", *args, trouble)


class JSONFormatter(logging.Formatter):
    """One object per record: time, level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text or record.exc_info:
            entry["traceback"] = record.exc_text or self.formatException(record.exc_info)  # pyright: ignore[reportArgumentType]
        return json.dumps(entry, ensure_ascii=False)


class DiscordErrorFilter(logging.Filter):
    """Makes one line of what discord.py and asyncio log with a traceback and ordinary use brings.

    Information: an interaction that takes no more answers, above all an autocompletion that came
    after the next letter. A warning: Discord did not answer, or a connection was lost and is made
    again. An error still: the database cannot be used.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change such a record; let every record pass."""
        error = _root_of(record.exc_info[1] if record.exc_info else None)
        if error is None or not record.name.startswith(("discord.", "asyncio")):
            return True
        level, words = _level_of(record, error), f"{type(error).__name__}: {error}"
        trouble = file_error(error) if isinstance(error, DriverError) else None
        if level is None and trouble is not None:
            level, words = record.levelno, f"the database cannot be used: {trouble}"
        if level is not None:
            record.msg = f"{record.getMessage()}: {words}"
            record.args = record.exc_info = record.exc_text = None
            record.levelno, record.levelname = level, logging.getLevelName(level)
        return True


_RECONNECTS: Final = ("Attempting a reconnect", "Failed to connect for shard_id")
"""How messages of discord.py begin that report a reconnection."""


def _level_of(record: logging.LogRecord, error: BaseException) -> int | None:
    """Return the level of an error that ordinary use brings, `None` for another."""
    if is_unanswerable(error):
        return logging.INFO
    reconnects = record.name.startswith("discord.") and str(record.msg).startswith(_RECONNECTS)
    return logging.WARNING if reconnects or is_unavailable(error) else None


def _root_of(error: BaseException | None) -> BaseException | None:
    return getattr(error, "original", error)  # what discord.py wraps a command's failure in


@contextmanager
def logging_to_stderr(settings: Settings) -> Generator[None]:
    """Log to standard error as the settings say, until the block ends."""
    handler = logging.StreamHandler(sys.stderr)
    if settings.log_format == "json":
        handler.setFormatter(JSONFormatter())
    else:
        formatter = logging.Formatter("{asctime} {levelname:<7} {name}: {message}", style="{")
        formatter.converter = time.gmtime
        formatter.default_msec_format = "%s.%03dZ"
        handler.setFormatter(formatter)
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(records, handler)
    root = logging.getLogger()
    through = logging.handlers.QueueHandler(records)
    through.addFilter(DiscordErrorFilter())
    root.addHandler(through)
    level = logging.getLevelNamesMapping()[settings.log_level]
    # At DEBUG, discord.py logs every message that is sent and aiosqlite every value that is
    # written: details are logged of our own work alone.
    levels = {root: max(logging.INFO, level)}
    for ours in ("bot", "cogs", "storage", "papers"):
        levels[logging.getLogger(ours)] = level
    for chatty in ("apscheduler", "alembic"):
        levels[logging.getLogger(chatty)] = max(logging.WARNING, level)
    before = {logger: logger.level for logger in levels}
    for logger, wanted in levels.items():
        logger.setLevel(wanted)
    listener.start()
    try:
        yield
    finally:
        listener.stop()
        root.removeHandler(through)
        for logger, was in before.items():
            logger.setLevel(was)
