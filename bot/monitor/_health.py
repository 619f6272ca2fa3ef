"""Whether the bot works: each part is tried or looked at, none is believed."""

import asyncio
from dataclasses import dataclass

from bot.monitor._monitor import Monitor
from storage import metrics


@dataclass(frozen=True, slots=True)
class Check:
    """One part, and how it is."""

    name: str
    ok: bool
    text: str
    restart_helps: bool = True
    """Whether starting the process again could help; it does not bring Discord back."""


async def checks(monitor: Monitor) -> list[Check]:
    """Look at every part. Takes at most a few seconds, whatever is broken."""
    lag = monitor.lag
    loop = Check(
        "loop",
        lag < monitor.thresholds.loop_lag,
        f"{lag:.2f} s late at worst in the last half minute",
    )
    if (spare := monitor.spare) is not None:
        text = f"waiting: {spare.why}"
        return [loop, Check("spare", spare.reachable, text, restart_helps=False)]
    return [
        loop,
        _gateway(monitor),
        _cycle(monitor),
        await _database(monitor),
    ]


def _gateway(monitor: Monitor) -> Check:
    if not monitor.listens:
        return Check("gateway", True, "not needed: other processes are connected")
    shards = monitor.shards()
    broken = [shard for shard in shards if shard.trouble is not None]
    if not shards or (not monitor.connected and len(broken) == len(shards)):
        return Check("gateway", False, "not connected to Discord", restart_helps=False)
    if broken:
        text = "; ".join(f"shard {shard.id}: {shard.trouble}" for shard in broken)
        return Check("gateway", False, text, restart_helps=False)
    if not monitor.connected:
        text = "connected, but Discord has not listed the servers of every shard yet"
        return Check("gateway", False, text, restart_helps=False)
    oldest = max(shard.ack_age or 0.0 for shard in shards)
    return Check("gateway", True, f"{len(shards)} connected, heartbeat answered {oldest:.0f} s ago")


def _cycle(monitor: Monitor) -> Check:
    age = monitor.cycle_age
    text = f"the minute's work was last done {age:.0f} s ago"
    if monitor.failing_cycles:
        text += f", and failed since ({monitor.last_failure})"
    # Without a connection there is no minute's work, and that is the gateway's line above.
    connected = monitor.connected or not monitor.listens
    return Check("beat", age < monitor.thresholds.cycle_age, text, restart_helps=connected)


async def _database(monitor: Monitor) -> Check:
    services = monitor.services
    if services is None:
        return Check("database", False, "not open", restart_helps=False)
    timeout = monitor.thresholds.write_timeout
    try:
        async with asyncio.timeout(timeout):
            refusal = await metrics.refusal(services.database, services.clock.now())
    except TimeoutError:
        return Check("database", False, f"a write did not end within {timeout:.0f} s")
    if refusal is not None:
        return Check("database", False, f"takes no writes: {refusal}")
    return Check("database", True, "takes writes")
