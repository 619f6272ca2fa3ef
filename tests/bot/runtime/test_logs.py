import logging
import subprocess
import sys
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.runtime.logs import UnanswerableFilter


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
    assert UnanswerableFilter().filter(record)
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
    assert UnanswerableFilter().filter(record)
    assert record.levelno == logging.ERROR
    assert record.exc_info


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
