"""What the tests of the storage share."""

from collections.abc import Iterator

import pytest

from tests import plans
from tests.databases import empty


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
