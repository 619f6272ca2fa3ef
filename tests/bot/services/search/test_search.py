"""`/paper search` as people meet it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.interactions.cooldowns import Cooldowns
from papers.model import Record
from storage.search import SearchEngine
from tests.bot.search_fakes import (
    ATTENTION,
    DIFFUSION,
    GUIDANCE,
    LIBRARY,
    LORA,
    MANY,
    SEGMENT,
    Finder,
    known,
    searching,
    shown,
    titles,
)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("image segmentation", SEGMENT),
        ("how can I finetune large language models cheaply?", LORA),
        ("attention is all we need", ATTENTION),
        ("Denoising Difusion Probabilistic Models", DIFFUSION),
        ("classifier free guidance", GUIDANCE),
        ("author:Vaswani", ATTENTION),
        ("Noam Shazeer", ATTENTION),
        ('"diffusion models" title:guidance', GUIDANCE),
        ("diffusion -denoising", GUIDANCE),
        ("cat:cs.CV image", SEGMENT),
    ],
)
async def test_a_paper_is_found_at_once(tmp_path: Path, query: str, first: Record) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search(query))
        assert titles(text)[0] == first.paper.title


@pytest.mark.parametrize(
    "named",
    [
        "1706.03762",
        "arXiv:1706.03762v5",
        "https://arxiv.org/pdf/1706.03762",
        "https://huggingface.co/papers/1706.03762",
        "https://www.alphaxiv.org/abs/1706.03762",
        "https://doi.org/10.48550/arXiv.1706.03762",
    ],
)
async def test_a_number_or_link_opens_the_card_itself(tmp_path: Path, named: str) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search(named))
        assert "### [Attention Is All You Need]" in text
        assert "based solely on attention mechanisms, with O(n²) cost" in text


async def test_the_passage_that_answers_is_shown_with_its_words_in_bold(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        assert "promptable model for **image** **segmentation**" in shown(
            await here.search("segmentation of an image")
        )


async def test_the_answer_is_for_whoever_asked_unless_it_is_made_public(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        private = await here.search("diffusion")
        assert private.ephemeral
        public = await here.search("diffusion", public=True)
        assert not public.ephemeral
        assert public.response is not None
        assert public.response.id in [message.id for message in here.channel.history()]


async def test_it_works_in_direct_messages(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        user = here.env.create_user("alan")
        await user.send_dm("hello")
        result = await user.slash("paper search", query="segment anything")
        assert titles(shown(result))[0] == "Segment Anything"


async def test_wrong_syntax_is_read_as_words_and_the_place_is_named(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search('segment "anything'))
        assert titles(text)[0] == "Segment Anything"
        assert "This quotation mark is never closed" in text
        assert "at character 9" in text
        assert "Searched for the plain words" in text


async def test_a_correction_is_told(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search("adaptaion"))
        assert "Showing results for adaptation." in text


async def test_a_word_that_no_paper_has_is_told(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search("gardening diffusion"))
        assert "No exact matches for “gardening”." in text
        assert "Classifier-Free Diffusion Guidance" in titles(text)
        text = shown(await here.search("xylophone"))
        assert "No papers found" in text
        assert "No exact matches for “xylophone”." in text


async def test_letters_and_words_that_say_nothing_find_nothing_and_that_is_said(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search("a"))
        assert "No papers found for “a”" in text
        assert "These words are in nearly every paper. Add a more specific one." in text
        text = shown(await here.search("asdfghjkl"))
        assert "No papers found" in text
        assert "No exact matches for “asdfghjkl”." in text


async def test_a_link_to_no_paper_is_refused_and_left_out_of_a_longer_query(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("https://openai.com")
        assert result.ephemeral
        assert result.response is not None
        assert "isn't a link to a paper I can look up" in (result.response.content or "")
        text = shown(await here.search("diffusion guidance https://openai.com/blog?x=1"))
        assert "Classifier-Free Diffusion Guidance" in titles(text)
        assert "Ignored the link: it doesn't lead to a paper I can look up." in text


async def test_operators_and_lists_are_read_and_it_is_said_how(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        found = titles(shown(await here.search("diffusion NOT guidance")))
        assert "Classifier-Free Diffusion Guidance" not in found
        text = shown(await here.search("diffusion guidance, low-rank adaptation"))
        assert "Commas were read as OR: diffusion guidance OR low-rank adaptation." in text
        assert "Classifier-Free Diffusion Guidance" in titles(text)


async def test_nothing_found_says_what_to_do(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search("zymurgy", category="q-bio", since="2024"))
        assert "No papers found for “zymurgy”" in text
        assert "fewer or other words" in text
        assert "Since 1 Jan 2024 · q-bio" in text
        assert "Refine…" in text


async def test_nothing_found_also_says_how_the_query_was_read(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search('zymurgy "of beer'))
        assert "No papers found" in text
        assert "This quotation mark is never closed" in text


async def test_a_query_without_a_word_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("?!")
        assert result.ephemeral
        assert result.response is not None
        assert "has no words to search for" in result.response.content


@pytest.mark.parametrize(
    ("since", "expected"),
    [("2022", {"Classifier-Free Diffusion Guidance"}), ("30y", None), ("2020-06-20", None)],
)
async def test_since_leaves_older_papers_out(
    tmp_path: Path, since: str, expected: set[str] | None
) -> None:
    both = {"Classifier-Free Diffusion Guidance", "Denoising Diffusion Probabilistic Models"}
    async with searching(tmp_path) as here:
        found = set(titles(shown(await here.search("diffusion models", since=since))))
        if since == "2020-06-20":
            assert "Denoising Diffusion Probabilistic Models" not in found
        assert (expected or both) & found
        assert expected is None or not (both - expected) & found


async def test_a_date_that_is_none_is_answered_with_examples(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion", since="lately")
        assert result.response is not None
        assert "Try 2025-06-08, 8 June or yesterday." in result.response.content


async def test_forty_pages_can_be_turned(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk")
        seen = titles(shown(result))
        for page in range(2, 41):
            assert result.response is not None
            here.bot.cooldowns = Cooldowns()  # as if each page had been read
            await here.grace.click(result.response, label="Next →")
            text = shown(result)
            assert f"{page * 5 - 4} to {page * 5} of" in text
            seen += titles(text)
        assert len(seen) == len(set(seen)) == 200
        assert result.response is not None
        await here.grace.click(result.response, label="← Back")
        assert "191 to 195 of" in shown(result)


async def test_sorting_puts_the_newest_or_the_most_voted_first(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk")
        assert result.response is not None
        await here.grace.click(result.response, label="Newest")
        assert titles(shown(result))[:2] == [f"Robots that walk, part {n}" for n in (210, 209)]
        assert "Newest first" in shown(result)
        await here.grace.click(result.response, label="Most upvotes")
        best = max(MANY, key=lambda record: record.metrics.upvotes or 0)
        assert titles(shown(result))[0] == best.paper.title
        await here.grace.click(result.response, label="Best match")
        assert "first" not in shown(result).split("**")[0]


async def test_refining_changes_the_question_in_place_even_after_a_restart(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("models", since="2010", category="cs.LG")
        assert result.response is not None
        form = await here.grace.click(result.response, label="Refine…")
        assert form.modal is not None
        filled = [row["component"].get("value") for row in form.modal["components"]]
        assert filled == ["models", "2010-01-01", "cs.LG"]
        await here.restart()
        await here.grace.submit_modal(
            form, {"query": "segment anything", "since": "", "category": "cs.CV"}
        )
        text = shown(result)
        assert titles(text) == ["Segment Anything"]
        assert "cs.CV" in text


async def test_a_restart_between_two_pages_is_not_noticed(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk")
        first = titles(shown(result))
        await here.restart()
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        second = titles(shown(result))
        assert "6 to 10 of" in shown(result)
        await here.grace.click(result.response, label="← Back")
        assert titles(shown(result)) == first
        assert not set(first) & set(second)


async def test_turning_back_shows_the_same_page_though_papers_came_in(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk", sort="newest")
        first = titles(shown(result))
        await here.learn([known("2505.00001", "Robots that walk and run", day=date(2025, 5, 1))])
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        await here.grace.click(result.response, label="← Back")
        assert titles(shown(result)) == first


@pytest.mark.parametrize(
    "query",
    ["latest papers on robots that walk", "neueste robots that walk", "最新robots that walk"],
)
async def test_who_asks_for_the_latest_gets_the_newest_first(tmp_path: Path, query: str) -> None:
    async with searching(tmp_path, MANY) as here:
        found = shown(await here.search(query))
        assert found.splitlines()[0].endswith("robots that walk")
        assert "Newest first" in found
        assert titles(found) == titles(shown(await here.search("robots that walk", sort="newest")))


async def test_after_thirty_days_a_page_offers_to_run_the_search_again(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk", since="2024-02-01", sort="newest")
        here.clock.at += timedelta(days=31)
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        assert "Results are kept for 30 days" in shown(result)
        await here.grace.click(result.response, label="Search again")
        assert "1 to 5 of" in shown(result)
        assert "Since 1 Feb 2024 · Newest first" in shown(result)


async def test_after_half_a_year_a_page_says_where_to_search(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk")
        here.clock.at += timedelta(days=200)
        assert result.response is not None
        pressed = await here.grace.click(result.response, label="Next →")
        assert pressed.response is not None
        assert "These results are too old" in pressed.response.content


async def test_nobody_turns_the_public_page_that_another_one_reads(tmp_path: Path) -> None:
    async with searching(tmp_path, MANY) as here:
        result = await here.search("robots that walk", public=True)
        before = shown(result)
        assert result.response is not None
        copy = await here.ada.click(result.response, label="Next →")
        assert shown(result) == before
        assert copy.ephemeral
        assert "6 to 10 of" in shown(copy)
        await here.grace.click(result.response, label="Next →")
        assert "6 to 10 of" in shown(result)


async def test_a_hit_opens_as_card_abstract_or_similar_papers(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion models", public=True)
        before = shown(result)
        for what, expected in (
            ("card", "Discussion on alphaXiv"),
            ("text", "Classifier guidance trades off"),
            ("like", "Similar to Classifier-Free Diffusion Guidance"),
        ):
            assert result.response is not None
            opened = await here.ada.select(result.response, [f"{what}:{GUIDANCE.paper.id}"])
            assert opened.ephemeral
            assert expected in shown(opened)
        assert shown(result) == before


async def test_autocomplete_offers_what_is_known_and_asks_no_source(tmp_path: Path) -> None:
    finder = Finder()
    async with searching(tmp_path, sources=[finder]) as here:
        offered = await here.grace.autocomplete(here.channel, "paper search", "query", "diffu")
        assert {"name": "📄 Classifier-Free Diffusion Guidance", "value": "2207.12598"} in offered
        authors = await here.grace.autocomplete(here.channel, "paper search", "query", "Jonathan")
        assert authors[0]["value"] == 'author:"Jonathan Ho"'
        since = await here.grace.autocomplete(here.channel, "paper search", "since", "past w")
        assert since == [{"name": "Past week", "value": "7d"}]
        offered = await here.grace.autocomplete(
            here.channel, "paper search", "category", "cs.CL comp"
        )
        assert offered[0] == {
            "name": "cs.CV · Computer Vision and Pattern Recognition",
            "value": "cs.CL cs.CV",
        }
        assert finder.asked == []


async def test_while_the_index_is_made_the_database_answers_and_says_so(tmp_path: Path) -> None:
    async with searching(tmp_path, LIBRARY) as here:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SearchEngine, "ready", False)
            text = shown(await here.search("image segmentation"))
        assert titles(text)[0] == "Segment Anything"
        assert "The search index is being built" in text
