"""How long statements take, as metrics count it."""

import time
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.engines.protocol import Observe

_KINDS = frozenset(("select", "insert", "update", "delete"))


def time_statements(engine: Engine, observe: Observe) -> None:
    """Tell `observe` the kind of every statement of `engine` and the seconds it took.

    The kind is the first word in lower case, `other` for what is none of the four usual ones.
    """

    def begins(connection: Connection, *_: Any) -> None:
        connection.info["paperboy_began"] = time.perf_counter()

    def ended(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
        word = statement[:6].lower()
        seconds = time.perf_counter() - connection.info["paperboy_began"]
        observe(word if word in _KINDS else "other", seconds)

    event.listen(engine, "before_cursor_execute", begins)
    event.listen(engine, "after_cursor_execute", ended)
