"""What is measured, by name. No label holds an id of a person, a server or a channel."""

from collections.abc import Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from papers import program

_FAST: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_NETWORK: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30)


class _Placed(Collector):
    """What a registry has, each value with more labels."""

    def __init__(self, registry: CollectorRegistry, labels: Mapping[str, str]) -> None:
        self._registry = registry
        self._labels = labels

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            # Some collectors give the same one each time.
            placed = Metric(metric.name, metric.documentation, metric.type, metric.unit)
            placed.samples = [
                sample._replace(labels={**self._labels, **sample.labels})
                for sample in metric.samples
            ]
            yield placed


class Instruments:
    """Every metric, in a registry of its own: two bots in one process do not add up."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.place: dict[str, str] = {}
        """Where several processes share the work, which one this is: more labels."""
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"paperboy_{name}", text, labels, registry=registry)

        self.build = gauge("build_info", "Always 1; the version is its label.", "version")
        self.build.labels(program.version()).set(1)

        # Discord.
        self.requests = Counter(
            "paperboy_http_requests_total",
            "Requests to Discord, by route template; the status is a word when none came.",
            ["method", "route", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "paperboy_http_request_seconds",
            "How long Discord took to answer; answers to interactions apart.",
            ["kind"],
            buckets=_NETWORK,
            registry=registry,
        )
        self.invalid = gauge(
            "invalid_requests", "Answers of 401, 403 and 429 in the last ten minutes."
        )
        self.paused = gauge("sending_paused", "1 while sending pauses because of such answers.")
        self.latency = gauge(
            "gateway_latency_seconds", "Time from a heartbeat to its answer.", "shard"
        )
        self.ack_age = gauge(
            "gateway_ack_age_seconds", "Time since the last heartbeat was answered.", "shard"
        )
        self.guilds = gauge("guilds", "Servers that the bot is in.")

        # The process.
        self.lag = gauge("loop_lag_seconds", "How late the event loop was at worst, lately.")
        self.cycle_age = gauge(
            "beat_age_seconds", "Time since a minute's work was last done to its end."
        )
        self.beat_failures = Counter(
            "paperboy_beat_failures_total", "Minutes whose work failed.", registry=registry
        )
        self.lease_remaining = gauge(
            "lease_remaining_seconds",
            "Of several processes: time until a part of the work is free, unless its lease is"
            " renewed; 0 while no process has it.",
            "lease",
        )
        self.shards_without_process = gauge(
            "shards_without_process", "Of several processes: shards whose servers none looks after."
        )
        self.healthy = gauge("healthy", "1 while /healthz says so.")
        self.incidents = gauge("incidents", "Incidents that are not over.", "kind")
        self.queue = gauge("queue", "Pieces of work that wait for a worker or have one.")

        # What is owed and delivered.
        self.deliveries = gauge(
            "deliveries",
            "Threads (post) and digests of the last 24 hours, by what became of them.",
            "kind",
            "state",
        )
        self.failures = gauge(
            "delivery_failures",
            "Of those, what could not be delivered as it was meant, by reason.",
            "kind",
            "reason",
        )
        self.pending_age = gauge(
            "oldest_pending_seconds", "Age of the oldest that is not delivered.", "kind"
        )
        self.dm_rest = gauge("dm_rest_seconds", "How long no direct message may be sent.")
        self.feeds = gauge("feeds", "Channels with a daily thread, by state.", "state")
        self.papers = gauge("papers", "Papers known.")

        # Sources.
        self.source_up = gauge("source_up", "1 if it answered when last asked.", "source")
        self.source_age = gauge(
            "source_age_seconds", "Time since the source last answered.", "source"
        )
        self.batch_overdue = gauge(
            "batch_overdue_seconds", "How long the day's batch is awaited, 0 once it is there."
        )

        # The database.
        self.database_bytes = gauge("database_bytes", "Sizes on disk.", "part")
        self.disk_free = gauge("disk_free_bytes", "Room left on the database's disk.")
        self.statements = Histogram(
            "paperboy_database_seconds",
            "Time of statements as the bot waits for them, of whole writing transactions, and of"
            " waiting for the right to write.",
            ["kind"],
            buckets=_FAST,
            registry=registry,
        )
        self.backup_age = gauge(
            "backup_age_seconds",
            "Time since the last scheduled backup, or since the start while there is none.",
        )

    @property
    def placed(self) -> Collector:
        """Everything, with `place` among each value's labels."""
        return _Placed(self.registry, self.place)

    def statement(self, kind: str, seconds: float) -> None:
        """Note that a statement of a kind took so long."""
        self.statements.labels(kind).observe(seconds)
