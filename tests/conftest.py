"""What every part's tests share."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.sql.operators import ColumnOperators

from storage.database import Database
from tests import plans, reliability
from tests.databases import empty, open_empty
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


def pytest_collection_finish() -> None:
    """Let no garbage collection look through what the imports left: a sixth of all time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_comparison_with_nothing() -> Iterator[None]:
    """Refuse `column == None`: SQLAlchemy writes IS NULL, which matches every row without a value.

    Say `is_(None)` where that is meant.
    """
    equal, unequal = ColumnOperators.__eq__, ColumnOperators.__ne__

    def eq(self: ColumnOperators, other: Any) -> Any:
        assert other is not None, f"{self} is compared with None"
        return equal(self, other)

    def ne(self: ColumnOperators, other: Any) -> Any:
        assert other is not None, f"{self} is compared with None"
        return unequal(self, other)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ColumnOperators, "__eq__", eq)
        patch.setattr(ColumnOperators, "__ne__", ne)
        yield


@pytest.fixture(scope="session")
def explained() -> Iterator[plans.Plans]:
    """Explain every statement that the product issues in this session."""
    with plans.watching(empty()) as watch:
        yield watch


@pytest.fixture(autouse=True)
def no_table_that_grows_is_read_whole(explained: plans.Plans) -> Iterator[None]:
    """Fail the test in which a statement of the product first reads such a table whole."""
    yield
    faults = explained.take()
    assert not faults, "\n\n".join(map(str, faults))


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
