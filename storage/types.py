"""Column types, the same values in both engines.

SQLite's STRICT tables know INTEGER, REAL, TEXT and BLOB. PostgreSQL's counterparts of as many bits,
and a text that sorts by its code points, are BIGINT, DOUBLE PRECISION and TEXT COLLATE "C": tables
and migrations take `Integer`, `Real` and `Text` from here, and everything else is made of them.
"""

import json
import zlib
from collections.abc import Set
from datetime import UTC, date, datetime, time
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

Integer: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A whole number of 64 bits: an id of Discord's, a count, a boolean as 0 or 1."""

Real: Final = sa.Double[float]().with_variant(sa.REAL(), "sqlite")
"""A floating-point number of 64 bits."""

Text: Final = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
"""A text, compared byte by byte."""


class UTCDateTime(TypeDecorator[datetime]):
    """An instant, kept as whole microseconds since the epoch; naive times are refused."""

    impl = Integer  # pyright: ignore[reportAssignmentType]
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Translate for the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        delta = value - datetime(1970, 1, 1, tzinfo=UTC)
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Translate back."""
        if value is None:
            return None
        seconds, microseconds = divmod(value, 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)


class ISODate(TypeDecorator[date]):
    """A calendar day, kept as `YYYY-MM-DD` so that it sorts and reads."""

    impl = Text  # pyright: ignore[reportAssignmentType]
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Translate for the database."""
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:
        """Translate back."""
        return None if value is None else date.fromisoformat(value)


class LocalTime(TypeDecorator[time]):
    """A time of day on a user's wall clock, stored as `HH:MM`."""

    impl = Text  # pyright: ignore[reportAssignmentType]
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> str | None:
        """Translate for the database."""
        return None if value is None else value.strftime("%H:%M")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> time | None:
        """Translate back."""
        return None if value is None else time.fromisoformat(value)


class JSONText(TypeDecorator[Any]):
    """Plain JSON in a TEXT column, without ASCII escapes, so that it stays readable and small."""

    impl = Text  # pyright: ignore[reportAssignmentType]
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """Translate for the database."""
        return (
            None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """Translate back."""
        return None if value is None else json.loads(value)


class PackedIds(TypeDecorator[frozenset[str]]):
    """A set of paper ids, sorted and compressed: about three bytes for each of a thousand."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Set[str] | None, dialect: Dialect) -> bytes | None:
        """Translate for the database."""
        return None if value is None else zlib.compress("\n".join(sorted(value)).encode(), 9)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> frozenset[str] | None:
        """Translate back."""
        return None if value is None else frozenset(zlib.decompress(value).decode().split())
