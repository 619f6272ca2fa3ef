"""That PostgreSQL takes each statement which the tests make the product issue on SQLite.

Once a server runs for other tests of this process, each is written as for PostgreSQL and prepared
there: that looks up its names, its types and what it groups by, without any row.
"""

from typing import Any, Final

from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import CompileError

from tests import postgresql

AT_ONCE: Final = 40
"""Statements that are worth a connection."""

_DIALECT: Final = dialect()


class Prepared:
    """Collects statements, and hands them to the server."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str]] = []
        self._faults: list[str] = []
        self.accepted = 0

    def note(self, origin: str, context: Any) -> None:
        """Take down a statement by what SQLAlchemy is about to execute."""
        if context is None or context.compiled is None:
            return  # Written for one engine.
        try:
            self._waiting.append((origin, _written(context)))
        except CompileError as error:
            self._faults.append(f"{origin} cannot be written for PostgreSQL: {error}")

    def take(self, least: int = AT_ONCE) -> list[str]:
        """Return what is wrong with the statements since the last call, if there are so many."""
        server = postgresql.running() if len(self._waiting) >= least else None
        if server is not None:
            waiting, self._waiting = self._waiting, []
            refused = server.refused([statement for _, statement in waiting])
            self.accepted += len(waiting) - len(refused)
            self._faults += [
                f"{origin} is refused by PostgreSQL ({refused[statement]}):\n{statement}"
                for origin, statement in waiting
                if statement in refused
            ]
        faults, self._faults = self._faults, []
        return faults


def _written(context: Any) -> str:
    compiled = context.compiled
    here = compiled.statement.compile(
        dialect=_DIALECT,
        column_keys=compiled.column_keys,
        for_executemany=compiled.for_executemany,
    )
    return here.construct_expanded_state(context.compiled_parameters[0]).statement
