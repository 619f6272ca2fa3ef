"""What libraries keep, and what keeps a paper on a list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage import cards, library, papers
from storage.database import Database
from storage.library import Cleared, Place, Reacted, Reaction, Sort, Via
from storage.tables import lists, saves, users
from tests.storage.shared import NOON, record

ADA, GRACE = 1001, 1002
FIRST, SECOND, THIRD = (f"2603.0000{number}" for number in (1, 2, 3))
CARD, OTHER_CARD, DIGEST = 501, 502, 503
SAVE, STAR, READ = "🔖", "⭐", "✅"
MINUTE = timedelta(minutes=1)


async def prepare(database: Database) -> None:
    """Know three papers, a card of the first, one of the second, and a digest of all three."""
    async with database.write() as conn:
        await papers.upsert(conn, [record(FIRST, 5), record(SECOND, 9), record(THIRD)], now=NOON)
        for message_id, paper_id in (
            (CARD, FIRST),
            (OTHER_CARD, SECOND),
            (DIGEST, FIRST),
            (DIGEST, SECOND),
            (DIGEST, THIRD),
        ):
            await cards.add(
                conn,
                message_id=message_id,
                paper_id=paper_id,
                channel_id=70,
                guild_id=None if message_id == DIGEST else 7,
                now=NOON,
            )


def reacted(
    message_id: int = CARD, emoji: str = SAVE, user_id: int = ADA, *, added: bool = True
) -> Reacted:
    return Reacted(Reaction(message_id, user_id, emoji), NOON, added)


def took_off(message_id: int = CARD, emoji: str = SAVE, user_id: int = ADA) -> Reacted:
    return reacted(message_id, emoji, user_id, added=False)


async def happen(database: Database, *events: library.Event) -> None:
    async with database.write() as conn:
        await library.apply(conn, events)


async def shelf(database: Database, user_id: int = ADA) -> dict[str, set[str]]:
    """Return the papers on each of a person's lists, leaving out empty ones."""
    async with database.read() as conn:
        found = {
            each.name: await library.saved_papers(conn, user_id, each.id)
            for each in await library.of_user(conn, user_id)
        }
    return {name: on for name, on in found.items() if on}


async def list_id(database: Database, name: str, user_id: int = ADA) -> int:
    async with database.read() as conn:
        return next(each.id for each in await library.of_user(conn, user_id) if each.name == name)


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


async def test_lists_keep_their_names_and_emoji_apart(database: Database) -> None:
    async with database.write() as conn:
        assert await library.create(conn, ADA, "Talk", "💬", NOON)
        assert await library.create(conn, ADA, "talk", None, NOON) is None
        assert await library.create(conn, ADA, "other", "💬", NOON) is None
        talk = (await library.of_user(conn, ADA))[-1]
        assert not await library.change(conn, replace(talk, name="To Read"))
        assert not await library.change(conn, replace(talk, emoji="🔖"))
        assert await library.change(conn, replace(talk, name="Reading group", emoji=None))
        assert [each.name for each in await library.of_user(conn, ADA)][-1] == "Reading group"


async def test_nobody_has_more_lists_than_a_menu_shows(database: Database) -> None:
    async with database.write() as conn:
        made = [await library.create(conn, ADA, f"list {n}", None, NOON) for n in range(30)]
        assert len(await library.of_user(conn, ADA)) == library.MOST_LISTS
    assert made[-1] is None


async def test_the_default_list_can_change_but_not_go(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    to_read, favourites = await list_id(database, "to read"), await list_id(database, "favourites")
    async with database.write() as conn:
        assert not await library.drop(conn, ADA, to_read)
        await library.make_default(conn, ADA, favourites)
        pressed = await library.toggle(conn, ADA, SECOND, now=NOON)
        assert pressed.list.name == "favourites"
        assert await library.drop(conn, ADA, to_read)
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_a_deleted_lists_standing_reactions_do_not_come_back(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted())
    to_read, favourites = await list_id(database, "to read"), await list_id(database, "favourites")
    async with database.write() as conn:
        await library.make_default(conn, ADA, favourites)
        await library.drop(conn, ADA, to_read)
        await library.add_reactions(conn, {Reaction(CARD, ADA, SAVE): NOON}, again=False)
    assert await shelf(database) == {}
    await happen(database, reacted(OTHER_CARD))  # the bookmark means the default list now
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_a_renamed_emoji_still_unsaves_what_the_old_one_saved(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(emoji=STAR))
    async with database.write() as conn:
        stars = next(e for e in await library.of_user(conn, ADA) if e.name == "favourites")
        await library.change(conn, replace(stars, emoji="💛"))
    await happen(database, reacted(OTHER_CARD, "💛"), took_off(emoji=STAR))
    assert await shelf(database) == {"favourites": {SECOND}}


async def test_an_emoji_is_the_same_with_or_without_its_variation_selector() -> None:
    assert library.emoji_key("❤️") == library.emoji_key("❤")
    assert library.emoji_key("<:paper:123>") == library.emoji_key("<a:renamed:123>") == "123"


async def test_pages_are_sorted_as_asked(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        mine = await library.ensure(conn, ADA, NOON)
        to_read, read = mine[0].id, next(each.id for each in mine if each.is_read)
        for minutes, paper_id in enumerate((SECOND, THIRD, FIRST)):
            at = NOON + minutes * MINUTE
            await library.save(conn, ADA, to_read, {paper_id: at}, via=Via.COMMAND)
        await library.save(conn, ADA, read, {FIRST: NOON + 9 * MINUTE}, via=Via.COMMAND)
        expected = {
            Sort.NEWEST: [FIRST, THIRD, SECOND],
            Sort.OLDEST: [SECOND, THIRD, FIRST],
            Sort.UNREAD: [THIRD, SECOND, FIRST],
            Sort.VOTES: [SECOND, FIRST, THIRD],
            Sort.TITLE: [FIRST, SECOND, THIRD],
        }
        for sort, order in expected.items():
            shown, total = await library.page(conn, ADA, sort=sort, limit=5)
            assert [entry.paper_id for entry in shown] == order, sort
            assert total == 3
        shown, _ = await library.page(conn, ADA, list_id=read, limit=5)
        assert [entry.paper_id for entry in shown] == [FIRST]
        shown, total = await library.page(conn, ADA, offset=1, limit=1)
        assert ([entry.paper_id for entry in shown], total) == ([THIRD], 3)


async def test_words_are_found_in_titles_abstracts_authors_and_notes(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(DIGEST))
    async with database.write() as conn:
        await library.set_note(conn, ADA, THIRD, "for the Tuesday talk", NOON)
        assert await library.matching(conn, ADA, "hopper matter") != []
        assert await library.matching(conn, ADA, "tuesday hopper") == [THIRD]
        assert await library.matching(conn, ADA, "100%") == []
        assert await library.titles(conn, ADA, "00002", 25) == [
            (SECOND, f"On the matter of {SECOND}")
        ]
        assert await library.titles(conn, GRACE, "", 25) == []


async def test_a_servers_top_counts_people_once_and_leaves_out_who_does_not_want_to(
    database: Database,
) -> None:
    await prepare(database)
    await happen(
        database,
        reacted(),
        reacted(emoji=STAR),
        reacted(user_id=GRACE),
        reacted(OTHER_CARD, user_id=GRACE),
    )
    async with database.write() as conn:
        found, total = await library.top(conn, 7, NOON - MINUTE, limit=10)
        assert [(entry.paper.id, members) for entry, members in found] == [(FIRST, 2), (SECOND, 1)]
        assert total == 2
        assert await library.saved_count(conn, 7, FIRST) == 2
        await library.set_counts(conn, GRACE, NOON, counted=False)
        found, total = await library.top(conn, 7, NOON - MINUTE, limit=10)
        assert [(entry.paper.id, members) for entry, members in found] == [(FIRST, 1)]
        assert not await library.counts(conn, GRACE)
        assert await library.counts(conn, ADA)
        assert await library.top(conn, 7, NOON + MINUTE, limit=10) == ([], 0)
        assert await library.top(conn, 8, NOON - MINUTE, limit=10) == ([], 0)


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
