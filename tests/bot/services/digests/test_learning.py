"""Topics that follow: what a person saves and hides among a topic's papers changes its digests."""

import io
import json
import logging
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.services.digests import ADDED, DigestPayload
from papers.model import Metrics, Record
from storage import digests
from storage.subscriptions import Every
from storage.tables import learned_papers
from storage.tables import subscriptions as subscriptions_table
from tests.bot.library_fakes import answer, items, said, slash
from tests.bot.services.test_picks import OTHERS, save
from tests.bot.topics import brought, digest_of, dms, follower, subscriber
from tests.bot.world import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, World, at, paper, world

TOPIC = "diffusion"
PROTEINS = [
    "Diffusion for protein folding",
    "Diffusion of residues in protein structures",
    "Protein folding by diffusion over sequences",
    "Diffusion models of protein sequences and enzymes",
    "Enzymes and protein structures from diffusion",
]
IMAGES = [
    "Diffusion for image inpainting",
    "Diffusion in image restoration of faces",
    "Image editing by diffusion over pixels",
]
SAVED = (51, 52, 53, 54, 55)
NEW = {
    71: "Diffusion for protein residues and folding",
    72: "Diffusion for image deblurring of pixels",
    73: "Diffusion in image colouring",
}
MISSED = {
    81: "Protein folding of residues and enzymes",
    82: "Sequences of protein structures",
    83: "Protein structures and enzymes from folding",
    84: "Sequences in protein folding",
    85: "Folding of protein structures",
    86: "Taxes on crops and soil",
    87: "Structures of protein enzymes",
}
"""Papers that do not say what the topic says; all but the last two are like those on proteins."""


@asynccontextmanager
async def followers(
    folder: Path, *, topic: str = TOPIC, every: Every = Every.DAY
) -> AsyncGenerator[World]:
    """Open a world where two people follow a topic and got its papers of Tuesday."""
    pairs = [(one, two) for one in OTHERS[:6] for two in OTHERS[:6]]
    days = {
        MONDAY: [
            Record(paper(n, f"{one} {two}"), Metrics(5), MONDAY)
            for n, (one, two) in enumerate(pairs, 100)
        ],
        TUESDAY: [
            Record(paper(n, title), Metrics(5), TUESDAY)
            for n, title in enumerate([*PROTEINS, *IMAGES], 51)
        ],
        WEDNESDAY: [Record(paper(n, title), Metrics(5), WEDNESDAY) for n, title in NEW.items()],
    }
    async with world(folder, days) as here:
        await here.tick(at(MONDAY, 9))
        for person in (here.member, here.admin):
            await follower(here, person.id, topic, every=every)
            await here.bot.services.picks.set_in_digest(person.id, 0)
        await here.tick(at(TUESDAY, 9, 30))
        yield here


def missed(here: World, *numbers: int, day: date = WEDNESDAY) -> None:
    """Let papers come that the topic's words do not match."""
    here.source.days.setdefault(day, []).extend(
        Record(paper(number, MISSED[number]), Metrics(5), day) for number in numbers
    )


async def hide(here: World, *numbers: int) -> None:
    ids = [f"2506.{number:05}" for number in numbers]
    await here.bot.services.hidden.dismiss(here.member.id, ids)


def order(text: str) -> list[int]:
    """Return the papers of Wednesday in a digest, in its order."""
    found = {number: text.find(title) for number, title in NEW.items() if title in text}
    return sorted(found, key=found.__getitem__)


def added(text: str) -> set[int]:
    return {number for number, title in MISSED.items() if f"[{title}](" in text}


async def topics(here: World) -> str:
    return said(await slash(here, "paper subscriptions"))


async def test_the_papers_of_a_topic_come_in_the_order_of_what_was_saved_from_it(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, 51)
        await here.tick(at(WEDNESDAY, 9, 30))
        learned, plain = brought(here.member)[-1], brought(here.admin)[-1]
        assert order(learned)[0] == 71
        assert order(plain)[0] != 71  # another person's saves change nothing
        assert set(order(learned)) == set(order(plain)) == set(NEW)


async def test_what_was_hidden_from_a_topic_sinks_and_what_is_like_it_and_all_still_comes(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await hide(here, 56, 57)
        assert "learned from 2 papers that you hid" in await topics(here)
        await here.tick(at(WEDNESDAY, 9, 30))
        learned, plain = brought(here.member)[-1], brought(here.admin)[-1]
        assert order(learned)[0] == 71 != order(plain)[0]
        assert set(order(learned)) == set(NEW)


async def test_a_weekly_digest_follows_what_was_saved_too(tmp_path: Path) -> None:
    async with followers(tmp_path, every=Every.WEEK) as here:
        await save(here, 51)
        days = here.source.days[WEDNESDAY]
        days[1] = replace(days[1], metrics=Metrics(60))
        await here.tick(at(WEDNESDAY, 9, 30))
        await here.tick(at(date(2025, 6, 16), 9, 30))
        assert order(brought(here.member)[-1])[0] == 71
        assert order(brought(here.admin)[-1])[0] == 72


async def test_after_five_papers_a_topic_adds_what_its_words_missed_and_says_why_once(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)
        missed(here, 81, 86, 87)
        await here.tick(at(WEDNESDAY, 9, 30))
        text = brought(here.member)[-1]
        assert added(text) == {81}
        assert f"{TOPIC}: like “" in text
        assert "”, which you saved from this topic" in text
        assert text.index(MISSED[81]) > max(text.index(title) for title in NEW.values())
        assert added(brought(here.admin)[-1]) == set()
        await here.tick(at(THURSDAY, 9, 30))
        await here.tick(at(FRIDAY, 9, 30))
        assert sum(MISSED[81] in each for each in brought(here.member)) == 1
        # What becomes of an added paper teaches the topic, too.
        assert "learned from 5 papers that you saved" in await topics(here)
        await save(here, 81)
        assert "learned from 6 papers that you saved" in await topics(here)


@pytest.mark.parametrize(("saved", "hidden"), [((51, 52, 53, 54), ()), ((51, 52), (56, 57, 58))])
async def test_a_topic_that_knows_too_little_adds_nothing(
    tmp_path: Path, saved: tuple[int, ...], hidden: tuple[int, ...]
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *saved)
        if hidden:
            await hide(here, *hidden)
        missed(here, 81)
        await here.tick(at(WEDNESDAY, 9, 30))
        assert added(brought(here.member)[-1]) == set()


async def test_only_a_few_papers_are_added_and_none_that_was_saved_or_hidden(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)
        missed(here, 81, 82, 83, 84)
        await here.tick(at(WEDNESDAY, 8))
        await save(here, 81)
        await hide(here, 83)
        await here.tick(at(WEDNESDAY, 9, 30))
        assert added(brought(here.member)[-1]) <= {82, 84}
        assert added(brought(here.member)[-1])


async def test_at_most_three_papers_are_added(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)
        missed(here, 81, 82, 83, 84, 85)
        await here.tick(at(WEDNESDAY, 9, 30))
        digest = await digest_of(here, here.member.id, WEDNESDAY)
        assert digest is not None
        entries = DigestPayload.model_validate(digest.payload).entries
        assert len(entries) == len(NEW) + ADDED


async def test_nothing_is_added_that_a_topic_excludes(tmp_path: Path) -> None:
    async with followers(tmp_path, topic="diffusion -enzymes") as here:
        await save(here, 51, 52, 53)
        await hide(here, 56, 57)
        missed(here, 81)
        await here.tick(at(WEDNESDAY, 9, 30))
        assert added(brought(here.member)[-1]) == set()


async def test_nothing_is_added_that_has_fewer_votes_than_the_topic_asks_for(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)
        async with here.bot.services.database.write() as conn:
            await conn.execute(update(subscriptions_table).values(min_votes=6))
        missed(here, 81)
        here.source.days[WEDNESDAY].append(Record(paper(84, MISSED[84]), Metrics(6), WEDNESDAY))
        await here.tick(at(WEDNESDAY, 9, 30))
        assert added(brought(here.member)[-1]) == {84}


async def test_a_digest_comes_in_its_plain_order_although_the_learning_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)

        async def fail() -> None:
            raise ValueError("nothing to compare with")

        monkeypatch.setattr(here.bot.services.learning._reading, "recent", fail)  # pyright: ignore[reportPrivateUsage]
        with caplog.at_level(logging.ERROR):
            await here.tick(at(WEDNESDAY, 9, 30))
        assert "nothing learned for a digest" in caplog.text
        assert order(brought(here.member)[-1]) == order(brought(here.admin)[-1])


async def test_a_digest_comes_whole_a_minute_later_where_the_database_was_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)

        async def fail() -> None:
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError(111, "refused"))

        with monkeypatch.context() as away, caplog.at_level(logging.ERROR):
            away.setattr(here.bot.services.learning._reading, "recent", fail)  # pyright: ignore[reportPrivateUsage]
            await here.tick(at(WEDNESDAY, 9, 30))
        assert await digest_of(here, here.member.id, WEDNESDAY) is None
        assert "the database cannot be used" in caplog.text
        assert "Traceback" not in caplog.text
        await here.tick(at(WEDNESDAY, 9, 31))
        assert order(brought(here.member)[-1]) != order(brought(here.admin)[-1])


async def test_a_digest_that_waits_keeps_its_order_whatever_is_learned_meanwhile(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, 51)
        here.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
        await here.tick(at(WEDNESDAY, 9, 30))
        waiting = await digest_of(here, here.member.id, WEDNESDAY)
        assert waiting is not None and waiting.state == digests.SENDING
        here.env.backend.faults.clear()
        await here.restart()
        await hide(here, 51, 52, 53, 71)
        await save(here, 56, 57, 58)
        await here.tick(at(WEDNESDAY, 10, 30))
        assert order(brought(here.member)[-1])[0] == 71


async def test_a_person_who_said_nothing_costs_one_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followers(tmp_path) as here:

        async def fail() -> None:
            raise AssertionError("recent papers are read for nothing")

        monkeypatch.setattr(here.bot.services.learning._reading, "recent", fail)  # pyright: ignore[reportPrivateUsage]
        assert not (
            await here.bot.services.learning.for_digest(here.member.id, at(WEDNESDAY, 9))
        ).scores


async def test_forgetting_lasts_over_a_restart_and_can_be_undone(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        assert "Forget what a topic learned…" not in items(await slash(here, "paper subscriptions"))
        await save(here, 51)
        listed = await slash(here, "paper subscriptions")
        assert "learned from 1 paper that you saved" in said(listed)
        here.clock.at = at(TUESDAY, 10)
        forgotten = await here.member.select(answer(listed), ["1"], custom_id="v1:forget-learned")
        assert "starts over: only what you save or hide from now on counts" in said(forgotten)
        await here.restart()
        assert "learned from" not in await topics(here)
        await here.tick(at(WEDNESDAY, 9, 30))
        assert order(brought(here.member)[-1]) == order(brought(here.admin)[-1])
        await save(here, 56)
        assert "learned from 1 paper that you saved" in await topics(here)
        await here.member.click(answer(forgotten), label="Undo")
        assert "learned from 2 papers that you saved" in await topics(here)


async def test_an_undo_does_not_undo_a_later_forgetting(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        await save(here, 51)
        first = await here.member.select(
            answer(await slash(here, "paper subscriptions")), ["1"], custom_id="v1:forget-learned"
        )
        here.clock.at = at(WEDNESDAY, 8)
        await save(here, 52)
        await here.member.select(
            answer(await slash(here, "paper subscriptions")), ["1"], custom_id="v1:forget-learned"
        )
        undone = await here.member.click(answer(first), label="Undo")
        assert "This is undone already." in said(undone)
        assert "learned from" not in await topics(here)


async def test_the_topics_own_view_says_what_it_learned_from_and_forgets_it(
    tmp_path: Path,
) -> None:
    async with followers(tmp_path) as here:
        await save(here, 51, 52)
        view = await slash(here, "paper subscribe", topic=TOPIC)
        assert "learned from 2 papers that you saved" in said(view)
        await here.member.click(answer(view), label="Forget what it learned")
        assert "learned from" not in await topics(here)
        again = await slash(here, "paper subscribe", topic=TOPIC)
        assert "Forget what it learned" not in items(again)


async def test_a_list_that_is_switched_off_teaches_topics_nothing(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        await save(here, 51, on="to review")
        assert "learned from 1 paper" in await topics(here)
        await slash(here, "library lists learn", list_="to review", learn="off")
        assert "learned from" not in await topics(here)


async def test_papers_that_topics_added_are_exported_and_go_with_the_topic(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        await save(here, *SAVED)
        missed(here, 81)
        await here.tick(at(WEDNESDAY, 9, 30))
        export = await slash(here, "privacy export")
        (attachment,) = answer(export).attachments
        with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
            (row,) = json.loads(archive.read("learned_papers.json"))
        assert (row["topic"], row["paper_id"]) == (TOPIC, "2506.00081")
        assert "Papers that your topics added or learned from (1)" in said(
            await slash(here, "privacy show")
        )
        await here.bot.services.subscriptions.end(here.member.id, [1])
        async with here.bot.services.database.read() as conn:
            assert (await conn.execute(select(learned_papers))).all() == []


async def test_the_reason_of_an_added_paper_is_in_the_readers_language(tmp_path: Path) -> None:
    async with followers(tmp_path) as here:
        person = await subscriber(here, here.member.id)
        await here.bot.services.subscriptions.change_settings(replace(person, language="de"))
        await save(here, *SAVED)
        missed(here, 81)
        await here.tick(at(WEDNESDAY, 9, 30))
        assert "das du aus diesem Thema gespeichert hast" in dms(here.member)[-1]
