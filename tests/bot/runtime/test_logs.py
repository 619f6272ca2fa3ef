import logging
import subprocess
import sys
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands
from sqlalchemy.exc import OperationalError

from bot.runtime.logs import DiscordErrorFilter


def record_of(error: Exception, name: str = "discord.app_commands.tree") -> logging.LogRecord:
    info: Any = (type(error), error, None)
    return logging.LogRecord(
        name, logging.ERROR, __file__, 1, "Ignoring exception in autocomplete for %r", ("x",), info
    )


def refused(code: int) -> discord.HTTPException:
    response: Any = type("Response", (), {"status": 404, "reason": "Not Found"})()
    return discord.NotFound(response, {"code": code, "message": "Unknown interaction"})


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_autocompletion_that_came_too_late_is_one_line_of_information(wrapped: bool) -> None:
    error: Exception = refused(10062)
    if wrapped:
        command: Any = type("Command", (), {"name": "search"})()
        error = app_commands.CommandInvokeError(command, error)
    record = record_of(error)
    assert DiscordErrorFilter().filter(record)
    assert (record.levelname, record.exc_info) == ("INFO", None)
    assert "Unknown interaction" in record.getMessage()


@pytest.mark.parametrize(
    "record",
    [
        record_of(RuntimeError("a fault")),
        record_of(refused(50013)),
        record_of(refused(10062), "bot"),
    ],
)
def test_every_other_failure_keeps_its_traceback(record: logging.LogRecord) -> None:
    assert DiscordErrorFilter().filter(record)
    assert record.levelno == logging.ERROR
    assert record.exc_info


def unavailable() -> discord.DiscordServerError:
    response: Any = type("Response", (), {"status": 503, "reason": "Service Unavailable"})()
    return discord.DiscordServerError(response, "upstream connect error, reset reason: overflow")


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = type("Socket", (), {"close_code": code})()
    return discord.ConnectionClosed(socket, shard_id=None, code=code)


@pytest.mark.parametrize(
    ("logger", "message", "error", "level"),
    [
        ("discord.client", "Attempting a reconnect in 1.55s", closed(1000), "WARNING"),
        ("discord.client", "Attempting a reconnect in 0.75s", OSError("getaddrinfo"), "WARNING"),
        ("discord.shard", "Attempting a reconnect for shard ID 2 in 1s", TimeoutError(), "WARNING"),
        (
            "discord.shard",
            "Failed to connect for shard_id: 3. Retrying...",
            closed(1006),
            "WARNING",
        ),
        ("discord.app_commands.tree", "Ignoring exception in 'x'", unavailable(), "WARNING"),
        ("discord.client", "Ignoring exception in on_x", aiohttp.ClientOSError("reset"), "WARNING"),
        ("asyncio", "Task exception was never retrieved", unavailable(), "WARNING"),
        ("asyncio", "Task exception was never retrieved", refused(50027), "INFO"),
        ("asyncio", "Task exception was never retrieved", refused(10062), "INFO"),
        ("discord.client", "Ignoring exception in on_x", OSError("disk full"), "ERROR"),
        ("asyncio", "Task exception was never retrieved", TimeoutError(), "ERROR"),
        ("bot", "a fault", unavailable(), "ERROR"),
    ],
)
def test_what_ordinary_use_brings_is_one_line(
    logger: str, message: str, error: Exception, level: str
) -> None:
    info: Any = (type(error), error, None)
    record = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, None, info)
    assert DiscordErrorFilter().filter(record)
    assert record.levelname == level
    assert (record.exc_info is None) is (level != "ERROR")
    assert record.getMessage().startswith(message)
    if level != "ERROR":
        assert type(error).__name__ in record.getMessage()


def test_an_event_that_the_database_did_not_take_is_one_line() -> None:
    error = OperationalError("UPDATE", {}, ConnectionRefusedError(111, "refused"))
    info: Any = (type(error), error, None)
    message = "Ignoring exception in on_x"
    record = logging.LogRecord("discord.client", logging.ERROR, __file__, 1, message, None, info)
    assert DiscordErrorFilter().filter(record)
    assert record.levelname == "ERROR"
    assert record.exc_info is None
    assert record.getMessage().startswith(f"{message}: the database cannot be used: ")


def test_a_start_says_nothing_of_voice() -> None:
    # In a process of its own: discord.py warns once in each.
    made = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import logging; logging.basicConfig(); from bot.client import create_bot;"
            " from bot.settings import Settings;"
            " create_bot(Settings(_env_file=None), sources=[])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stderr == ""
