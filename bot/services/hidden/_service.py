"""What a person says is not for them, and what they know already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot import limits
from bot.delivery.messenger import Messenger
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.topics import Topics
from bot.ui.lists import paper_gone
from papers.model import Paper
from papers.mutes import author_key, word_key
from storage import hidden, matched_topics, papers, subscriptions
from storage.database import Database
from storage.hidden import Dismissal, Mute, MuteKind
from storage.papers import StoredPaper
from storage.subscriptions import Mode, StoredTopic

MOST: Final = limits.SELECT_OPTIONS
"""Authors and words that a person can hide: what one select can list for removing them."""

_STRICTER: Final = {Mode.BROAD: Mode.NORMAL, Mode.NORMAL: Mode.STRICT}


@dataclass(frozen=True, slots=True)
class Refusable:
    """A paper, and what may be the reason that a person does not want it."""

    paper: Paper
    topics: tuple[StoredTopic, ...]
    """Those of their topics that matched it, the best first."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A topic before and after it was to bring less."""

    before: StoredTopic
    after: StoredTopic | None
    """`None` where it is matched as strictly as can be."""


@dataclass(frozen=True, slots=True)
class HiddenThings:
    """All that a person hides."""

    papers: int
    mutes: tuple[Mute, ...]

    def __bool__(self) -> bool:
        return bool(self.papers or self.mutes)


class Hidden:
    """Keeps what people do not want to get; what is hidden comes in no digest and no pick."""

    def __init__(
        self, database: Database, topics: Topics, clock: Clock, messenger: Messenger
    ) -> None:
        self._database = database
        self._topics = topics
        self._clock = clock
        self._messenger = messenger

    async def refusable(self, user_id: int, paper_id: str) -> Refusable:
        """Return a paper with the reasons for which a person may refuse it.

        Raises:
            UserError: the paper is not known any more.
        """
        async with self._database.read() as conn:
            known = await papers.get(conn, paper_id)
            topics = await matched_topics.topics_of(conn, user_id, paper_id)
        if known is None:
            raise UserError(paper_gone(self._messenger.mention("paper search")))
        return Refusable(known.paper, tuple(topics))

    async def dismiss(
        self, user_id: int, paper_ids: Sequence[str], kind: Dismissal = Dismissal.UNWANTED
    ) -> tuple[list[StoredPaper], datetime]:
        """Bring papers no more; return those that are known, and the moment to `restore` by."""
        now = self._clock.now()
        async with self._database.write() as conn:
            known = await papers.get_many(conn, paper_ids)
            await hidden.dismiss(conn, user_id, list(known), kind, now)
        return list(known.values()), now

    async def restore(self, user_id: int, dismissed_at: datetime | None = None) -> int:
        """Let papers come again, all of a person's by default; return how many that was."""
        async with self._database.write() as conn:
            return await hidden.restore(conn, user_id, dismissed_at)

    async def all_of(self, user_id: int) -> HiddenThings:
        """Return all that a person hides."""
        async with self._database.read() as conn:
            dismissed = await hidden.dismissed(conn, user_id)
            return HiddenThings(len(dismissed), tuple(await hidden.muted(conn, user_id)))

    async def mute_author(self, user_id: int, name: str) -> Mute:
        """Hide an author's papers.

        Raises:
            UserError: there is no name, or the person hides as much as one can.
        """
        key = author_key(name)
        if key is None:
            raise UserError(_("Choose one of the paper's authors in the form."))
        return await self._mute(user_id, MuteKind.AUTHOR, key, name)

    async def mute_word(self, user_id: int, typed: str) -> Mute:
        """Hide papers with a word or several in a row.

        Raises:
            UserError: nearly every paper has it, there is none, or the person hides as much as one
                can.
        """
        text = " ".join(typed.split())
        if not text:
            raise UserError(_("Write the word to hide papers by."))
        key = word_key(text)
        if key is None:
            raise UserError(_("Nearly every paper has that. Write a more specific word."))
        return await self._mute(user_id, MuteKind.WORD, key, text)

    async def unmute(self, user_id: int, mute_ids: Iterable[int]) -> int:
        """Let papers of authors or with words come again; return how many entries went."""
        async with self._database.write() as conn:
            return await hidden.unmute(conn, user_id, mute_ids)

    async def narrow(self, user_id: int, topic_id: int) -> Narrowed:
        """Match one of a person's topics one step more strictly, if there is a step.

        Raises:
            UserError: they do not follow it.
        """
        async with self._database.read() as conn:
            followed = [each.topic for each in await subscriptions.of_user(conn, user_id)]
        before = next((each for each in followed if each.id == topic_id), None)
        stricter = None if before is None else _STRICTER.get(before.mode)
        after = None if stricter is None else await self.set_mode(user_id, topic_id, stricter)
        if before is None or (stricter is not None and after is None):
            raise UserError(_("You no longer follow this topic."))
        return Narrowed(before, after)

    async def set_mode(self, user_id: int, topic_id: int, mode: Mode) -> StoredTopic | None:
        """Match one of a person's topics in another mode; `None` if they do not follow it.

        What no digest has brought yet still comes, if the topic matches it in that mode.
        """
        now = self._clock.now()
        async with self._database.write() as conn:
            dates = await matched_topics.dates_of(conn, topic_id)
            after = await subscriptions.change_mode(conn, user_id, topic_id, mode, now)
        if after is not None:
            await self._topics.remember(after, now)
            async with self._database.write() as conn:
                await matched_topics.count_from(conn, after.id, dates)
        return after

    async def note_opened(self, user_id: int, paper_id: str) -> None:
        """Note that a person opened a paper, if they follow a topic or have a list."""
        async with self._database.read() as conn:
            if not await hidden.keeps_anything(conn, user_id):
                return
        async with self._database.write() as conn:
            await hidden.note_opened(conn, user_id, paper_id, self._clock.now())

    async def _mute(self, user_id: int, kind: MuteKind, key: str, text: str) -> Mute:
        async with self._database.write() as conn:
            made = await hidden.mute(conn, user_id, kind, key=key, text=text, now=self._clock.now())
            if len(await hidden.muted(conn, user_id)) > MOST:
                # Raising takes back what was written.
                raise UserError(
                    _(
                        "You already hide {most} authors and words, the most there can be. Remove"
                        " one with {command} first.",
                        most=MOST,
                        command=self._messenger.mention("privacy show"),
                    )
                )
        return made
