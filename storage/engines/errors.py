"""What the engines raise, and what is wrong with a database in words."""

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

DriverError = SQLAlchemyError
"""What a statement may raise: a full disk, a lock that is not given up, a lost connection."""


class DatabaseError(Exception):
    """The database cannot be used; the text says why and what to do about it."""


class OutdatedError(DatabaseError):
    """A newer version of this program has changed the database so that this one cannot use it."""


def cause_of(error: BaseException) -> BaseException:
    """Return the driver's own error behind one of SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) and error.orig else error
