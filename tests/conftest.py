"""What every part's tests share."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.sql.operators import ColumnOperators

from storage.database import Database
from tests import databases, plans, reliability
from tests.backwards import backwards
from tests.databases import empty, open_empty
from tests.hostile import attacks

OF_FILES = 25
"""Tests that may look into a file of SQLite, and are skipped on PostgreSQL."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what only these tests know."""
    parser.addoption(
        "--full", action="store_true", help="run what takes minutes in its full length"
    )
    parser.addoption(
        "--engine",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="what the databases of tests are kept in; those marked `engines` run on both",
    )
    reliability.add_options(parser)
    attacks.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Tell the page's rows whether they are written or compared."""
    config.addinivalue_line("markers", "engines: runs on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "sqlite: looks into a file of SQLite, which must be one")
    reliability.configure(config)
    attacks.configure(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let few tests be of SQLite alone: what keeps a thing in a file, and what becomes of files."""
    alone = [each.nodeid for each in items if each.get_closest_marker("sqlite")]
    if len(alone) > OF_FILES:
        listed = "\n".join(alone)
        raise pytest.UsageError(f"more than {OF_FILES} tests are marked `sqlite`:\n{listed}")


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


@pytest.fixture(scope="session", autouse=True)
def no_order_without_order_by() -> Iterator[None]:
    """Let the rows of SQLite come backwards where a statement does not order them."""
    with backwards():
        yield


@pytest.fixture(scope="session")
def explained() -> Iterator[plans.Plans]:
    """Explain every statement that the product issues in this session."""
    with plans.watching(empty()) as watch:
        yield watch
        refused = watch.elsewhere.take(1)
        assert not refused, "\n\n".join(refused)


@pytest.fixture(autouse=True)
def no_table_that_grows_is_read_whole(explained: plans.Plans) -> Iterator[None]:
    """Fail the test in which a statement of the product first reads such a table whole."""
    yield
    faults = [*map(str, explained.take()), *explained.elsewhere.take()]
    assert not faults, "\n\n".join(faults)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `engines` once for each."""
    if metafunc.definition.get_closest_marker("engines") and "kept_in" in metafunc.fixturenames:
        metafunc.parametrize("kept_in", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def kept_in(request: pytest.FixtureRequest) -> Iterator[str]:
    """What this test's databases are kept in: `--engine`, or each in turn if marked `engines`."""
    wanted = getattr(request, "param", request.config.getoption("--engine"))
    if wanted == "sqlite" or request.node.get_closest_marker("sqlite"):
        if request.config.getoption("--engine") == "postgresql" and not hasattr(request, "param"):
            pytest.skip("looks into a file of SQLite")
        yield "sqlite"
        return
    server = databases.wanted(str(wanted))
    assert server is not None
    with server.lent(), databases.kept_on(server):
        yield "postgresql"


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
