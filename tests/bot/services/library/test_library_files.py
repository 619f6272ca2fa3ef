"""A library leaves as a file that other programs read, and comes back from it whole."""

from dataclasses import replace
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string

from papers.export import Format, filename
from papers.model import Record
from storage import library, papers, personal_data
from tests.bot.library_fakes import (
    FIRST,
    SAVE,
    SECOND,
    STAR,
    THIRD,
    answer,
    card,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.world import World


async def fill(here: World) -> dict[str, set[str]]:
    """Save three papers on two usual lists and one with a name of its own; note something."""
    await here.member.react(card(here), SAVE)
    await here.member.react(card(here, 1), STAR)
    await slash(here, "library lists create", name="Journal club: März", emoji="💬")
    await here.member.react(card(here, 2), "💬")
    await here.member.react(card(here, 2), SAVE)
    await slash(here, "library note", paper=FIRST, note="50% of {this} & _that_ -> why?")
    return await shelf(here, here.member)


async def exported(here: World, form: Format) -> tuple[str, bytes]:
    result = await slash(here, "library export", format=form.value)
    (attachment,) = answer(result).attachments
    assert said(result).startswith("3 papers from your library.")
    return attachment.filename, await attachment.read()


@pytest.mark.parametrize("form", [Format.BIBTEX, Format.RIS, Format.CSL_JSON, Format.CSV])
async def test_an_exported_library_is_the_same_when_it_is_imported(
    tmp_path: Path, form: Format
) -> None:
    async with posted(tmp_path) as here:
        before = await fill(here)
        async with here.bot.services.database.read() as conn:
            entries = await library.all_of(conn, here.member.id)
        name, data = await exported(here, form)
        async with here.bot.services.database.write() as conn:
            await personal_data.erase(conn, here.member.id, here.clock.now())
        result = await slash(here, "library import", file=(name, data))
        assert "3 papers saved." in said(result)
        assert await shelf(here, here.member) == before
        async with here.bot.services.database.read() as conn:
            again = await library.all_of(conn, here.member.id)
        assert [(e.paper_id, e.note) for e in again] == [(e.paper_id, e.note) for e in entries]
        assert [e.saved_at for e in again] == [e.saved_at for e in entries]
        twice = await slash(here, "library import", file=(name, data))
        assert "0 papers saved." in said(twice)
        assert "3 papers were already in your library." in said(twice)


@pytest.mark.parametrize("form", [Format.MARKDOWN, Format.APA])
async def test_texts_bring_every_paper_back_and_say_that_they_are_without_the_rest(
    tmp_path: Path, form: Format
) -> None:
    async with posted(tmp_path) as here:
        await fill(here)
        result = await slash(here, "library export", format=form.value)
        assert "without lists and notes" in said(result)
        (attachment,) = answer(result).attachments
        assert attachment.filename == filename("library", form)
        async with here.bot.services.database.write() as conn:
            await personal_data.erase(conn, here.member.id, here.clock.now())
        file = (attachment.filename, await attachment.read())
        await slash(here, "library import", file=file)
        assert await shelf(here, here.member) == {"to read": {FIRST, SECOND, THIRD}}


async def test_one_list_is_exported_under_its_own_name(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await fill(here)
        result = await slash(here, "library export", format="bibtex", list="favourites")
        assert said(result).startswith("1 paper from **favourites**.")
        (attachment,) = answer(result).attachments
        assert attachment.filename == "favourites.bib"
        parsed = parse_string((await attachment.read()).decode())
        assert [entry["eprint"] for entry in parsed.entries] == [SECOND]


async def test_nothing_is_exported_from_an_empty_library(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        result = await slash(here, "library export", format="ris")
        assert "You haven't saved any papers yet" in said(result)


async def test_a_strangers_file_is_read_and_what_was_not_found_is_told(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        lines = [
            "my reading list:",
            f"https://arxiv.org/pdf/{FIRST}v3",
            f"arXiv:{SECOND}",
            "2506.09999",
            "A paper without a link",
        ]
        file = ("list.txt", "\n".join(lines).encode())
        result = await slash(here, "library import", file=file, list="favourites")
        text = said(result)
        assert "2 papers saved to ⭐ favourites." in text
        assert "1 paper wasn't found: `2506.09999`" in text
        assert "> 5: A paper without a link" in text
        assert await shelf(here, here.member) == {"favourites": {FIRST, SECOND}}
        await here.member.click(answer(result), label="Undo")
        assert await shelf(here, here.member) == {}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("nothing.bib", b"@article{x, title={No identifier}}"), "No papers found"),
        (("picture.png", bytes(range(256))), "No papers found"),
        (("large.txt", b"x" * 2_000_001), "larger than 2 MB"),
    ],
)
async def test_a_file_without_papers_is_refused_with_what_would_do(
    tmp_path: Path, file: tuple[str, bytes], sentence: str
) -> None:
    async with posted(tmp_path) as here:
        assert sentence in said(await slash(here, "library import", file=file))


async def test_an_entry_without_an_id_is_offered_by_its_title_and_never_saved_unasked(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        here.bot.services.search.catch_up()
        await here.bot.services.search.drain()
        text = (
            "@article{a, title={{Paper} Number 900}, author={Lovelace, Ada and Hopper, Grace}}\n"
            "@article{b, title={Paper number 901}, author={Hopper, Grace}}\n"
        )
        result = await slash(here, "library import", file=("refs.bib", text.encode()))
        assert "0 papers saved." in said(result)
        assert "1 paper has the title and first author of an entry without an id" in said(result)
        assert await shelf(here, here.member) == {}
        await here.member.click(answer(result), label="Save")
        assert await shelf(here, here.member) == {"to read": {FIRST}}


async def test_an_entry_with_the_doi_of_a_known_paper_is_that_paper(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        async with here.bot.services.database.write() as conn:
            (known,) = (await papers.get_many(conn, [SECOND])).values()
            published = replace(known.paper, doi="10.1103/PhysRevLett.116.061102")
            await papers.upsert(conn, [Record(published)], now=here.clock.now())
        text = "@article{a, title={X}, doi={https://doi.org/10.1103/physrevlett.116.061102}}"
        await slash(here, "library import", file=("refs.bib", text.encode()))
        assert await shelf(here, here.member) == {"to read": {SECOND}}
