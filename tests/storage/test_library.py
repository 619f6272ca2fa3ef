"""What keeps a paper on a list, and what takes it off."""

from collections.abc import Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage import library
from storage.database import Database
from storage.library import Cleared, Place, Reaction, Via
from storage.tables import lists, saves, users
from tests.storage.libraries import (
    ADA,
    CARD,
    DIGEST,
    FIRST,
    GRACE,
    MINUTE,
    OTHER_CARD,
    READ,
    SAVE,
    SECOND,
    STAR,
    THIRD,
    happen,
    list_id,
    prepare,
    reacted,
    shelf,
    took_off,
)
from tests.storage.shared import NOON


async def test_a_reaction_saves_and_taking_it_off_unsaves(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    assert await shelf(database) == {"to read": {FIRST}}
    await happen(database, took_off())
    assert await shelf(database) == {}


async def test_reacting_twice_is_one_save(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(), reacted())
    await happen(database, reacted())
    async with database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(saves)) == 1


async def test_an_emoji_is_a_list(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(), reacted(emoji=STAR), reacted(OTHER_CARD, READ))
    assert await shelf(database) == {"to read": {FIRST}, "favourites": {FIRST}, "read": {SECOND}}
    await happen(database, took_off(emoji=STAR))
    assert await shelf(database) == {"to read": {FIRST}, "read": {SECOND}}


async def test_a_skin_tone_saves_to_the_list_of_the_base_emoji(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        await library.ensure(conn, ADA, NOON)
        await library.create(conn, ADA, "agree", "👍", NOON)
    await happen(database, reacted(emoji="👍🏽"), reacted(emoji="👍🏿"))
    assert await shelf(database) == {"agree": {FIRST}}
    await happen(database, took_off(emoji="👍🏿"))
    assert await shelf(database) == {"agree": {FIRST}}
    await happen(database, took_off(emoji="👍🏽"))
    assert await shelf(database) == {}


async def test_a_list_that_was_made_with_a_skin_tone_goes_on_working(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        await library.ensure(conn, ADA, NOON)
        await library.create(conn, ADA, "agree", "👍🏽", NOON)
        assert "👍" in await library.emoji_in_use(conn)
    await happen(database, reacted(emoji="👍"))
    assert await shelf(database) == {"agree": {FIRST}}


async def test_reacting_to_a_digest_saves_every_paper_in_it(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(DIGEST))
    assert await shelf(database) == {"to read": {FIRST, SECOND, THIRD}}


async def test_a_paper_stays_while_another_reaction_holds_it(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(CARD), reacted(DIGEST), took_off(DIGEST))
    assert await shelf(database) == {"to read": {FIRST}}


async def test_an_unknown_emoji_or_message_saves_nothing_and_makes_nobody_known(
    database: Database,
) -> None:
    await prepare(database)
    await happen(database, reacted(emoji="👍"), reacted(999), took_off(999))
    async with database.read() as conn:
        assert await conn.scalar(select(func.count()).select_from(users)) == 0


async def test_the_order_within_a_batch_counts(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(), took_off(), reacted(OTHER_CARD), Cleared(OTHER_CARD))
    assert await shelf(database) == {}
    await happen(database, Cleared(CARD), reacted())
    assert await shelf(database) == {"to read": {FIRST}}


async def test_clearing_takes_away_everybodys_reactions_and_no_button(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(), reacted(emoji=STAR), reacted(user_id=GRACE))
    async with database.write() as conn:
        await library.toggle(conn, GRACE, FIRST, now=NOON)
    await happen(database, Cleared(CARD, STAR))
    assert await shelf(database) == {"to read": {FIRST}}
    await happen(database, Cleared(CARD))
    assert await shelf(database) == {}
    assert await shelf(database, GRACE) == {"to read": {FIRST}}


async def test_button_and_reaction_each_take_back_only_their_own(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    async with database.write() as conn:
        pressed = await library.toggle(conn, ADA, FIRST, now=NOON)
    assert (pressed.saved, pressed.held) == (True, (SAVE,))
    await happen(database, took_off())
    assert await shelf(database) == {"to read": {FIRST}}
    async with database.write() as conn:
        pressed = await library.toggle(conn, ADA, FIRST, now=NOON + MINUTE)
    assert (pressed.saved, pressed.held, pressed.saved_at) == (False, (), NOON)
    assert await shelf(database) == {}


async def test_what_was_taken_out_stays_out_while_its_reaction_stands(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    async with database.write() as conn:
        assert await library.remove(conn, ADA, [FIRST]) == 1
        await library.add_reactions(conn, {Reaction(CARD, ADA, SAVE): NOON}, again=False)
    assert await shelf(database) == {}
    async with database.read() as conn:
        assert await library.standing(conn, CARD) == {Reaction(CARD, ADA, SAVE)}
    await happen(database, took_off())
    await happen(database, reacted())
    assert await shelf(database) == {"to read": {FIRST}}


async def test_moving_keeps_when_and_where_it_was_saved(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    target = await list_id(database, "favourites")
    async with database.write() as conn:
        assert await library.move(conn, ADA, FIRST, target)
        assert not await library.move(conn, ADA, SECOND, target)
    assert await shelf(database) == {"favourites": {FIRST}}
    async with database.read() as conn:
        (moved,) = await library.all_of(conn, ADA)
    assert moved.saved_at == NOON
    assert moved.place == Place(CARD, 70, 7)


async def test_a_paper_is_put_on_exactly_the_chosen_lists(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    favourites, read = await list_id(database, "favourites"), await list_id(database, "read")
    async with database.write() as conn:
        await library.place_on(conn, ADA, FIRST, [favourites, read, 999], now=NOON + MINUTE)
    assert await shelf(database) == {"favourites": {FIRST}, "read": {FIRST}}
    async with database.read() as conn:
        (entry,) = await library.all_of(conn, ADA)
    assert entry.read
    assert entry.saved_at == NOON


async def test_undoing_takes_back_what_that_act_saved(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        mine = (await library.ensure(conn, ADA, NOON))[0].id
        assert await library.save(conn, ADA, mine, {FIRST: NOON}, via=Via.COMMAND) == [FIRST]
        later = NOON + MINUTE
        both = {FIRST: later, SECOND: later}
        assert await library.save(conn, ADA, mine, both, via=Via.MESSAGE) == [SECOND]
        assert await library.undo(conn, ADA, later) == 1
    assert await shelf(database) == {"to read": {FIRST}}


async def test_a_note_goes_with_the_papers_last_list(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(), reacted(emoji=STAR))
    to_read, favourites = await list_id(database, "to read"), await list_id(database, "favourites")
    async with database.write() as conn:
        assert await library.set_note(conn, ADA, FIRST, "table 3", NOON)
        assert not await library.set_note(conn, ADA, SECOND, "not saved", NOON)
        await library.remove(conn, ADA, [FIRST], to_read)
        (entry,) = await library.all_of(conn, ADA)
        assert entry.note == "table 3"
        await library.remove(conn, ADA, [FIRST], favourites)
        await library.save(conn, ADA, to_read, {FIRST: NOON}, via=Via.COMMAND)
        (entry,) = await library.all_of(conn, ADA)
        assert entry.note is None


EVENTS = st.one_of(
    st.builds(
        reacted,
        st.sampled_from((CARD, OTHER_CARD, DIGEST)),
        st.sampled_from((SAVE, STAR, "👍")),
        st.sampled_from((ADA, GRACE)),
        added=st.booleans(),
    ),
    st.builds(
        Cleared,
        st.sampled_from((CARD, OTHER_CARD, DIGEST)),
        st.sampled_from((None, SAVE, STAR)),
    ),
)


def standing_after(events: Iterable[library.Event]) -> set[Reaction]:
    """Play the events on a set, as Discord does."""
    stand: set[Reaction] = set()
    for event in events:
        if isinstance(event, Cleared):
            stand = {
                each
                for each in stand
                if each.message_id != event.message_id or event.emoji not in (None, each.emoji)
            }
        elif event.added:
            stand.add(event.reaction)
        else:
            stand.discard(event.reaction)
    return {each for each in stand if each.emoji in (SAVE, STAR)}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(EVENTS, max_size=8), max_size=6))
async def test_whatever_happens_in_whatever_batches_saves_are_what_stands(
    database: Database, batches: list[list[library.Event]]
) -> None:
    await prepare(database)
    async with database.write() as conn:
        await conn.execute(saves.delete())
        await conn.execute(lists.delete())
    for batch in batches:
        await happen(database, *batch)
    async with database.read() as conn:
        stand = {
            reaction
            for message_id in (CARD, OTHER_CARD, DIGEST)
            for reaction in await library.standing(conn, message_id)
        }
    assert stand == standing_after(event for batch in batches for event in batch)
