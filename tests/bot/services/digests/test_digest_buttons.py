"""The buttons under a digest: what each answers, however old or strange the message is."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import simcord

from storage import digests, subscriptions
from storage.subscriptions import Mode
from tests.bot.raw_interactions import SELECT, Answer, Interactions, what_is_registered
from tests.bot.topics import about, brought, follower
from tests.bot.world import MONDAY, World, at, world

Press = Callable[..., Awaitable[Answer]]


@asynccontextmanager
async def digest(folder: Path, papers: int) -> AsyncGenerator[tuple[World, Press]]:
    """A world whose member has a digest of so many papers, and what presses its buttons."""
    titles = [f"Flow Matching, volume {number}" for number in range(papers)]
    async with world(folder, {MONDAY: about(MONDAY, *titles)}) as here:
        await follower(here, here.member.id)
        await here.tick(at(MONDAY, 9))
        (_,) = brought(here.member)
        interactions = Interactions(here, *await what_is_registered(here, here.member))

        async def press(
            custom_id: str, values: Sequence[str] | None = None, by: Any = here.member
        ) -> Answer:
            pressed = interactions.component(custom_id, values, ephemeral=False)
            return interactions.answer(await interactions.send(by, here.channel, pressed))

        yield here, press


def controls(answer: Answer) -> list[dict[str, Any]]:
    """Return the components of an answer that do something, but those of single papers."""
    found: list[dict[str, Any]] = []

    def walk(components: Sequence[dict[str, Any]]) -> None:
        for each in components:
            if "custom_id" in each and not re.match("v1:(save|not-for-me)", each["custom_id"]):
                found.append(each)
            walk(each.get("components", ()))

    walk(answer.raw[0]["components"])
    return found


async def test_a_digests_pages_turn_in_its_place_and_end_at_the_last(tmp_path: Path) -> None:
    async with digest(tmp_path, 12) as (_, press):
        for page, shown in ((0, "1 to 5"), (1, "6 to 10"), (2, "11 to 12"), (3, "11 to 12")):
            answer = await press(f"v1:digest:1:{page}")
            assert answer.kind == "update"
            assert f"{shown} of 12 papers" in answer.text
        assert "no more papers" in (await press("v1:digest-more:1")).text


async def test_the_papers_that_did_not_fit_are_shown_to_whoever_asked_page_by_page(
    tmp_path: Path,
) -> None:
    async with digest(tmp_path, 32) as (_, press):
        asked = await press("v1:digest-more:1")
        assert asked.kind == "message"
        assert asked.ephemeral
        assert "### Your papers of Monday 9 June 2025: more papers\n" in asked.text
        assert "1 to 5 of 7 papers" in asked.text
        back, following = controls(asked)
        assert (back["disabled"], following["disabled"]) == (True, False)
        for button in (following["custom_id"], "v1:digest-more-page:1:8"):
            turned = await press(button)
            assert turned.kind == "update"
            assert "6 to 7 of 7 papers" in turned.text
            assert [each["disabled"] for each in controls(turned)] == [False, True]
        first = await press(controls(turned)[0]["custom_id"])
        assert "1 to 5 of 7 papers" in first.text


async def test_a_digest_that_is_gone_or_not_ones_own_says_how_to_find_its_papers(
    tmp_path: Path,
) -> None:
    async with digest(tmp_path, 32) as (here, press):
        words = (
            f"Other pages of a digest expire after {digests.DIGESTS_KEPT.days} days. The buttons"
            f" here still save. Find the other papers with {here.bot.mention('paper search')}."
        )

        async def refused(custom_id: str, by: simcord.MemberActor) -> None:
            answer = await press(custom_id, by=by)
            assert (answer.kind, answer.ephemeral) == ("message", True)
            assert words in answer.text
            assert "Flow Matching" not in answer.text

        for custom_id in ("v1:digest:1:0", "v1:digest-more:1", "v1:digest-more-page:1:0"):
            await refused(custom_id, here.admin)
            await refused(custom_id.replace(":1", ":99", 1), here.member)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE digests SET payload = NULL")
        await refused("v1:digest:1:0", here.member)


async def test_topics_are_ended_one_by_one_until_none_is_left(tmp_path: Path) -> None:
    async with digest(tmp_path, 1) as (here, press):
        await follower(here, here.member.id, "graph *networks*")
        asked = await press("v1:topics")
        assert (asked.kind, asked.ephemeral) == ("message", True)
        assert "### Unsubscribe from which topics?" in asked.text
        assert "Papers you saved stay in your library." in asked.text
        (menu,) = controls(asked)
        assert menu["type"] == SELECT
        assert menu["custom_id"] == "v1:end-topics"
        assert menu["placeholder"] == "Unsubscribe from topics…"
        assert menu["max_values"] == 2
        labels = {option["label"]: option["value"] for option in menu["options"]}
        assert set(labels) == {"flow matching", "graph *networks*"}

        ended = await press("v1:end-topics", [labels["graph *networks*"]])
        assert ended.kind == "update"
        assert "### Unsubscribed from 1 topic" in ended.text
        assert "*graph \\*networks\\**\nYou follow 1 other topic." in ended.text
        again = await press("v1:end-topics", [labels["graph *networks*"]])
        assert "You had already unsubscribed from these." in again.text

        await follower(here, here.member.id, "video codecs")
        async with here.bot.services.database.read() as conn:
            left = await subscriptions.of_user(conn, here.member.id)
        both = await press("v1:end-topics", [str(each.topic.id) for each in left])
        names = ", ".join(f"*{each.topic.query}*" for each in left)
        nothing = "You don't follow any other topics"
        assert f"{names}\n{nothing}" in both.text
        starts = (
            f"You don't follow any topics. Follow one with {here.bot.mention('paper subscribe')}."
        )
        assert starts in (await press("v1:topics")).text


async def test_the_menu_of_topics_holds_as_many_as_one_can_follow(tmp_path: Path) -> None:
    async with digest(tmp_path, 1) as (here, press):
        for number in range(26):
            await follower(here, here.member.id, f"topic {number}", mode=Mode.BROAD)
        (menu,) = controls(await press("v1:topics"))
        assert len(menu["options"]) == menu["max_values"] == 25


async def test_the_settings_are_shown_with_how_to_change_them(tmp_path: Path) -> None:
    async with digest(tmp_path, 1) as (here, press):
        shown = await press("v1:digest-settings")
        assert (shown.kind, shown.ephemeral) == ("message", True)
        assert shown.text.strip().startswith(
            "### Your digest\nEvery day at 09:00 (UTC)\nIn English\nNews on papers you saved: on\n"
            f"Change it with {here.bot.mention('paper digest settings')}."
            f" See your topics with {here.bot.mention('paper subscriptions')}."
        )
        stranger = await press("v1:digest-settings", by=here.admin)
        assert "You don't follow any topics." in stranger.text
