"""A pytest plugin for the runs of changed code.

Property tests try few examples, always the same: otherwise a change is noticed in one run and
missed in the next, and each survivor costs a minute. Query plans are not looked at: the statements
that may read a table whole are listed by the functions that issue them, and mutmut renames those.

Quick tests come first: most changes fail any test, and some tests take seconds.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import plans


def _no_faults(*_: object, **__: object) -> Iterator[plans.Fault]:
    return iter(())


settings.register_profile("mutants", settings.get_profile("ci"), max_examples=30)
settings.load_profile("mutants")
plans.faults_of = _no_faults


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by the time that they took without any change."""
    measured = Path("mutmut-stats.json")
    if measured.exists():
        seconds = json.loads(measured.read_text())["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0))
