"""Gauges that are filled in only when the metrics are scraped."""

import asyncio
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from bot.monitor._instruments import Instruments
from bot.monitor._monitor import Monitor
from bot.services.container import Services
from papers import calendar
from papers.shards import without_process
from storage import batches, digests, leases, metrics, source_health
from storage.batches import BatchState
from storage.database import Database
from storage.digests import DigestState
from storage.feeds import FeedState
from storage.posts import PostState

_DELIVERED = {
    "post": tuple(PostState),
    "digest": tuple(DigestState),
}


async def collect(monitor: Monitor) -> None:
    """Bring every gauge up to date."""
    _process(monitor)
    services = monitor.services
    if services is not None:
        now = services.clock.now()
        await _deliveries(services, monitor.instruments, now)
        await _sources(services, monitor.instruments, now)
        await _database(services, monitor.instruments, now)
        if monitor.instruments.place:
            await _leases(services, monitor.instruments)


def _process(monitor: Monitor) -> None:
    to = monitor.instruments
    to.lag.set(monitor.lag)
    to.cycle_age.set(monitor.cycle_age)
    to.invalid.set(len(monitor.requests.invalid))
    to.paused.set(monitor.requests.invalid.pause is not None)
    to.guilds.set(0 if monitor.client is None else len(monitor.client.guilds))
    to.queue.set(0 if monitor.services is None else len(monitor.services.queue))
    to.latency.clear()
    to.ack_age.clear()
    for shard in monitor.shards():
        if shard.latency is not None:
            to.latency.labels(str(shard.id)).set(shard.latency)
        if shard.ack_age is not None:
            to.ack_age.labels(str(shard.id)).set(shard.ack_age)


async def _deliveries(services: Services, to: Instruments, now: datetime) -> None:
    async with services.database.read() as conn:
        found = await metrics.read(conn, now)
        rest = await digests.broken_until(conn, now)
    to.failures.clear()
    for kind, states in _DELIVERED.items():
        for state in states:
            to.deliveries.labels(kind, state).set(found.deliveries.get((kind, state), 0))
        since = found.backlog[kind].since
        to.pending_age.labels(kind).set(0 if since is None else (now - since).total_seconds())
    for (kind, reason), count in found.failures.items():
        to.failures.labels(kind, reason).set(count)
    for state in FeedState:
        to.feeds.labels(state.value).set(found.feeds.get(state.value, 0))
    to.papers.set(found.papers)
    to.dm_rest.set(0 if rest is None else (rest - now).total_seconds())


async def _sources(services: Services, to: Instruments, now: datetime) -> None:
    expected = calendar.expected_batch(now, services.settings.settle)
    curated = [source.name for source in services.sources if source.curated]
    async with services.database.read() as conn:
        states = await source_health.all(conn)
        known = await batches.state(conn, expected, sources=curated)
    for state in states:
        to.source_up.labels(state.source).set(state.failing_since is None)
        if state.succeeded_at is not None:
            age = (now - state.succeeded_at).total_seconds()
            to.source_age.labels(state.source).set(age)
    awaited = known is not BatchState.COMPLETE and calendar.why_nothing(now) is None
    due = calendar.begins(expected) + services.settings.settle
    to.batch_overdue.set(max(timedelta(), now - due).total_seconds() if awaited else 0)


async def _database(services: Services, to: Instruments, now: datetime) -> None:
    sizes, free = await asyncio.to_thread(_on_disk, services.database)
    if not services.database.is_file:
        sizes["file"] = await services.database.size()
    for part, size in sizes.items():
        to.database_bytes.labels(part).set(size)
    to.disk_free.set(free)
    if services.maintenance.wanted:
        last = await asyncio.to_thread(services.maintenance.last)
        to.backup_age.set((now - (last or services.started_at)).total_seconds())


async def _leases(services: Services, to: Instruments) -> None:
    async with services.database.read() as conn:
        found = await conn.run_sync(leases.remaining)
    to.lease_remaining.clear()
    for name, remaining in found.items():
        to.lease_remaining.labels(name).set(remaining.total_seconds())
    missing = without_process([name for name, remaining in found.items() if remaining], list(found))
    to.shards_without_process.set(missing)


def _on_disk(database: Database) -> tuple[dict[str, int], int]:
    index, path = database.beside(".index"), database.path
    sizes = {
        "file": _size(path),
        "log": _size(path.with_name(path.name + "-wal")),
        "index": sum(_size(part) for part in index.glob("*")) if index.is_dir() else 0,
    }
    return sizes, shutil.disk_usage(index.parent).free


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a server has the file, or tantivy merges and deletes while we look
        return 0
