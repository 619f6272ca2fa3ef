"""Libraries: lists, saves, notes, and what privacy needs."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, UniqueConstraint

from storage.tables._base import table, where
from storage.types import Integer, JSONText, Text, UTCDateTime

lists = table(
    "lists",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    # The name as it is compared: folded.
    Column("key", Text, nullable=False),
    # The reaction that saves to it, as Discord shows it and as it is compared; empty for none.
    Column("emoji", Text),
    Column("emoji_key", Text),
    Column("is_default", Integer, nullable=False, server_default="0"),
    # What is on it counts as read.
    Column("is_read", Integer, nullable=False, server_default="0"),
    Column("created_at", UTCDateTime, nullable=False),
    # Whether the person gets news about its papers.
    Column("news", Integer, nullable=False, server_default="1"),
    # Whether what is on it says what the person is interested in.
    Column("learn", Integer, nullable=False, server_default="1"),
    UniqueConstraint("user_id", "key"),
    UniqueConstraint("user_id", "emoji_key"),
    reuses_ids=False,
)

saves = table(
    "saves",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "list_id", Integer, ForeignKey("lists.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # reaction · button · message (its command) · command · import
    Column("via", Text, nullable=False),
    # The reaction that saved it: this row lives and goes with that reaction on that message.
    Column("emoji_key", Text),
    # 0 once the person took the paper out by other means while the reaction stands: reading
    # reactions back must not save it again.
    Column("kept", Integer, nullable=False, server_default="1"),
    # Where it was saved; the server is empty in direct messages and for imports.
    Column("message_id", Integer),
    Column("channel_id", Integer),
    Column("guild_id", Integer),
    Column("saved_at", UTCDateTime, nullable=False),
    Index(
        "uq_saves_reaction",
        "message_id",
        "user_id",
        "emoji_key",
        "paper_id",
        unique=True,
        **where("emoji_key IS NOT NULL"),
    ),
    Index(
        "uq_saves_deliberate",
        "list_id",
        "paper_id",
        unique=True,
        **where("emoji_key IS NULL"),
    ),
    Index("ix_saves_guild_id_saved_at", "guild_id", "saved_at"),
)

notes = table(
    "notes",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Index("ix_notes_paper_id", "paper_id"),
)

# What a person took out of their library lately: the saves and the note, so that it can be undone.
removals = table(
    "removals",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # The saves that were taken away, and the deliberate ones that were made in their place.
    Column("saves", JSONText, nullable=False),
    Column("replaced_by", JSONText, nullable=False),
    # The note that went with them, and when it was written.
    Column("note", Text),
    Column("noted_at", UTCDateTime),
    Column("removed_at", UTCDateTime, nullable=False, index=True),
    Index("ix_removals_user_id_paper_id", "user_id", "paper_id"),
    reuses_ids=False,
)

# Papers that a person does not want to get again.
dismissals = table(
    "dismissals",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("dismissed_at", UTCDateTime, nullable=False),
    # unwanted · seen (says nothing about what the person is interested in)
    Column("kind", Text, nullable=False, server_default="unwanted"),
    Index("ix_dismissals_paper_id", "paper_id"),
)

# Papers whose card or abstract a person opened for themselves.
opened_papers = table(
    "opened_papers",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("opened_at", UTCDateTime, nullable=False, index=True),
    Index("ix_opened_papers_paper_id", "paper_id"),
)

# Authors and words whose papers a person does not get.
mutes = table(
    "mutes",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # author · word
    Column("kind", Text, nullable=False),
    # The text as it is compared.
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("user_id", "kind", "key"),
    reuses_ids=False,
)

preferences = table(
    "preferences",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    # Whether this person's saves count, namelessly, in a server's `/paper top`.
    Column("counted", Integer, nullable=False, server_default="1"),
    Column("updated_at", UTCDateTime, nullable=False),
    # Whether this person gets news about the papers on their lists.
    Column("news", Integer, nullable=False, server_default="1"),
    # How many picks a digest brings at most.
    Column("picks", Integer, nullable=False, server_default="3"),
    # Whether servers' shelves name this person beside what they added.
    Column("named", Integer, nullable=False, server_default="0"),
)

# Whose reactions must not bring an erased library back where they still stand. No ids: a hash with
# its own salt, gone as soon as reactions of that time are no longer read.
erasures = table(
    "erasures",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("erased_at", UTCDateTime, nullable=False, index=True),
)
