"""A pytest plugin for the runs of changed code.

Property tests try few examples, always the same: otherwise a change is noticed in one run and
missed in the next, and each survivor costs a minute. Query plans are not looked at: the statements
that may read a table whole are listed by the functions that issue them, and mutmut renames those.

Quick tests come first: most changes fail any test, and some tests take seconds.

Caches are emptied before each test. mutmut forks the runs of changes from a process that has run
the tests already: without that, unchanged answers would hide a change, and a test that finds its
answer in a cache would not count as one that reaches the function.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests import plans

_PACKAGES: Final = ("bot", "cogs", "papers", "storage")


def pytest_runtest_setup() -> None:
    """Empty every `functools` cache of the project's modules."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _PACKAGES:
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear):
                    clear()


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
