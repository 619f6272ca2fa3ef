"""Histories of the schema that go on where the program's own ends, as a newer version brings."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from storage import migrations


def newer(folder: Path, *steps: tuple[str, str | None]) -> Path:
    """Return a copy of the migrations with more of them.

    Args:
        folder: where to; it must not exist.
        steps: what each migration does, in Python with `op` and `sa`, and what it needs.
    """
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(migrations.DIRECTORY, folder, ignore=ignored)
    last = migrations.known_revisions()[-1]
    for (body, needs), revision in zip(steps, revisions(), strict=False):
        source = (
            "from alembic import op\nimport sqlalchemy as sa\n"
            f"revision = {revision!r}\ndown_revision = {last!r}\nneeds = {needs!r}\n\n"
            f"def upgrade():\n    {body}\n"
        )
        (folder / "versions" / f"{revision}_test.py").write_text(source)
        last = revision
    return folder


def revisions() -> Iterable[str]:
    """Return the revisions that such histories add."""
    return (f"{number}" for number in range(9000, 9999))
