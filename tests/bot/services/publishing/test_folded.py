"""Papers of a day that say nearly the same are one card of its thread."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import numpy as np
import pytest

from papers.model import Author, Metrics, Record
from storage import feeds, posts
from tests.bot.library_fakes import answer, said, shelf
from tests.bot.services.publishing.test_restored import back_up, restore
from tests.bot.world import MONDAY, TUESDAY, World, at, cards, headers, paper, votes, world

AGAIN = "Paper Number 900"
"""The title of the day's best paper, as other authors of it write it."""


def doubled(*upvotes: int) -> list[Record]:
    """Make Monday's batch, whose last paper came back under another id."""
    records = votes(MONDAY, *upvotes)
    records[-1] = replace(records[-1], paper=replace(records[-1].paper, title=AGAIN))
    return records


def folding_card(here: World, thread: int = -1) -> Any:
    """Return the first card of a thread."""
    threads = sorted(here.channel.threads, key=lambda each: each.id)
    return next(message for message in threads[thread].history() if message.components)


async def shown(here: World) -> list[tuple[str, int | None]]:
    """Return every paper that the database has as shown, with the place of its card."""
    async with here.bot.services.database.read() as conn:
        rows = await conn.exec_driver_sql(
            "SELECT paper_id, behind FROM post_papers ORDER BY post_id, position"
        )
        return [(row.paper_id, row.behind) for row in rows]


async def test_a_paper_that_came_back_under_another_id_is_listed_by_the_card_of_the_best(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: doubled(30, 20, 10)}) as here:
        feed = await here.add_feed()
        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel)
        assert "The best 2 of 3 papers" in header
        first, second = cards(here.channel)
        assert first.splitlines()[0].startswith("### 1 · [Paper number 900]")
        assert "Show 1 more about this" in first
        assert second.splitlines()[0].startswith("### 2 · [Paper number 901]")
        assert "more about this" not in second
        pressed = await here.member.click(folding_card(here), label="Show 1 more about this")
        assert "More about the same" in said(pressed)
        assert f"[{AGAIN}](https://arxiv.org/abs/2506.00902)" in said(pressed)
        assert "10 upvotes" in said(pressed)
        assert "Paper Number 901" not in said(pressed)
        async with here.bot.services.database.read() as conn:
            post = await posts.of_batch(conn, feed.id, MONDAY)
        assert post is not None
        assert post.state == posts.DONE
        await here.member.select(answer(pressed), ["2506.00902"], custom_id="v1:save-some")
        assert await shelf(here, here.member) == {"to read": {"2506.00902"}}


async def test_a_thread_is_filled_to_its_size_and_brings_no_folded_paper_again(
    tmp_path: Path,
) -> None:
    days = {MONDAY: doubled(30, 20, 10, 25), TUESDAY: votes(TUESDAY, 3)}
    async with world(tmp_path, days) as here:
        await here.add_feed(size=2)
        await here.tick(at(MONDAY, 9))
        assert [card[:19] for card in cards(here.channel)] == [
            "### 1 · [Paper numb",
            "### 2 · [Paper numb",
        ]
        assert await shown(here) == [("2506.00900", None), ("2506.00901", None), ("2506.00903", 0)]
        here.source.days[MONDAY][3] = replace(here.source.days[MONDAY][3], metrics=Metrics(900))
        await here.tick(at(TUESDAY, 9))
        assert "Paper number 1000" in headers(here.channel)[1]
        assert AGAIN not in "".join(cards(here.channel))


async def test_papers_of_two_days_stay_apart(tmp_path: Path) -> None:
    days = {
        MONDAY: votes(MONDAY, 20, 30),
        TUESDAY: [Record(paper(1, AGAIN), Metrics(5), TUESDAY)],
    }
    async with world(tmp_path, days) as here:
        feed = await here.add_feed(size=1)
        await here.tick(at(MONDAY, 9))
        assert "Paper number 901" in "".join(cards(here.channel))
        async with here.bot.services.database.write() as conn:
            await feeds.update(conn, replace(feed, size=10))
        await here.tick(at(TUESDAY, 9))
        tuesday = "".join(cards(here.channel))
        assert "Paper number 900" in tuesday  # yesterday's, which had no card then
        assert AGAIN in tuesday


async def test_a_thread_about_topics_folds_the_lesser_match(tmp_path: Path) -> None:
    records = [
        Record(paper(900, "Flow Matching for Sound"), Metrics(50), MONDAY),
        Record(paper(901, "Flow Matching (extended version)"), Metrics(1), MONDAY),
        Record(paper(902, "Flow matching"), Metrics(9), MONDAY),
        Record(paper(903, "Robots that walk"), Metrics(99), MONDAY),
    ]
    async with world(tmp_path, {MONDAY: records}) as here:
        await here.add_feed(topics=("flow matching",))
        await here.tick(at(MONDAY, 9))
        shown_cards = cards(here.channel)
        assert len(shown_cards) == 2
        (folding,) = (card for card in shown_cards if "Show 1 more about this" in card)
        assert "[Flow matching]" in folding
        assert [card[:7] for card in shown_cards] == ["### 1 ·", "### 2 ·"]


@pytest.mark.parametrize("embedder", ["minilm", "none"])
async def test_papers_that_mean_nearly_the_same_are_one_card_if_the_model_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: str
) -> None:
    others = (Author("Emmy Noether"),)
    records = votes(MONDAY, 30, 20, 10)
    records[2] = replace(records[2], paper=replace(records[2].paper, authors=others))
    async with world(tmp_path, {MONDAY: records}, embedder=embedder) as here:
        await here.add_feed()
        engine = here.bot.services.search.engine

        def vectors_of(rows: Sequence[int]) -> np.ndarray:
            cosines = np.array([1, 0.86, 0.88], dtype=np.float32)[: len(rows)]
            found = np.diag(np.sqrt(1 - cosines**2))
            found[:, 0] = cosines
            return found

        monkeypatch.setattr(engine, "vectors_of", vectors_of)
        await here.tick(at(MONDAY, 9))
        # The second shares its authors with the first; the third is nearer, and of other people.
        apart = [("2506.00900", None), ("2506.00901", None), ("2506.00902", None)]
        folded = [("2506.00900", None), ("2506.00902", None), ("2506.00901", 0)]
        assert await shown(here) == (folded if embedder == "minilm" else apart)


async def test_one_abstract_under_two_titles_is_one_card(tmp_path: Path) -> None:
    abstract = (
        "Large language models hallucinate. We verify each step of a long chain of thought by a"
        " second model that was trained on human judgements, and improve mathematics by ten points."
    )
    records = [
        Record(replace(paper(900, "Verified reasoning"), abstract=abstract), Metrics(9), MONDAY),
        Record(
            replace(paper(901, "Reasoning with language models, verified"), abstract=abstract),
            Metrics(5),
            MONDAY,
        ),
        Record(replace(paper(902, "Proteins"), abstract="How they fold."), Metrics(1), MONDAY),
    ]
    async with world(tmp_path, {MONDAY: records}, embedder="minilm") as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 8))
        here.bot.services.search.catch_up()
        await here.bot.services.drain()
        await here.tick(at(MONDAY, 9))
        assert await shown(here) == [("2506.00900", None), ("2506.00902", None), ("2506.00901", 0)]


async def test_the_button_works_after_a_restart_and_when_the_posts_are_forgotten(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {MONDAY: doubled(30, 20, 10)}) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("DELETE FROM posts")
        await here.restart()
        pressed = await here.member.click(folding_card(here), label="Show 1 more about this")
        assert AGAIN in said(pressed)


async def test_papers_that_the_database_lost_are_said_to_be_gone(tmp_path: Path) -> None:
    async with world(tmp_path, {MONDAY: doubled(30, 20, 10)}) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("DELETE FROM papers WHERE id = '2506.00902'")
        pressed = await here.member.click(folding_card(here), label="Show 1 more about this")
        assert "/paper search" in said(pressed)


async def test_a_post_that_stops_halfway_goes_on_with_the_same_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, {MONDAY: doubled(30, 20, 10)}) as here:
        await here.add_feed()
        real = discord.abc.Messageable.send
        sent = 0

        async def dying(self: discord.abc.Messageable, *args: object, **known: object) -> object:
            nonlocal sent
            sent += 1
            if sent > 1:
                raise RuntimeError("the process died")
            return await real(self, *args, **known)  # pyright: ignore[reportCallIssue, reportUnknownVariableType, reportArgumentType]

        monkeypatch.setattr(discord.abc.Messageable, "send", dying)
        await here.tick(at(MONDAY, 9))
        monkeypatch.setattr(discord.abc.Messageable, "send", real)
        assert cards(here.channel) == []
        here.source.days[MONDAY].reverse()
        await here.restart()
        await here.tick(at(MONDAY, 9, 5))
        first, second = cards(here.channel)
        assert "Show 1 more about this" in first
        assert "more about this" not in second
        assert await shown(here) == [("2506.00900", None), ("2506.00901", None), ("2506.00902", 0)]


async def test_after_a_restore_what_a_card_lists_is_not_posted_again(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, 5), TUESDAY: []}
    async with world(tmp_path, days) as here:
        await here.add_feed()
        backup = await back_up(here)
        here.source.days[MONDAY] = doubled(30, 20, 10)
        await here.tick(at(MONDAY, 9))
        before = await shown(here)
        assert before[-1] == ("2506.00902", 0)
        await restore(here, backup)
        here.source.days[TUESDAY] = votes(TUESDAY, 3)
        await here.tick(at(TUESDAY, 8))
        await here.tick(at(TUESDAY, 9))
        assert len(headers(here.channel)) == 2
        assert AGAIN not in "".join(cards(here.channel))
        assert set(before) <= set(await shown(here))
