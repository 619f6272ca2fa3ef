"""The journal clubs and discussions of a soak: what members do there, and what admins take away."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks._soak_people import People
from tests.discord_server import Channel, Message, User
from tests.discord_server.objects import FORUMS
from tests.discord_server.rules import Json

_MEETS_ON = 3
"""Thursday: three days after the first Monday, the least between set-up and first session."""
_HOURS = (5, 10, 11)
_OF_CHANNELS = ("Papers of", "Best papers of")
"""What the names of daily threads and roundups begin with."""
_MENTION = re.compile(r"<@(\d+)>")
_YES, _NO = "I'll present", "Not this time"


@dataclass(frozen=True)
class ClubPlace:
    """A channel with a journal club."""

    channel: Channel
    at: str
    timezone: str
    presenters: tuple[User, ...] = ()
    """Who takes turns; empty for volunteers."""


class Outage(NamedTuple):
    """A time in which a club could not go on."""

    channel_id: int | None
    """`None` for every channel: the bot was away."""
    since: datetime
    until: datetime


@dataclass
class Clubs:
    """The clubs, and a record of all that was ever there, deleted since or not."""

    people: People
    places: list[ClubPlace] = field(default_factory=list[ClubPlace])
    removed: list[Message] = field(default_factory=list[Message])
    """Messages that an admin deleted, alone or with their thread."""
    threads: dict[int, Channel] = field(default_factory=dict[int, Channel])
    """Every thread of a text channel."""
    events: dict[int, Json] = field(default_factory=dict[int, Json])
    """Every event."""
    gone: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """The events and threads that an admin deleted, and when."""
    skipped: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Channels, and the days that `/club skip` cancelled there, as it names them."""
    outages: list[Outage] = field(default_factory=list[Outage])
    forbidden: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """Channels in which the bot may not write, and since when."""
    forbids: int = 0

    def settle(self) -> None:
        """Make a club whose members take turns, and one of volunteers in the last server."""
        world, people = self.people.server.world, self.people
        first, last = people.guilds[0], people.guilds[-1]
        members = [each for each in people.readers if people.home[each.id] is first][:3]
        turns = ClubPlace(world.add_channel(first, "club"), "10", "UTC", tuple(members))
        volunteers = ClubPlace(world.add_channel(last, "volunteers"), "5:30", "America/New_York")
        self.places = [turns, volunteers]
        world.pingable.update(each.id for each in people.readers)

    async def begin(self) -> None:
        """Start every club by command."""
        for place in self.places:
            presenters = " ".join(f"<@{each.id}>" for each in place.presenters)
            await self._admin(
                place.channel,
                "club create",
                channel=place.channel,
                weekday=_MEETS_ON,
                time=place.at,
                timezone=place.timezone,
                **({"presenters": presenters} if presenters else {}),
            )

    def watch(self) -> None:
        """Note what there is now."""
        world = self.people.server.world
        self.events |= world.events
        self.threads |= {
            each.id: each
            for each in world.channels.values()
            if each.is_thread and world.channel(each.parent_id or 0).kind not in FORUMS
        }

    @property
    def now(self) -> datetime:
        """What the soak's clocks show."""
        return datetime.fromtimestamp(self.people.server.world.clock.now(), UTC)

    # -- what members do -----------------------------------------------------------------------

    async def act(self) -> None:
        """Let a member do something."""
        acts: list[tuple[int, Callable[[], Awaitable[bool]]]] = [
            (4, self.nominate),
            (4, self.vote),
            (4, self.answer),
            (3, self.discuss),
            (1, self.ask),
        ]
        await self._one_of(acts)

    async def nominate(self) -> bool:
        """Nominate a card's paper: by the message's menu, or in the club's own form."""
        chance, world = self.people.chance, self.people.server.world
        reader = chance.choice(self.people.readers)
        card = self.people.card(reader)
        if card is None:
            return False
        clubs = [each for each in self.places if self._guild(each.channel) == self._home(reader)]
        if len(clubs) == 1 and chance.random() < 0.5:
            channel = world.channel(card.channel_id)
            await self.people.safely(world.use_menu(reader, channel, "Nominate", card), "Nominate")
            return True
        calls = [
            message
            for place in clubs
            for message in place.channel.history
            if "Nominate" in message.buttons
        ]
        found = re.search(r"arxiv\.org/abs/\d{4}\.\d{5}", card.text + str(card.links))
        if not calls or found is None:
            return False
        form = await self.people.safely(
            world.click(reader, chance.choice(calls), "Nominate"), "Nominate"
        )
        if form is not None:
            await self.people.safely(world.submit(form, paper=f"https://{found[0]}"), "the form")
        return True

    async def vote(self) -> bool:
        """Vote in a poll that is open."""
        chance, world = self.people.chance, self.people.server.world
        polls = [each for each in self._messages() if each.poll and not each.poll.final]
        if not polls:
            return False
        message = chance.choice(polls)
        assert message.poll is not None
        answers = range(1, len(message.poll.answers) + 1)
        picked = chance.sample(answers, chance.randint(1, min(2, len(answers))))
        world.vote(self._member(message.channel_id), message, *picked)
        return True

    async def answer(self) -> bool:
        """Say whether one presents: who was asked, or anyone where volunteers are wanted."""
        chance, world = self.people.chance, self.people.server.world
        asking = [each for each in self._messages() if _YES in each.buttons]
        if not asking:
            return False
        message = asking[-1]
        asked = _NO in message.buttons and _MENTION.search(message.text)
        reader = world.users[int(asked[1])] if asked else self._member(message.channel_id)
        button = _NO if asked and chance.random() < 0.4 else _YES
        await self.people.safely(world.click(reader, message, button), button)
        return True

    async def discuss(self) -> bool:
        """Open the discussion of a card's paper, which may go wrong at first."""
        people, server = self.people, self.people.server
        reader = people.chance.choice(people.readers)
        card = people.card(reader)
        if card is None or "Discuss" not in card.buttons:
            return False
        if people.chance.random() < 0.3:
            when = people.chance.choice(("before", "after"))
            server.fail("POST /channels/*", status=503, when=when)
        await people.safely(server.world.click(reader, card, "Discuss"), "Discuss")
        server.heal()
        return True

    async def ask(self) -> bool:
        """Ask how a club stands."""
        place = self.people.chance.choice(self.places)
        await self.people.slash(self._member(place.channel.id), place.channel, "club status")
        return True

    # -- what admins do ------------------------------------------------------------------------

    async def admin_acts(self) -> None:
        """Take something away or change it; give back first what was taken before."""
        if self.forbidden:
            await self.make_up()
            return
        acts: list[tuple[int, Callable[[], Awaitable[bool]]]] = [
            (1, self.delete_event),
            (2, self.delete_thread),
            (1, self.delete_poll),
            (1, self.delete_call),
            (1, self.club_skip),
            (2, self.club_swap),
            (2, self.club_move),
            (1, self.club_forbid),
        ]
        await self._one_of(acts)

    async def delete_event(self) -> bool:
        """Delete a session's event, which cancels the session."""
        events = self.people.server.world.events
        if not events:
            return False
        number = self.people.chance.choice(sorted(events))
        self.events[number] = events.pop(number)
        self.gone[number] = self.now
        return True

    async def delete_thread(self) -> bool:
        """Delete the thread of a club, or of a discussion."""
        self.watch()
        world = self.people.server.world
        threads = [
            each
            for number, each in self.threads.items()
            if number in world.channels and each.owner_id == world.bot.id
        ]
        threads = [each for each in threads if not each.name.startswith(_OF_CHANNELS)]
        if not threads:
            return False
        thread = self.people.chance.choice(threads)
        self.gone[thread.id] = self.now
        self.removed += thread.history
        world.delete_channel(thread)
        return True

    async def delete_poll(self) -> bool:
        """Delete a poll that has not been counted."""
        return self._delete([each for each in self._messages() if each.poll])

    async def delete_call(self) -> bool:
        """Delete a call for nominations or presenters, or a reminder."""
        return self._delete([each for each in self._messages() if "Nominate" in each.buttons])

    async def club_skip(self) -> bool:
        """Cancel the next session of a club."""
        place = self.people.chance.choice(self.places)
        answer = await self._admin(place.channel, "club skip", channel=place.channel)
        if answer is not None and (found := re.search(r"The session of (.+) is canc", answer.text)):
            self.skipped.add((place.channel.id, found[1]))
        return True

    async def club_swap(self) -> bool:
        """Let someone else present."""
        place = self.people.chance.choice(self.places)
        member = self._member(place.channel.id)
        await self._admin(place.channel, "club swap", channel=place.channel, member=member)
        return True

    async def club_move(self) -> bool:
        """Let a club meet at another hour, and elsewhere."""
        chance = self.people.chance
        place = chance.choice(self.places)
        where = chance.choice(("Room 1", "https://meet.example/club", "none"))
        hour = str(chance.choice(_HOURS))
        await self._admin(place.channel, "club edit", channel=place.channel, time=hour, place=where)
        return True

    async def club_forbid(self) -> bool:
        """Take the right to write from the bot in a club's channel."""
        place = self.people.chance.choice(self.places)
        self.people.server.world.set_permissions(place.channel, deny=("send_messages",))
        self.forbidden[place.channel.id] = self.now
        self.forbids += 1
        return True

    async def make_up(self) -> None:
        """Give back every right, and start the clubs again."""
        for place in self.places:
            since = self.forbidden.pop(place.channel.id, None)
            if since is not None:
                self.people.server.world.set_permissions(place.channel)
                await self._admin(place.channel, "club edit", channel=place.channel)
                self.outages.append(Outage(place.channel.id, since, self.now))

    # ------------------------------------------------------------------------------------------

    async def _one_of(self, acts: list[tuple[int, Callable[[], Awaitable[bool]]]]) -> None:
        what = self.people.chance.choices([act for _, act in acts], [n for n, _ in acts])[0]
        if await what():
            name = what.__name__.replace("_", " ")
            self.people.done[name] = self.people.done.get(name, 0) + 1

    def _delete(self, messages: list[Message]) -> bool:
        if not messages:
            return False
        message = self.people.chance.choice(messages)
        self.removed.append(message)
        self.people.server.world.delete_message(message)
        return True

    def _messages(self) -> list[Message]:
        bot = self.people.server.world.bot
        messages = [each for place in self.places for each in place.channel.history]
        return [each for each in messages if each.author is bot]

    async def _admin(self, channel: Channel, path: str, /, **options: Any) -> Any:
        guild = self._guild(channel)
        admin, office = self.people.admins[guild], self.people.offices[guild]
        return await self.people.slash(admin, office, path, **options)

    def _member(self, channel_id: int) -> User:
        guild = self._guild(self.people.server.world.channel(channel_id))
        members = [each for each in self.people.readers if self._home(each) == guild]
        return self.people.chance.choice(members)

    def _home(self, reader: User) -> int:
        return self.people.home[reader.id].id

    def _guild(self, channel: Channel) -> int:
        return channel.guild_id or 0
