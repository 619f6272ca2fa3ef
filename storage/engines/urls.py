"""What `DATABASE_URL` names: a file of SQLite, or a database on a PostgreSQL server."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.engines.errors import DatabaseError

_FILE = ("sqlite", "sqlite+aiosqlite")
_SERVER = ("postgres", "postgresql", "postgresql+asyncpg")
_PORT = 5432
_EXAMPLES = (
    "sqlite+aiosqlite:///paperboy.db or postgresql+asyncpg://paperboy:password@localhost/paperboy"
)


def parsed(url: str) -> Path | URL:
    """Return the file that a database's URL names, or the URL of a server's database.

    Raises:
        DatabaseError: it names neither.
    """
    try:
        found = make_url(url)
    except ArgumentError:
        # The text itself may hold a password and is not repeated.
        raise DatabaseError(f"DATABASE_URL is not a URL; write for example {_EXAMPLES}") from None
    if found.drivername in _SERVER:
        if not found.database:
            raise DatabaseError(
                "DATABASE_URL has to name a database of the server, for example"
                " postgresql+asyncpg://paperboy:password@localhost/paperboy"
            )
        return found.set(drivername="postgresql+asyncpg")
    if found.drivername not in _FILE:
        raise DatabaseError(
            f"DATABASE_URL asks for {found.drivername}, but only SQLite and PostgreSQL are"
            f" supported: write for example {_EXAMPLES}"
        )
    if found.host or found.query or found.database in (None, "", ":memory:"):
        raise DatabaseError(
            "DATABASE_URL has to name a file and nothing else, for example"
            " sqlite+aiosqlite:///paperboy.db, or with four slashes for an absolute path"
        )
    return Path(str(found.database)).expanduser()


def with_password(url: str, file: Path) -> str:
    """Return the URL of a server's database with the password that a file holds.

    Raises:
        DatabaseError: the URL names no server, or the file cannot be read.
    """
    found = parsed(url)
    if not isinstance(found, URL):
        raise DatabaseError("DATABASE_PASSWORD_FILE is for a PostgreSQL server in DATABASE_URL")
    try:
        password = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it isn't a text file"
        raise DatabaseError(f"DATABASE_PASSWORD_FILE: {file} can't be read: {reason}") from error
    return found.set(password=password).render_as_string(hide_password=False)


def same(first: str, second: str) -> bool:
    """Return whether two URLs name one database, as far as that can be seen from them.

    Raises:
        DatabaseError: one of them names none.
    """
    one, other = parsed(first), parsed(second)
    if isinstance(one, Path) or isinstance(other, Path):
        return (
            isinstance(one, Path) and isinstance(other, Path) and one.resolve() == other.resolve()
        )
    return _place(one) == _place(other)


def _place(url: URL) -> tuple[str, int, str | None]:
    return url.host or "localhost", url.port or _PORT, url.database


def label_of(found: Path | URL) -> str:
    """Return how messages name a database, without its password."""
    if isinstance(found, Path):
        return str(found)
    port = f":{found.port}" if found.port else ""
    return f"{found.database} on {found.host or 'localhost'}{port}"
