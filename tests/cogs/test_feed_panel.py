"""Daily threads without typing commands: buttons, selects and the form."""

from pathlib import Path
from typing import Any

from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, headers, text_of, world


async def admin(here: World, command: str, **options: Any) -> Any:
    """Run a command as the admin; return the message that only the admin sees."""
    result = await here.admin.slash(here.channel, command, **options)
    assert result.response is not None
    assert result.ephemeral
    return result.response


async def listed(here: World) -> str:
    return text_of((await admin(here, "feed list")).message)


async def two_feeds(here: World) -> tuple[Any, Any]:
    """Set up threads in two channels; commands are used in a third."""
    papers, robots = here.guild.create_text_channel("nlp"), here.guild.create_text_channel("robots")
    await here.add_feed(papers)
    await here.add_feed(robots)
    return papers, robots


async def welcome_in(here: World, **known: Any) -> Any:
    """Let the bot join a server that Ada manages; return its greeting."""
    lab = here.env.create_guild("Lab", owner=here.env.create_user("boss"), **known)
    lounge = lab.create_text_channel("general")
    await here.env.settle()
    await here.restart()
    (hello,) = lounge.history()
    return lab, lounge, hello


async def test_only_who_manages_the_server_sets_up_a_thread_by_the_greeting(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        lab, _, hello = await welcome_in(here)
        guest = lab.add_member(here.env.create_user("guest"))
        refused = await guest.click(hello, label="Set up a daily thread")
        assert "**Manage Server**" in answer(refused)


async def test_a_lone_thread_is_listed_with_its_buttons(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        shown = await admin(here, "feed list")
        await here.admin.click(shown, label="Pause")
        assert "### Daily thread paused" in text_of(shown.message)
        await here.admin.click(shown, label="Resume")
        assert "### Daily thread resumed" in text_of(shown.message)
        assert "Next thread: today at 09:00" in text_of(shown.message)
        preview = await here.admin.click(shown, label="Preview")
        assert preview is not None


async def test_one_of_several_threads_is_chosen_from_the_list(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        nlp, robots = await two_feeds(here)
        shown = await admin(here, "feed list")
        assert "Manage a daily thread…" in str(shown.message.components)
        await here.admin.select(shown, values=["2"])
        assert f"<#{robots.id}>" in text_of(shown.message)
        assert f"<#{nlp.id}>" not in text_of(shown.message)
        await here.admin.click(shown, label="Pause")
        assert (await listed(here)).count("Paused") == 1


async def test_a_command_that_fits_several_threads_asks_which_and_keeps_what_was_typed(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        _, robots = await two_feeds(here)
        asked = await admin(here, "feed edit", time="17:30", topics="diffusion")
        assert "Several channels have a daily thread. Which one do you mean?" in text_of(
            asked.message
        )
        await here.admin.select(asked, values=["2"])
        text = text_of(asked.message)
        assert "### Daily thread updated" in text
        assert f"<#{robots.id}> · 10 papers a day at 17:30 (UTC)\n" in text
        assert "Filters: about *diffusion*" in text
        assert (await listed(here)).count("a day at 17:30") == 1


async def test_what_was_typed_before_a_restart_is_not_guessed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await two_feeds(here)
        asked = await admin(here, "feed edit", time="17:30")
        await here.restart()
        late = await here.admin.select(asked, values=["2"])
        assert "no longer works" in answer(late)
        assert "17:30" not in await listed(here)


async def test_the_form_changes_a_threads_papers_and_names_what_it_cannot_read(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        form = await here.admin.click(await admin(here, "feed list"), label="Filters…")
        typed = {"papers": "5", "min_votes": "2", "include": "agents, robots", "exclude": "survey"}
        await here.admin.submit_modal(form, typed)
        text = await listed(here)
        assert "5 papers a day at 09:00 (UTC)" in text
        assert "at least 2 upvotes" in text
        assert "*agents* or *robots*" in text
        assert "*survey*" in text
        form = await here.admin.click(await admin(here, "feed list"), label="Filters…")
        refused = await here.admin.submit_modal(form, {**typed, "papers": "99"})
        assert "I need a number from 3 to 20" in answer(refused)


async def test_a_removal_can_be_cancelled(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.add_feed()
        asked = await admin(here, "feed remove")
        assert "Existing threads and saved papers stay." in text_of(asked.message)
        await here.admin.click(asked, label="Cancel")
        assert "Nothing was changed" in text_of(asked.message)
        assert f"<#{here.channel.id}>" in await listed(here)


async def test_a_thread_is_posted_in_the_language_that_was_chosen_for_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        shown = await admin(here, "feed add", channel=here.channel, language="de")
        assert "Language: Deutsch" in text_of(shown.message)
        await here.tick(at(MONDAY, 9))
        (header,) = headers(here.channel) or [text_of(here.channel.history()[0])]
        assert "Montag" in header
        edited = await admin(here, "feed edit", language="server")
        assert "Language:" not in text_of(edited.message)
