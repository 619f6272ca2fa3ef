"""Citing papers, and finding similar ones, from any message that names them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import discord
import pytest

from cogs.cite import SHOWN
from papers.model import Author, Metrics, Record
from tests.bot.library_fakes import FIRST, SECOND, answer, card, items, posted, said, slash
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import MONDAY, World, at, paper
from tests.cogs.test_feed_setup import chosen_in, form_fields

BOTH = f"https://huggingface.co/papers/{FIRST} and arXiv:{SECOND}"
CITED = "Lovelace, A., & Hopper, G. (2025). Paper number 900 (arXiv:2506.00900). arXiv."


async def used(here: World, name: str, content: str) -> Any:
    """Use a command on a message that says this."""
    message = await here.admin.send(here.channel, content)
    return await here.member.context_menu(here.channel, name, message)


async def submitted(here: World, opened: Any, style: str) -> Any:
    """Submit a form with a style, and all else as it stands in it."""
    fields = form_fields(opened)
    chosen = {name: chosen_in(field) for name, field in fields.items() if name != "style"}
    return await here.member.submit_modal(opened, {**chosen, "style": style})


async def test_one_paper_of_a_message_is_cited_in_the_chosen_style(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        form = await used(here, "Cite", f"look: https://arxiv.org/abs/{FIRST}v2")
        assert form.modal["title"] == "Cite paper"
        assert list(form_fields(form)) == ["style"]
        assert chosen_in(form_fields(form)["style"]) == ["bibtex"]
        bibtex = said(await submitted(here, form, "bibtex"))
        assert "### BibTeX · 1 citation" in bibtex
        assert "```\n@misc{lovelace2025-2506.00900," in bibtex
        form = await used(here, "Cite", FIRST)
        assert f"```\n{CITED} https://doi.org/10.48550/arXiv.{FIRST}\n```" in said(
            await submitted(here, form, "apa")
        )
        form = await used(here, "Cite", FIRST)
        assert f"[*Paper number 900*](https://arxiv.org/abs/{FIRST}). arXiv:{FIRST}." in said(
            await submitted(here, form, "markdown")
        )


async def test_of_several_papers_those_left_chosen_are_cited(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        form = await used(here, "Cite", BOTH)
        field = form_fields(form)["paper"]
        assert [option["label"] for option in field["options"]] == [
            "Paper number 900",
            "Paper number 901",
        ]
        whole = said(await submitted(here, form, "apa"))
        assert "2 citations" in whole
        assert whole.index(FIRST) < whole.index(SECOND)
        form = await used(here, "Cite", BOTH)
        one = await here.member.submit_modal(form, {"paper": [SECOND], "style": "apa"})
        assert "1 citation\n" in said(one) + "\n"
        assert FIRST not in said(one)


async def test_our_own_card_cites_its_paper(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        form = await here.member.context_menu(here.channel.threads[0], "Cite", card(here))
        assert list(form_fields(form)) == ["style"]
        assert CITED in said(await submitted(here, form, "apa"))


async def test_the_full_card_and_a_saved_paper_have_a_button_that_cites(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        shown = await slash(here, "paper show", id_or_link=FIRST)
        await here.restart()
        form = await here.member.click(answer(shown), label="Cite")
        assert CITED in said(await submitted(here, form, "apa"))
        await here.member.click(card(here), label="Save")
        sheet = await slash(here, "library note", paper=FIRST, note="Read again.")
        form = await here.member.click(answer(sheet), label="Cite")
        assert CITED in said(await submitted(here, form, "apa"))


async def test_a_form_is_answered_after_a_restart(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        form = await used(here, "Cite", BOTH)
        await here.restart()
        assert "2 citations" in said(await submitted(here, form, "bibtex"))


async def test_papers_we_do_not_know_yet_are_looked_up(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        here.source.days[MONDAY] += [Record(paper(950), Metrics(1), MONDAY)]
        form = await used(here, "Cite", "2506.00950 and 2506.09999")
        options = form_fields(form)["paper"]["options"]
        assert [each["label"] for each in options] == ["2506.00950", "2506.09999"]
        text = said(await submitted(here, form, "apa"))
        assert "Paper number 950 (arXiv:2506.00950)" in text
        assert "Not found: `2506.09999`" in text
        form = await used(here, "Cite", "2506.09999")
        missing = said(await submitted(here, form, "apa"))
        assert missing == "⚠️ Not found: `2506.09999`. New papers can take a day to appear."


async def test_what_is_too_long_for_a_message_comes_as_a_file_too(tmp_path: Path) -> None:
    crowd = tuple(Author(f"Ann{number} Bee{number}") for number in range(500))
    long = Record(replace(paper(901), authors=crowd), Metrics(9), MONDAY)
    days = {MONDAY: [Record(paper(900), Metrics(10), MONDAY), long]}
    async with posted(tmp_path, days=days) as here:
        form = await used(here, "Cite", BOTH)
        result = await submitted(here, form, "bibtex")
        text = said(result)
        assert "@misc{lovelace2025-2506.00900," in text
        assert "@misc{bee02025-2506.00901," not in text
        assert "Shown here: 1 of 2. The file has all of them." in text
        assert len(text) < SHOWN
        (file,) = answer(result).attachments
        assert file.filename == "citations.bib"
        alone = await used(here, "Cite", SECOND)
        result = await submitted(here, alone, "bibtex")
        assert "```" not in said(result)
        assert "Too long for a message, so it's in the file." in said(result)
        assert [each.filename for each in answer(result).attachments] == ["citations.bib"]


async def test_no_text_of_a_paper_can_end_the_block_of_code(tmp_path: Path) -> None:
    days = {MONDAY: [Record(paper(900, journal_ref="A ``` B"), Metrics(10), MONDAY)]}
    async with posted(tmp_path, days=days) as here:
        result = await submitted(here, await used(here, "Cite", FIRST), "bibtex")
        assert "```" not in said(result)
        assert [each.filename for each in answer(result).attachments] == ["citations.bib"]


async def test_a_withdrawn_paper_is_marked_beside_its_citation(tmp_path: Path) -> None:
    gone = replace(paper(900), withdrawn_at=at(MONDAY, 1))
    async with posted(tmp_path, days={MONDAY: [Record(gone, Metrics(10), MONDAY)]}) as here:
        result = await submitted(here, await used(here, "Cite", FIRST), "apa")
        assert "Withdrawn by its authors" in said(result)


async def test_of_many_papers_the_first_are_offered_and_the_form_says_so(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        named = "\n".join(f"2506.{number:05}" for number in range(1, 31))
        opened = (await used(here, "Cite", named)).modal["components"]
        assert len(opened[0]["component"]["options"]) == 25
        assert opened[0]["description"] == "The first 25 of 30"


async def test_a_message_without_papers_has_nothing_to_cite_or_to_compare(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        for name in ("Cite", "Similar papers"):
            assert "No paper links found" in said(await used(here, name, "lunch at 12.30?"))


async def test_papers_similar_to_that_of_a_message_are_found(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.bot.services.drain()
        result = await used(here, "Similar papers", f"arXiv:{FIRST}")
        assert "Paper number 900" in said(result)
        assert "Choose a paper" not in said(result)


async def test_of_several_papers_the_person_is_asked_for_one(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.bot.services.drain()
        asked = await used(here, "Similar papers", BOTH)
        assert "names several papers" in said(asked)
        assert items(asked).count("v1:like-one") == 1
        await here.restart()
        result = await here.member.select(answer(asked), [SECOND])
        assert "Paper number 901" in said(result)


async def test_the_commands_go_along_with_a_person_everywhere(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        for name in ("Save papers", "Cite", "Similar papers"):
            menu: Any = here.bot.tree.get_command(name, type=discord.AppCommandType.message)
            assert menu.allowed_installs.user
            assert menu.allowed_contexts.dm_channel
            assert menu.allowed_contexts.private_channel


@pytest.mark.parametrize(
    ("named", "fields"),
    [
        (FIRST, {"style": "csv"}),
        (FIRST, {}),
        ("several", {"style": "apa"}),
        ("several", {"style": "apa", "paper": "<@1>"}),
    ],
)
async def test_a_form_that_was_never_offered_is_answered(
    tmp_path: Path, named: str, fields: dict[str, str]
) -> None:
    async with posted(tmp_path) as here:
        wire = Interactions(here, *await what_is_registered(here, here.admin))
        form = wire.form(f"v1:cite-form:{named}", fields)
        answered = wire.answer(await wire.send(here.member, here.channel, form))
        assert answered.ephemeral
        assert "older version" in answered.text
