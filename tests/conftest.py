"""What every part's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from tests import reliability
from tests.databases import open_empty
from tests.hostile import attacks


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what only these tests know."""
    parser.addoption(
        "--full", action="store_true", help="run what takes minutes in its full length"
    )
    reliability.add_options(parser)
    attacks.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Tell the page's rows whether they are written or compared."""
    reliability.configure(config)
    attacks.configure(config)


@pytest.fixture
def full(pytestconfig: pytest.Config) -> bool:
    """Whether `--full` asks for everything, however long it takes."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of the present schema in its own file."""
    opened = await open_empty(tmp_path)
    yield opened
    await opened.close()
