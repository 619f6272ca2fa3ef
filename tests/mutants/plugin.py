"""A pytest plugin for the runs of changed code.

Property tests try few examples, always the same: otherwise a change is noticed in one run and
missed in the next, and each survivor costs a minute. Query plans are not looked at: the statements
that may read a table whole are listed by the functions that issue them, and mutmut renames those.
"""

from collections.abc import Iterator

from hypothesis import settings

from tests import plans


def _no_faults(*_: object, **__: object) -> Iterator[plans.Fault]:
    return iter(())


settings.register_profile("mutants", settings.get_profile("ci"), max_examples=30)
settings.load_profile("mutants")
plans.faults_of = _no_faults
