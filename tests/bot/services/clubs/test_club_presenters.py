"""Who presents: asked in turn, or offering."""

import asyncio
from pathlib import Path
from typing import Any

from bot.interactions.errors import UserError
from tests.bot.clubs import (
    DECIDED,
    ENDS,
    POLL,
    REMINDED,
    STARTS,
    WEEK,
    club,
    create,
    message_with,
    nominate,
    open_session,
    posts,
    status,
    until,
)
from tests.bot.library_fakes import said
from tests.bot.world import World, text_of, world

SESSION = (POLL, DECIDED, REMINDED, STARTS, ENDS)


def questions(here: World) -> list[str]:
    return posts(here, "Who presents")


async def rotation(here: World) -> Any:
    """Start a club of both members, who take turns in this order."""
    return await create(here, presenters=f"{here.member.mention} {here.admin.mention}")


async def test_members_take_turns_and_are_asked_by_mention(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await here.admin.slash(
            here.channel, "club edit", presenters=f"{here.member.mention} {here.admin.mention}"
        )
        await here.tick(here.clock.now())
        (question,) = questions(here)
        assert here.member.mention in question
        asked = message_with(here, "it's your turn")
        assert [user.id for user in asked.mentions] == [here.member.id]
        assert "who hasn't answered yet" in await status(here)
        await here.member.click(asked, label="I'll present")
        assert f"{here.member.mention} presents." in questions(here)[0]
        await until(here, *SESSION)
        assert here.admin.mention in questions(here)[1]
        await here.admin.click(message_with(here, "it's your turn"), label="I'll present")
        await until(here, *(each + WEEK for each in SESSION))
        assert here.member.mention in questions(here)[2]


async def test_who_declines_is_followed_by_the_next_and_comes_first_next_time(
    tmp_path: Path,
) -> None:
    async with club(tmp_path, presenters="none") as here:
        mentions = f"{here.member.mention}, {here.admin.mention}"
        await here.admin.slash(here.channel, "club edit", presenters=mentions)
        await here.tick(here.clock.now())
        await here.member.click(message_with(here, "it's your turn"), label="Not this time")
        await here.tick(here.clock.now())
        assert f"{here.member.mention} can't this time." in questions(here)[0]
        assert here.admin.mention in questions(here)[1]
        await here.admin.click(message_with(here, "it's your turn"), label="I'll present")
        await until(here, *SESSION)
        assert here.member.mention in questions(here)[2]


async def test_when_all_decline_volunteers_are_asked_once(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await here.admin.slash(here.channel, "club edit", presenters=here.member.mention)
        await here.tick(here.clock.now())
        await here.member.click(message_with(here, "it's your turn"), label="Not this time")
        await until(here, here.clock.now(), here.clock.now())
        (wanted,) = posts(here, "Volunteer wanted")
        assert "Anyone may" in wanted
        await here.admin.click(message_with(here, "Volunteer wanted"), label="I'll present")
        assert f"Presenter: {here.admin.mention}" in await status(here)


async def test_another_member_cannot_answer_for_who_was_asked(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        await here.admin.slash(here.channel, "club edit", presenters=here.member.mention)
        await here.tick(here.clock.now())
        refused = await here.admin.click(message_with(here, "your turn"), label="I'll present")
        assert f"Only {here.member.mention} can answer this." in said(refused)


async def test_a_volunteer_takes_the_session_and_a_second_one_is_told_who_has_it(
    tmp_path: Path,
) -> None:
    async with club(tmp_path) as here:
        call = message_with(here, "Journal club of")
        await here.member.click(call, label="I'll present")
        call = message_with(here, "Journal club of")
        assert f"Presenter: {here.member.mention}" in text_of(call)
        assert "I'll present" not in text_of(call).splitlines()
        await nominate(here, here.member, "2506.00900")
        await until(here, POLL, DECIDED)
        assert f"Presenter: {here.member.mention}" in posts(here, "We'll discuss")[0]


async def test_of_two_who_offer_at_once_one_presents(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        session = await open_session(here)
        offers = (
            here.bot.services.clubs.present(session.id, who.id, 0)
            for who in (here.member, here.admin)
        )
        answers = await asyncio.gather(*offers, return_exceptions=True)
        (refused,) = (answer for answer in answers if isinstance(answer, UserError))
        presenter = (here.admin, here.member)[answers.index(refused)]
        assert refused.sentence == f"{presenter.mention} presents already."
        assert f"Presenter: {presenter.mention}" in await status(here)


async def test_the_presenter_may_swap_and_others_may_not(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        refused = await here.member.slash(here.channel, "club swap", member=here.member)
        assert "Manage Server" in said(refused)
        await here.member.click(message_with(here, "Journal club of"), label="I'll present")
        swapped = await here.member.slash(here.channel, "club swap", member=here.admin)
        assert swapped.response is not None
        text = text_of(swapped.response.message)
        assert f"instead of {here.member.mention}" in text
        assert f"Presenter: {here.admin.mention}" in await status(here)


async def test_a_button_of_a_session_that_is_over_says_so(tmp_path: Path) -> None:
    async with club(tmp_path) as here:
        call = message_with(here, "Journal club of")
        await until(here, *SESSION)
        late = await here.member.click(call, label="I'll present")
        assert "This session is over or was cancelled." in said(late)


async def test_erased_presenters_and_nominators_leave_nothing_and_the_next_is_asked(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.tick(here.clock.now())
        await rotation(here)
        await here.tick(here.clock.now())
        await nominate(here, here.member, "2506.00900")
        await here.bot.services.personal_data.erase(here.member.id, None)
        await until(here, POLL)
        assert here.admin.mention in questions(here)[1]
        assert "Nominated" not in await status(here, here.admin)
