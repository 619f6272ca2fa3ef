"""The process: its lease, registered commands and incidents."""

from sqlalchemy import Column, Index, text

from storage.tables._base import table, where
from storage.types import Integer, JSONText, Text, UTCDateTime

# Which process runs the bot, so that no second one does: renewed while it runs.
leases = table(
    "leases",
    Column("name", Text, primary_key=True),
    # Counts the holders.
    Column("epoch", Integer, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    # What is known of the holder: see `storage.processes`.
    Column("host", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", Text, nullable=False),
    # Of several processes, how many requests a second the holder asks for and may send beyond its
    # fixed ones, in thousandths, and until when: see `storage.shares`.
    Column("demand", Integer, nullable=False, server_default="0"),
    Column("rate", Integer, nullable=False, server_default="0"),
    Column("rate_until", Integer, nullable=False, server_default="0"),
    # The newest schema that the holder knows, and its version; empty where older code took it.
    Column("revision", Text, nullable=False, server_default=text("''")),
    Column("version", Text, nullable=False, server_default=text("''")),
)

synced_commands = table(
    "synced_commands",
    Column("application_id", Integer, primary_key=True, autoincrement=False),
    Column("payload_hash", Text, nullable=False),
    # Names to ids, for clickable command mentions.
    Column("command_ids", JSONText, nullable=False),
    Column("synced_at", UTCDateTime, nullable=False),
    # Of the program that registered them; empty if an older one did.
    Column("version", Text, nullable=False, server_default=text("''")),
)

# Incidents: from when to when; reported to the bot's owner once, and once when over.
incidents = table(
    "incidents",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    # Which source, for example; empty where there is only one of the kind.
    Column("subject", Text, nullable=False),
    # In plain words, as they were when it began.
    Column("text", Text, nullable=False),
    Column("began_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("told_at", UTCDateTime),
    Index("ix_incidents_ended_at", "ended_at"),
    Index("uq_incidents_open", "kind", "subject", unique=True, **where("ended_at IS NULL")),
)
