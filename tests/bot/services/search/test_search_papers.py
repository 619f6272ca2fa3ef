"""`/paper show` and `/paper similar` as people meet them."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from papers.model import Metrics, Record
from papers.sources import SourceErrorKind
from storage import topic_matches
from storage.tables import cards
from tests.bot.search_fakes import (
    ATTENTION,
    DIFFUSION,
    GUIDANCE,
    LIBRARY,
    SEGMENT,
    Finder,
    SearchEnv,
    known,
    searching,
    shown,
    titles,
)

NEW = known("2505.11111", "Diffusion of robots", "Robots diffuse.", categories=("cs.RO",))


async def shown_on_cards(here: SearchEnv) -> list[tuple[int, str]]:
    async with here.bot.services.database.read() as conn:
        rows = await conn.execute(
            select(cards.c.message_id, cards.c.paper_id).order_by(cards.c.message_id)
        )
        return [(row.message_id, row.paper_id) for row in rows]


async def test_a_paper_is_shown_with_everything_known_of_it(tmp_path: Path) -> None:
    paper = replace(
        DIFFUSION.paper,
        version=3,
        comment="Accepted at NeurIPS",
        linked_models=1204,
        linked_datasets=1,
        linked_spaces=7,
        repository="https://github.com/hojonathanho/diffusion",
        media=("https://cdn.example.com/figure.png",),
    )
    async with searching(tmp_path, [Record(paper, Metrics(300, 4000, 12))]) as here:
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link="2006.11239v1"))
        for fact in (
            "Denoising Diffusion Probabilistic Models",
            "Jonathan Ho, Ajay Jain and Pieter Abbeel",
            "high quality image synthesis",
            "300 upvotes",
            "1,204 models, 1 dataset, 7 Spaces",
            "Version 3",
            "Accepted at NeurIPS",
            "https://arxiv.org/pdf/2006.11239",
            "https://huggingface.co/papers/2006.11239",
            "https://github.com/hojonathanho/diffusion",
        ):
            assert fact in text


async def test_an_unknown_paper_is_looked_up_and_known_from_then_on(tmp_path: Path) -> None:
    sources = [Finder("Hugging Face"), Finder("arXiv", finds=[NEW])]
    async with searching(tmp_path, sources=sources) as here:
        link = "https://arxiv.org/abs/2505.11111"
        text = shown(await here.grace.slash(here.channel, "paper show", id_or_link=link))
        assert "Diffusion of robots" in text
        assert "Diffusion of robots" in shown(await here.search("robots diffuse"))


@pytest.mark.parametrize(
    "typed",
    [
        "check https://arxiv.org/abs/2006.11239",
        "[2006.11239] Denoising Diffusion Probabilistic Models",
        "https://www.google.com/url?q=https://arxiv.org/abs/2006.11239v2&sa=D",
        "https://doi.org/10.1103/physrevlett.116.061102",
    ],
)
async def test_a_link_or_a_known_doi_among_words_opens_its_paper_everywhere(
    tmp_path: Path, typed: str
) -> None:
    papers = [*LIBRARY, Record(replace(DIFFUSION.paper, doi="10.1103/PhysRevLett.116.061102"))]
    async with searching(tmp_path, papers) as here:
        for command, option in (("search", "query"), ("show", "id_or_link")):
            text = shown(
                await here.grace.slash(here.channel, f"paper {command}", **{option: typed})
            )
            assert "https://arxiv.org/pdf/2006.11239" in text
        like = shown(await here.grace.slash(here.channel, "paper similar", id_or_link=typed))
        assert "Similar to Denoising Diffusion Probabilistic Models" in like


async def test_several_links_are_listed_in_order(tmp_path: Path) -> None:
    sources = [Finder("arXiv", finds=[NEW])]
    async with searching(tmp_path, sources=sources) as here:
        links = "https://arxiv.org/abs/2304.02643;arXiv:2505.11111 or 1706.03762v7 and 2505.99999"
        text = shown(await here.search(links))
        assert "Not found: 2505.99999. Check the numbers." in text
        assert titles(text) == [
            "Segment Anything",
            "Diffusion of robots",
            "Attention Is All You Need",
        ]


async def test_a_paper_that_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    sources = [Finder("Hugging Face"), Finder("arXiv")]
    async with searching(tmp_path, sources=sources) as here:
        result = await here.grace.slash(here.channel, "paper show", id_or_link="2505.11111")
        assert result.response is not None
        assert "Paper 2505.11111 wasn't found. Check the number" in (result.response.content)


async def test_a_source_that_does_not_answer_is_named_when_a_paper_is_unknown(
    tmp_path: Path,
) -> None:
    sources = [Finder("Hugging Face"), Finder("arXiv", failing=SourceErrorKind.UNAVAILABLE)]
    async with searching(tmp_path, sources=sources) as here:
        result = await here.grace.slash(here.channel, "paper show", id_or_link="2505.11111")
        assert result.response is not None
        assert "arXiv is unavailable." in result.response.content
        assert "Try again" in result.response.content


async def test_what_is_no_paper_is_answered_with_examples(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        for command in ("paper show", "paper similar"):
            result = await here.grace.slash(here.channel, command, id_or_link="zymurgy")
            assert result.response is not None
            assert "isn't an arXiv number or link, e.g. 2406.07496" in result.response.content


async def test_only_a_public_card_is_one_that_reactions_save(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        await here.grace.slash(here.channel, "paper show", id_or_link="1706.03762")
        assert await shown_on_cards(here) == []
        public = await here.grace.slash(
            here.channel, "paper show", id_or_link="1706.03762", public=True
        )
        searched = await here.search("2006.11239", public=True)
        assert public.response is not None
        assert searched.response is not None
        assert await shown_on_cards(here) == [
            (public.response.id, "1706.03762"),
            (searched.response.id, "2006.11239"),
        ]


async def test_a_known_paper_is_on_screen_before_its_counts_are_asked_for(tmp_path: Path) -> None:
    told = Record(replace(ATTENTION.paper, linked_models=9, version=7))
    finder = Finder(finds=[told])
    async with searching(tmp_path, sources=[finder]) as here:
        result = await here.grace.slash(here.channel, "paper show", id_or_link="1706.03762")
        assert finder.seen[0][-1].endswith("/callback")
        assert "9 models" in shown(result)
        await here.grace.slash(here.channel, "paper show", id_or_link="1706.03762")
        assert len(finder.asked) == 1


async def test_titles_are_offered_while_typing_and_give_the_number(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        offered = await here.grace.autocomplete(
            here.channel, "paper similar", "id_or_link", "atten"
        )
        assert offered == [{"name": "📄 Attention Is All You Need", "value": "1706.03762"}]


async def test_similar_papers_come_with_why(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.grace.slash(
            here.channel, "paper similar", id_or_link=DIFFUSION.paper.id
        )
        text = shown(result)
        assert result.ephemeral
        first = text.index(GUIDANCE.paper.title)
        assert "Also by Jonathan Ho · Both mention" in text[first:]
        assert "diffusion" in text[first:].split("Both mention")[1].split("\n")[0]
        assert DIFFUSION.paper.title not in text.split("\n", 2)[2]


async def test_pages_of_similar_papers_turn_after_a_restart(tmp_path: Path) -> None:
    many = [known(f"2401.{n:05}", f"Robots that walk, part {n}") for n in range(1, 21)]
    async with searching(tmp_path, many) as here:
        result = await here.grace.slash(here.channel, "paper similar", id_or_link="2401.00001")
        assert "1 to 5 of 19" in shown(result)
        await here.restart()
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        assert "6 to 10 of 19" in shown(result)


async def test_a_paper_without_likes_says_so(tmp_path: Path) -> None:
    async with searching(tmp_path, [SEGMENT]) as here:
        text = shown(
            await here.grace.slash(here.channel, "paper similar", id_or_link=SEGMENT.paper.id)
        )
        assert "No similar papers" in text


async def test_the_card_leads_to_similar_papers(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        card = await here.grace.slash(
            here.channel, "paper show", id_or_link=DIFFUSION.paper.id, public=True
        )
        assert card.response is not None
        opened = await here.ada.click(card.response, label="Similar papers")
        assert opened.ephemeral
        assert "Similar to Denoising Diffusion" in shown(opened)


async def test_a_reaction_on_a_public_card_saves_and_the_card_counts_who_did(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        public = await here.grace.slash(
            here.channel, "paper show", id_or_link="1706.03762", public=True
        )
        assert public.response is not None
        await here.ada.react(public.response.message, "🔖")
        again = await here.grace.slash(here.channel, "paper show", id_or_link="1706.03762")
        assert "saved by 1 member here" in shown(again)


async def test_a_hit_is_saved_by_the_button_beside_it(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("segment anything")
        assert result.response is not None
        saved = await here.grace.click(result.response, custom_id="v1:save:2304.02643")
        assert "Saved to" in shown(saved)
        card = await here.grace.slash(here.channel, "paper show", id_or_link="2304.02643")
        assert "saved by 1 member here" in shown(card)


async def test_a_word_that_one_title_has_is_enough_to_name_the_paper(tmp_path: Path) -> None:
    library = [
        known("2501.00001", "COOPER: Planning with tools"),
        known("2501.00002", "Cooperative agents"),
        known("2501.00003", "Agents that plan"),
    ]
    async with searching(tmp_path, library) as here:
        card = await here.grace.slash(here.channel, "paper show", id_or_link="cooper")
        assert "COOPER: Planning with tools" in shown(card)
        several = await here.grace.slash(here.channel, "paper show", id_or_link="agents")
        assert several.response is not None
        assert "Several papers have “agents” in the title" in several.response.content


async def test_a_similar_paper_can_be_opened_from_the_list(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.grace.slash(
            here.channel, "paper similar", id_or_link=DIFFUSION.paper.id
        )
        assert result.response is not None
        opened = await here.grace.select(result.response, [f"card:{GUIDANCE.paper.id}"])
        assert GUIDANCE.paper.title in shown(opened)
        opened = await here.grace.select(result.response, [f"text:{GUIDANCE.paper.id}"])
        assert opened.ephemeral


async def topics_of(here: SearchEnv) -> list[str]:
    followed = await here.bot.services.subscriptions.followed(here.grace.id, since=here.clock.at)
    return [each.topic.query for each in followed]


async def test_a_search_is_followed_with_one_press_and_a_second_offers_to_undo_it(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion")
        assert result.response is not None
        done = await here.grace.click(result.response, label="Follow")
        assert done.ephemeral
        text = shown(done)
        assert "Subscribed" in text
        assert "Matching: strict" in text
        assert "I've sent you a DM." in text
        assert await topics_of(here) == ["diffusion"]

        again = await here.grace.click(result.response, label="Follow")
        assert "You already follow this topic" in shown(again)
        assert again.response is not None
        undone = await here.grace.click(again.response, label="Undo")
        assert "Unsubscribed from 1 topic" in shown(undone)
        assert await topics_of(here) == []
        assert done.response is not None
        late = await here.grace.click(done.response, label="Undo")
        assert late.response is not None
        assert late.response.content == "This is undone already."


async def test_a_search_within_categories_is_followed_within_them(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion OR guidance", category="cs.LG")
        assert result.response is not None
        await here.grace.click(result.response, label="Follow")
        assert await topics_of(here) == ["(diffusion OR guidance) cat:cs.LG"]


async def test_following_a_paused_topic_again_resumes_it(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion")
        assert result.response is not None
        await here.grace.click(result.response, label="Follow")
        service = here.bot.services.subscriptions
        (topic,) = await service.followed(here.grace.id)
        await service.set_paused(here.grace.id, topic.topic.id, paused=True)
        again = await here.grace.click(result.response, label="Follow")
        assert "It was paused. It's active again." in shown(again)
        assert not (await service.followed(here.grace.id))[0].paused


async def test_what_a_followed_page_showed_counts_as_seen(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("diffusion")
        assert result.response is not None
        listed = [each.paper.id for each in LIBRARY if each.paper.title in shown(result)]
        assert DIFFUSION.paper.id in listed
        await here.grace.click(result.response, label="Follow")
        async with here.bot.services.database.read() as conn:
            assert await topic_matches.brought(conn, here.grace.id) == set(listed)


async def test_papers_like_one_are_followed_by_the_words_of_its_title(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.grace.slash(here.channel, "paper similar", id_or_link=GUIDANCE.paper.id)
        assert result.response is not None
        done = await here.grace.click(result.response, label="Follow")
        assert "Subscribed" in shown(done)
        (query,) = await topics_of(here)
        assert query.casefold().split() == ["classifier", "free", "diffusion", "guidance"]


async def test_papers_listed_by_their_numbers_are_no_topic_to_follow(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        text = shown(await here.search("1706.03762 2304.02643"))
        assert "Refine…" in text
        assert "Follow" not in text
