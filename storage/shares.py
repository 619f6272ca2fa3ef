"""How many requests a second each of several processes may send, of those that they share.

A process renews its share every second, and says how many requests it has. What it has too much of
it gives up in the same step; what it lacks it takes, as far as others have given it up. So the
shares that are valid are never more than all, however slow a process is. A share that is not
renewed lapses, on the database's clock. Writing transactions take turns, and so do those that
share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, select, type_coerce, update

from papers.shards import shards_of
from storage.engines.statements import now
from storage.tables import leases
from storage.types import Integer

LIFE: Final = timedelta(seconds=6)
"""How long a share outlasts its last renewal."""

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Need:
    """What one process asks for, in thousandths of a request a second."""

    demand: int
    weight: float
    """Its part of all shards."""


def renew(conn: Connection, name: str, demand: int, pool: int, life: timedelta = LIFE) -> int:
    """Renew a process's share, and return it; it is valid once this is committed.

    Args:
        conn: a writer; that it has the lease is known.
        name: the process's lease.
        demand: how much it could use.
        pool: how much there is for all.
        life: how long the share outlasts this renewal.
    """
    valid = type_coerce(leases.c.expires_at, Integer) > now()
    current = leases.c.rate_until > now()
    needs: dict[str, Need] = {}
    taken = 0
    rows = conn.execute(
        select(leases.c.name, leases.c.demand, leases.c.rate, valid.label("valid"), current)
    )
    for other, wanted, rate, holds, granted in rows:
        shards = shards_of(other)
        if shards is None:
            continue
        if other == name:
            needs[other] = Need(demand, shards.share)
            continue
        if granted:
            taken += rate
        if holds:
            needs[other] = Need(wanted if granted else 0, shards.share)
    share = max(0, min(divided(needs, pool).get(name, 0), pool - taken))
    conn.execute(
        update(leases)
        .where(leases.c.name == name)
        .values(demand=demand, rate=share, rate_until=now() + life // _MICROSECOND)
    )
    return share


def divided(needs: Mapping[str, Need], pool: int) -> dict[str, int]:
    """Divide what there is by demand; what is left over by the number of shards.

    Where there is not enough for all, none gets more than another one of as many shards that would
    use it.
    """
    shares = dict.fromkeys(needs, 0.0)
    hungry = {name: need for name, need in needs.items() if need.demand > 0}
    left = float(pool)
    while hungry and left > 0:
        each = left / sum(need.weight for need in hungry.values())
        fed = [name for name, need in hungry.items() if need.demand <= each * need.weight]
        for name in fed or list(hungry):
            need = hungry.pop(name)
            shares[name] = min(float(need.demand), each * need.weight)
            left -= shares[name]
    weights = sum(need.weight for need in needs.values())
    return {
        name: int(shares[name] + max(0.0, left) * need.weight / weights)
        for name, need in needs.items()
    }
