"""A person's topics and the settings of their digest: read, changed, ended."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot import limits
from bot.delivery.messenger import Messenger
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.digests._adding import Added, add_topic
from bot.services.digests._payload import DigestEntry, DigestPayload, MoreEntry, page_of
from bot.services.digests._texts import next_digest_at
from bot.services.topics import read_stored, read_topic
from bot.settings import Settings
from bot.ui.text import timestamp
from papers import calendar, zones
from storage import digests, news, subscriptions
from storage.database import Database
from storage.subscriptions import (
    Every,
    Mode,
    StoredTopic,
    Subscriber,
    Subscription,
    TopicDraft,
)

MAX_TOPICS = limits.SELECT_OPTIONS
"""Topics of one person: what one select can list for ending them."""


class Subscriptions:
    """What people follow, and when their digests come."""

    def __init__(self, database: Database, messenger: Messenger, settings: Settings) -> None:
        self._database = database
        self._messenger = messenger
        self._settings = settings

    async def subscriber(self, user_id: int) -> Subscriber | None:
        """Return a person's settings, `None` for a person who never subscribed."""
        async with self._database.read() as conn:
            return await subscriptions.subscriber(conn, user_id)

    async def required(self, user_id: int) -> Subscriber:
        """Return a person's settings.

        Raises:
            UserError: they follow no topic.
        """
        person = await self.subscriber(user_id)
        if person is None:
            raise UserError(
                _(
                    "You don't follow any topics yet. Follow one with {command}.",
                    command=self._messenger.mention("paper subscribe"),
                )
            )
        return person

    async def followed(self, user_id: int, *, since: datetime | None = None) -> list[Subscription]:
        """Return a person's topics, each with what it matched since then."""
        async with self._database.read() as conn:
            return await subscriptions.of_user(conn, user_id, since=since)

    async def own(self, user_id: int, topic_id: int) -> Subscription:
        """Return one of a person's subscriptions.

        Raises:
            UserError: they do not follow that topic.
        """
        followed = await self.followed(user_id)
        found = next((each for each in followed if each.topic.id == topic_id), None)
        if found is None:
            raise UserError(_("You no longer follow this topic."))
        return found

    async def same(self, user_id: int, draft: TopicDraft) -> Subscription | None:
        """Return a person's subscription to the very topic of a draft, whatever its mode."""
        followed = await self.followed(user_id)
        if draft.mode is Mode.TRENDING:
            same = (each for each in followed if each.topic.mode is Mode.TRENDING)
        else:
            key = read_topic(draft.query).key
            of_words = [each.topic for each in followed if each.topic.mode is not Mode.TRENDING]
            ids = {stored.id for stored, topic in read_stored(of_words) if topic.key == key}
            same = (each for each in followed if each.topic.id in ids)
        # The subscription in the draft's own mode and sources first, where there are several.
        best = sorted(
            same,
            key=lambda each: (
                each.topic.mode is not draft.mode,
                each.topic.sources != draft.sources,
            ),
        )
        return best[0] if best else None

    async def draft(self, draft_id: int) -> TopicDraft:
        """Return a topic that was previewed.

        Raises:
            UserError: that was too long ago.
        """
        async with self._database.read() as conn:
            draft = await subscriptions.get_draft(conn, draft_id)
        if draft is None:
            raise UserError(
                _(
                    "This preview has expired. Make a new one with {command}.",
                    command=self._messenger.mention("paper subscribe"),
                )
            )
        return draft

    async def add_draft(
        self,
        query: str,
        mode: Mode,
        every: Every | None,
        min_votes: int,
        now: datetime,
        *,
        sources: Sequence[str] = (),
    ) -> TopicDraft:
        """Store a topic to be previewed, for the buttons under the preview."""
        async with self._database.write() as conn:
            return await subscriptions.add_draft(
                conn,
                query=query,
                mode=mode,
                every=every,
                min_votes=min_votes,
                now=now,
                sources=sources,
            )

    async def note_shown(
        self,
        draft: TopicDraft,
        shown: Iterable[str],
        now: datetime,
        *,
        newest: date | None = None,
    ) -> TopicDraft:
        """Record which papers a person sees before they subscribe to a draft.

        These count as brought once they subscribe. The first digest begins with the papers of the
        `newest` day that were not shown: a day's papers are more than a page.
        """
        begun = now if newest is None else min(calendar.begins(newest), now)
        draft = replace(draft, shown=tuple(dict.fromkeys(shown)), brings_from=begun)
        async with self._database.write() as conn:
            await subscriptions.note_shown(conn, draft.id, draft.shown, begun)
        return draft

    async def add(
        self, user_id: int, draft: TopicDraft, now: datetime, *, replaces: int = 0
    ) -> Added:
        """Subscribe a person to a topic as it was previewed.

        Args:
            user_id: whose subscription it is.
            draft: the topic as it was previewed.
            now: the present instant.
            replaces: the id of the topic that ends with this, 0 for none.

        Raises:
            UserError: they follow as many as one can.
        """
        async with self._database.write() as conn:
            return await add_topic(
                conn,
                user_id,
                draft,
                now,
                replaces=replaces,
                settings=self._settings,
                most=MAX_TOPICS,
                unsubscribe=self._messenger.mention("paper unsubscribe"),
            )

    async def end(self, user_id: int, topic_ids: Iterable[int]) -> list[StoredTopic]:
        """End some of a person's topics; return those that they followed."""
        async with self._database.write() as conn:
            return [
                topic
                for topic_id in topic_ids
                if (topic := await subscriptions.unsubscribe(conn, user_id, topic_id))
            ]

    async def end_named(self, user_id: int, typed: str) -> tuple[StoredTopic | None, int]:
        """End the topic with this id or these words; return it and how many are left."""
        wanted = typed.strip().casefold()
        async with self._database.write() as conn:
            followed = [each.topic for each in await subscriptions.of_user(conn, user_id)]
            for topic in followed:
                if wanted in (str(topic.id), topic.query.casefold()):
                    await subscriptions.unsubscribe(conn, user_id, topic.id)
                    return topic, len(followed) - 1
        return None, len(followed)

    async def set_paused(self, user_id: int, topic_id: int, *, paused: bool) -> None:
        """Pause a topic, or resume it.

        Raises:
            UserError: the person does not follow it.
        """
        async with self._database.write() as conn:
            mine = await subscriptions.set_paused(conn, user_id, topic_id, paused=paused)
        if not mine:
            raise UserError(_("You no longer follow this topic."))

    async def change_settings(self, wanted: Subscriber) -> None:
        """Store what a person may set, made with `dataclasses.replace`."""
        async with self._database.write() as conn:
            await subscriptions.change_settings(conn, wanted)

    async def gets_news(self, user_id: int) -> bool:
        """Return whether a person gets news about the papers they saved."""
        async with self._database.read() as conn:
            return await news.wanted(conn, user_id)

    async def set_news(self, user_id: int, now: datetime, *, on: bool) -> None:
        """Let a person get news about the papers they saved, or not."""
        async with self._database.write() as conn:
            await news.set_wanted(conn, user_id, now, on=on)

    async def reopen(self, person: Subscriber | None) -> str:
        """Try closed direct messages again from now on; return the notice for the person, once."""
        if person is None or person.closed_at is None:
            return ""
        async with self._database.write() as conn:
            tried = await subscriptions.try_again(conn, person.user_id)
        if not tried:
            return ""
        return _(
            "⚠️ My last DMs didn't reach you. I'll try again with your next digest. Please allow"
            " direct messages in the privacy settings of a server we share. Until then, your"
            " digests are in {inbox}.",
            inbox=self._messenger.mention("paper inbox"),
        )

    async def next_digest(self, person: Subscriber, now: datetime) -> str:
        """Say when a person's next digest comes, as a sentence."""
        async with self._database.read() as conn:
            followed = await subscriptions.of_user(conn, person.user_id)
            today = now.astimezone(zones.zone_or_utc(person.timezone)).date()
            last = await digests.of_day(conn, person.user_id, today)
        active = [subscription.created_at for subscription in followed if not subscription.paused]
        if not active:
            return _("You don't follow any active topics, so you'll get no digest.")
        used = last.local_date if last else None
        at = next_digest_at(person, now, since=min(active), used=used)
        return _("Next digest: {when}, if there are new papers.", when=timestamp(at, "R"))

    async def page(
        self, entries: Sequence[DigestEntry | MoreEntry], page: int
    ) -> list[DigestEntry]:
        """Return one page of a digest's entries, those that are only named looked up."""
        async with self._database.read() as conn:
            return await page_of(conn, entries, page)

    async def payload(self, user_id: int, digest_id: int) -> DigestPayload:
        """Return what one of a person's digests says.

        Raises:
            UserError: it is pruned, or another person's.
        """
        async with self._database.read() as conn:
            digest = await digests.get(conn, digest_id)
        if digest is None or digest.user_id != user_id or digest.payload is None:
            raise UserError(
                _(
                    "Other pages of a digest expire after {days} days. The buttons here still save."
                    " Find the other papers with {command}.",
                    days=digests.DIGESTS_KEPT.days,
                    command=self._messenger.mention("paper search"),
                )
            )
        return DigestPayload.model_validate(digest.payload)
