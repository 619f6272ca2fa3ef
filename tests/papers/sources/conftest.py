from collections.abc import AsyncIterator

import pytest

from tests.papers.sources.serving import FakeTime, Service, serving


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        yield running


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()
