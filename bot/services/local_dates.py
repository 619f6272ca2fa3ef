"""The date on people's own calendars."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.runtime.clock import Clock
from papers import zones
from storage import feeds, subscriptions
from storage.database import Database


class LocalDates:
    """Knows the zones that people and servers have chosen."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def today(self, user_id: int, guild_id: int | None, channel_id: int | None) -> date:
        """Return a person's date, in their `zone`."""
        zone = await self.zone(user_id, guild_id, channel_id)
        return self._clock.now().astimezone(zone).date()

    async def zone(self, user_id: int, guild_id: int | None, channel_id: int | None) -> ZoneInfo:
        """Return a person's zone.

        That is the zone of their digest; else that of the channel's feed, or of the server's if all
        its feeds have one; else UTC.
        """
        async with self._database.read() as conn:
            person = await subscriptions.subscriber(conn, user_id)
            known = (
                await feeds.of_guild(conn, guild_id)
                if person is None and guild_id is not None
                else []
            )
        here = {feed.timezone for feed in known if feed.channel_id == channel_id}
        every = here or {feed.timezone for feed in known}
        name = person.timezone if person is not None else next(iter(every), "UTC")
        if person is None and len(every) != 1:
            name = "UTC"
        return zones.zone_or_utc(name)
