"""What people call fields, categories and orders in the languages that the bot speaks."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("papers").joinpath("data", "query_names.toml").read_text("utf-8"))


def query_names(table: str) -> dict[str, Any]:
    """Return a table of names: "fields", "categories", "latest" or "nothing"."""
    return _tables()[table]
