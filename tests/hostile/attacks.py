"""How many attacks each kind gets: shares of ten thousand, or of what `--examples` asks for."""

import functools
import os
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.strategies import SearchStrategy

from tests import reliability

T = TypeVar("T")

USUAL: Final = 10_000
_SECONDS: Final = 120.0
"""How long a test with its share of those may take."""
BOT: Final = "through the bot"
"""As a gateway event, through the command or the button, to Discord's answer."""
FUNCTION: Final = "through the function"
"""Through what reads or writes it alone, where Discord has no part."""
ASKED: Final = "PAPERBOY_HOSTILE_EXAMPLES"
"""Carries the number to the processes of pytest-xdist, which read no command line."""


def add_options(parser: pytest.Parser) -> None:
    """Add the option that asks for another number of attacks."""
    parser.addoption(
        "--examples", type=int, help="how many attacks tests/hostile makes, new ones at every run"
    )


def configure(config: pytest.Config) -> None:
    """Take over what was asked for."""
    if (asked := config.getoption("--examples")) is not None:
        os.environ[ASKED] = str(asked)


class Draw(Protocol):
    """Draws from a strategy: `data.draw`."""

    def __call__(self, strategy: SearchStrategy[T], /) -> T: ...


def attacks(share: float, row: str, get: str, *, seam: str = BOT) -> Callable[[Any], Any]:
    """Let a test have this share of all attacks, and this row in docs/reliability.md.

    Args:
        share: of all attacks.
        row: what is tried.
        get: what whoever tries it gets.
        seam: how much of the bot an attack goes through: `BOT` or `FUNCTION`.

    The usual ten thousand are the same at every run, so that no unrelated change fails by chance;
    with another number asked for, they are new at every run.
    """
    asked = os.environ.get(ASKED)
    profile = settings(
        max_examples=max(1, round(int(asked or USUAL) * share)),
        derandomize=asked is None,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
            HealthCheck.function_scoped_fixture,
            HealthCheck.filter_too_much,
        ],
    )

    def decorate(test: Any) -> Any:
        attacked = profile(test)

        @functools.wraps(attacked)
        def run(*args: Any, **kwargs: Any) -> None:
            attacked(*args, **kwargs)
            reliability.record("hostile", row, f"{round(USUAL * share):,} {seam}", get)

        return pytest.mark.timeout(_SECONDS * max(1.0, int(asked or USUAL) / USUAL))(run)

    return decorate
