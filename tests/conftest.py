"""What every part's tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty database of the present schema in its own file."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'paperboy.db'}")
    yield opened
    await opened.close()
