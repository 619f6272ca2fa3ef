"""A bot among people, one of whom means it ill, and what must hold whatever that one does.

An attack is an interaction as Discord would send it, without the checks that Discord's clients and
servers make first (`tests/bot/raw_interactions.py`).
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import simcord

from papers.writable import writable
from storage.personal_data import personal_tables
from storage.tables import metadata
from tests.bot.raw_interactions import Answer, Interaction, Interactions
from tests.databases import is_file
from tests.hostile.answers import HarmError, require_answered
from tests.looking import Look

T = TypeVar("T")

SECRET: Final = "Zebrafish"
"""Stands in everything that the target wrote: whoever else reads it has read too much."""


class Ears(logging.Handler):
    """Hears every error and every traceback that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.heard.append(logging.Formatter().format(record))


@dataclass(repr=False)
class Hostile(Interactions):
    """The bot, its target, and those who attack."""

    runner: asyncio.Runner
    context: Context
    """What simcord keeps in context: its clock, and its stand-in for Discord's REST."""
    ears: Ears
    elsewhere: simcord.GuildHandle
    target: simcord.MemberActor
    mallory: simcord.MemberActor
    """A member without rights."""
    usurper: simcord.MemberActor
    """Who manages another server."""
    lounge: simcord.ChannelHandle
    """A channel of that other server."""
    role: simcord.RoleHandle
    foreign_role: simcord.RoleHandle
    database: Look
    """What is stored, looked at beside the bot."""
    ids: list[int] = field(default_factory=list[int])
    """Numbers that mean something: rows, people, channels, messages."""
    kept: str = ""
    """What the target had before, to be told from what they have after."""
    state: object = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the bot's own loop."""
        return self.runner.run(work, context=self.context)

    def slash(
        self,
        path: str,
        options: Mapping[str, Any],
        *,
        by: simcord.MemberActor | None = None,
        focused: str | None = None,
    ) -> Answer:
        """Use a command, or type into one of its options."""
        return self.attack(self.command(path, options, focused=focused), by=by)

    def press(
        self,
        custom_id: str,
        values: Sequence[str] | None = None,
        *,
        by: simcord.MemberActor | None = None,
        ephemeral: bool = True,
    ) -> Answer:
        """Press a button with this custom id, or choose values in such a select."""
        return self.attack(self.component(custom_id, values, ephemeral=ephemeral), by=by)

    def submit(
        self, custom_id: str, fields: Mapping[str, str], *, by: simcord.MemberActor | None = None
    ) -> Answer:
        """Submit a form with this custom id."""
        return self.attack(self.form(custom_id, fields), by=by)

    def use_menu(self, name: str, content: str, *, by: simcord.MemberActor | None = None) -> Answer:
        """Use a command on a message that says this."""
        return self.attack(self.message_command(name, content), by=by)

    def attack(self, interaction: Interaction, *, by: simcord.MemberActor | None = None) -> Answer:
        """Send an interaction, wait for what it gets, and see that it did no harm.

        Raises:
            HarmError: it did.
        """
        who = by or self.mallory
        channel = self.lounge if who is self.usurper else self.here.channel
        self.here.bot.cooldowns.forget()
        record = self.run(self.send(who, channel, interaction, self.target))
        answer = self.answer(record)
        if self.ears.heard:
            heard, self.ears.heard = self.ears.heard, []
            raise HarmError("the log has\n" + "\n".join(heard))
        require_answered(answer, record)
        if who is not self.target and SECRET in answer.text:
            raise HarmError(f"somebody else reads: {answer.text}")
        self.check_target()
        self.sweep()
        return answer

    def check_target(self) -> None:
        """Assert that the target has what they had.

        Raises:
            HarmError: something was taken, added or changed.
        """
        state = self.database.state()
        if state == self.state:
            return
        self.state = state
        kept = self._of_target()
        if self.kept and kept != self.kept:
            before, self.kept = self.kept, kept
            raise HarmError(f"the target had\n{before}\nand has\n{kept}")
        self.kept = kept

    def intact(self) -> bool:
        """Return whether the database is whole, with nothing in it that others refuse."""
        for table in metadata.tables:
            for row in self.database.rows(f"SELECT * FROM {table}"):  # noqa: S608 - our table
                texts = [each for each in row if isinstance(each, str)]
                if any(text != writable(text) for text in texts):
                    raise HarmError(f"{table} has {texts}")
        if not is_file(self.here.bot.settings.database_url):
            return True  # The server checks what it reads, and refuses a reference to nothing.
        whole = self.database.rows("PRAGMA integrity_check")
        strays = self.database.rows("PRAGMA foreign_key_check")
        return whole == [("ok",)] and not strays

    def _of_target(self) -> str:
        found: list[str] = []
        for table in personal_tables():
            if "user_id" in metadata.tables[table].columns:
                rows = self.database.rows(
                    f"SELECT * FROM {table} WHERE user_id = :user_id",  # noqa: S608 - our table
                    user_id=self.target.id,
                )
                found += [f"{table}: {row}" for row in sorted(rows, key=str)]
        feeds = self.database.rows("SELECT * FROM feeds ORDER BY id")
        return "\n".join([*found, *(f"feeds: {row}" for row in feeds)])
