"""A pytest plugin for the runs of changed code: property tests with few examples, always the same.

Without it a change is noticed in one run and missed in the next, and each survivor costs a minute.
"""

from hypothesis import settings

settings.register_profile("mutants", settings.get_profile("ci"), max_examples=30)
settings.load_profile("mutants")
