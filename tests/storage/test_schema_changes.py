"""What each migration says that it needs of the code that uses the schema after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from storage import migrations
from storage.migrations import FIRST_NEEDS
from tests.storage import histories
from tests.storage.schema_changes import schema_of, taken

WHAT_TO_DO = """
This migration says `needs = None`, but code that knows the schema before it may fail with the one
after. Let it only expand: new tables, columns that take NULL or have a server default, indexes that
are not unique. Otherwise let `needs` name the oldest revision whose code does without what goes,
or whose code writes what is asked for now; CONTRIBUTING.md has the steps.
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A connection to an empty file of SQLite."""
    engine = create_engine(f"sqlite:///{tmp_path}/paperboy.db", poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


def takes(connection: Connection, revision: str, directory: Path = migrations.DIRECTORY) -> str:
    """Return what the migration to a revision takes, applied to the schema before it."""
    known = migrations.known_revisions(directory)
    before_it = known[known.index(revision) - 1]
    migrations.upgrade(connection, before_it, directory=directory)
    before = schema_of(connection)
    migrations.upgrade(connection, revision, directory=directory)
    return "\n".join(taken(before, schema_of(connection)))


def test_every_migration_says_what_it_needs_and_takes_nothing_if_that_is_nothing(
    connection: Connection,
) -> None:
    known = migrations.known_revisions()
    scripts = ScriptDirectory(str(migrations.DIRECTORY)).walk_revisions()
    needs = {
        script.revision: script.module.needs for script in scripts if script.revision >= FIRST_NEEDS
    }
    assert needs[FIRST_NEEDS] == FIRST_NEEDS
    for revision in sorted(needs):
        wanted = needs[revision]
        if wanted is None:
            assert not (found := takes(connection, revision)), f"{revision}: {found}{WHAT_TO_DO}"
        else:
            assert wanted in known
            assert FIRST_NEEDS <= wanted <= revision


@pytest.mark.parametrize("revision", ["0044", "0045", "0050", "0052", "0054", "0055", "0057"])
def test_what_was_only_added_takes_nothing(connection: Connection, revision: str) -> None:
    assert takes(connection, revision) == ""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("op.drop_table('shelf_posts')", "the table shelf_posts is gone"),
        ("op.drop_column('clubs', 'place')", "the column clubs.place is gone"),
        (
            "op.alter_column('clubs', 'place', new_column_name='room')",
            "the column clubs.place is gone",
        ),
        (
            "op.create_table('x', sa.Column('a', sa.Integer, primary_key=True),"
            " sa.Column('guild_id', sa.Integer, sa.ForeignKey('guilds.id')))",
            "keeps rows of guilds from being deleted",
        ),
        ("op.create_index('uq_x', 'clubs', ['place'], unique=True)", "is unique now"),
        ("op.drop_index('uq_incidents_open', 'incidents')", "is no longer unique"),
        (
            "op.drop_index('uq_incidents_open', 'incidents');"
            " op.create_index('uq_incidents_open', 'incidents', ['kind', 'subject'], unique=True)",
            "is no longer unique",
        ),
        (
            "with op.batch_alter_table('clubs') as b: b.add_column(sa.Column('x', sa.Text,"
            " nullable=False))",
            "the new column clubs.x has to be filled in",
        ),
        (
            "with op.batch_alter_table('clubs') as b: b.alter_column('place', nullable=False)",
            "the column clubs.place has another type, or takes NULL",
        ),
        (
            "with op.batch_alter_table('feeds') as b:"
            " b.alter_column('trending', server_default=None)",
            "the column feeds.trending has another default",
        ),
        (
            "with op.batch_alter_table('clubs') as b:"
            " b.create_check_constraint('ck_x', sa.text(\"place != ''\"))",
            "clubs has a new condition",
        ),
    ],
)
def test_what_older_code_would_fail_at_is_found(
    connection: Connection, tmp_path: Path, body: str, found: str
) -> None:
    directory = histories.newer(tmp_path / "history", (body, None))
    assert found in takes(connection, "9000", directory)


def test_what_a_schema_needs_is_the_most_that_any_of_its_migrations_does(
    connection: Connection, tmp_path: Path
) -> None:
    add = "op.create_table('{}', sa.Column('a', sa.Integer, primary_key=True))"
    directory = histories.newer(
        tmp_path / "history",
        *((add.format("x"), None), ("op.drop_table('x')", "9001"), (add.format("y"), None)),
    )
    for revision, needed in (("9000", FIRST_NEEDS), ("9001", "9001"), ("9002", "9001")):
        assert migrations.needed_by(revision, directory) == needed
        migrations.upgrade(connection, revision, directory=directory)
        assert migrations.schema_of(connection) == migrations.Schema(revision, needed)
