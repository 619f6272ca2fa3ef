"""Alembic's entry point; it runs on the connection that `storage.migrations.upgrade` hands over."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can roll back DDL; Alembic's default for it is older than that.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
