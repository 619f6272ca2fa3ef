"""How many requests a second each of several processes may send, of those that they share.

Shares are whole requests: of fractions, what a process may send within a second could not be said
so that all of them together keep to what they have. In the table they are thousandths.

A process renews its share every half second, and says how many requests it has. What it has too
much of it gives up in the same step; what it lacks it takes, as far as others have given it up. So
the shares that are valid are never more than all, however slow a process is. A share that is not
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

WHOLE: Final = 1_000
"""A request a second, in the unit of the table."""

_ALMOST: Final = 1e-9
"""What a whole number of requests may lack by the arithmetic of fractions."""

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
        pool: how much there is for all; a multiple of `WHOLE`, as the share is.
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
    left = (pool - taken) // WHOLE * WHOLE
    share = max(0, min(divided(needs, pool).get(name, 0), left))
    conn.execute(
        update(leases)
        .where(leases.c.name == name)
        .values(demand=demand, rate=share, rate_until=now() + life // _MICROSECOND)
    )
    return share


def divided(needs: Mapping[str, Need], pool: int) -> dict[str, int]:
    """Divide what there is by demand; what is left over by the number of shards.

    Where there is not enough for all, none gets more than another one of as many shards that would
    use it, but for what is left of dividing into whole requests.
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
    rest = max(0.0, left)
    return _rounded(
        {name: shares[name] + rest * need.weight / weights for name, need in needs.items()}, pool
    )


def _rounded(shares: Mapping[str, float], pool: int) -> dict[str, int]:
    """Round to whole requests; those that lose most by it get what is left, in the same order
    in every process."""
    whole = {name: int(share / WHOLE + _ALMOST) for name, share in shares.items()}
    left = pool // WHOLE - sum(whole.values())
    losing = sorted(shares, key=lambda name: (whole[name] * WHOLE - shares[name], name))
    for name in losing[: max(0, left)]:
        whole[name] += 1
    return {name: count * WHOLE for name, count in whole.items()}
