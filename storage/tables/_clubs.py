"""Journal clubs of servers: their sessions, what was nominated, and who presents."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table
from storage.types import Integer, ISODate, JSONText, LocalTime, Text, UTCDateTime

clubs = table(
    "clubs",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("channel_id", Integer, nullable=False, unique=True),
    # The series of its sessions begins there: its weekday, and its place in the month.
    Column("anchor", ISODate, nullable=False),
    Column("every", Text, nullable=False),
    Column("at", LocalTime, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("rotates", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("created_at", UTCDateTime, nullable=False),
    # A room or a link to a call; empty for the channel itself.
    Column("place", Text),
    reuses_ids=False,
)

# Who takes turns to present; empty for a club of volunteers.
club_members = table(
    "club_members",
    Column("club_id", Integer, ForeignKey("clubs.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    # The date of the last session that they presented: the longest ago is next.
    Column("presented_on", ISODate),
    Index("ix_club_members_user_id", "user_id"),
)

# One at a time is open in each club.
club_sessions = table(
    "club_sessions",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("club_id", Integer, ForeignKey("clubs.id", ondelete="CASCADE"), nullable=False),
    # Local date, hour and zone as announced: an edit of the club moves a later session.
    Column("day", ISODate, nullable=False),
    Column("at", LocalTime, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="SET NULL"), index=True),
    Column("decided_at", UTCDateTime),
    Column("event_id", Integer),
    Column("thread_id", Integer),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime),
    # When to look at it next: the next step, or another try.
    Column("look_at", UTCDateTime),
    UniqueConstraint("club_id", "day"),
    Index("ix_club_sessions_look_at", "state", "look_at"),
    Index("ix_club_sessions_finished_at", "finished_at"),
    reuses_ids=False,
)

# What was sent or made for a session: a row is written before it is sent, and its id after.
club_steps = table(
    "club_steps",
    Column(
        "session_id", Integer, ForeignKey("club_sessions.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("step", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("payload", JSONText),
    Column("planned_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # The message, or the event, that came of it.
    Column("made_id", Integer),
    Column("reason", Text),
)

# Who was asked to present a session, or offered to.
club_turns = table(
    "club_turns",
    Column(
        "session_id", Integer, ForeignKey("club_sessions.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("planned_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # The message that asks; empty until it is sent, and for one who offered.
    Column("message_id", Integer),
    Index("ix_club_turns_user_id", "user_id"),
)

club_nominations = table(
    "club_nominations",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("club_id", Integer, ForeignKey("clubs.id", ondelete="CASCADE"), nullable=False),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("nominated_at", UTCDateTime, nullable=False),
    UniqueConstraint("club_id", "paper_id"),
)
