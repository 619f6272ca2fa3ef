"""The full card of one paper: abstract, figures, and everything that is linked to it."""

from collections.abc import Sequence
from typing import Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, short_date
from bot.ui import text
from bot.ui.cards import card_opening
from bot.ui.parts import ACCENT, ALARM, AnyItem, numbers, paper_links, picture_alt, rows
from bot.ui.payloads import SUMMARY, card_payload
from papers import arxiv_id, paper_key
from papers.licences import may_pass_on
from papers.model import Metrics, Paper
from papers.text import first_sentences, readable

_SHORT: Final = 500
_ABSTRACT: Final = 2_000
_FACT: Final = 160
_PICTURES: Final = 4


def render_paper(
    paper: Paper,
    metrics: Metrics | None = None,
    *,
    saved: int | None = None,
    elsewhere: Sequence[str] = (),
    actions: Sequence[AnyItem] = (),
) -> ui.LayoutView:
    """Return everything known of one paper.

    Args:
        paper: the paper.
        metrics: its numbers now.
        saved: how many people of this server saved it, where that may be shown.
        elsewhere: keys of the same work at other places.
        actions: DynamicItems, in rows of their own.
    """
    card = card_payload(paper, metrics)
    container = ui.Container[ui.LayoutView](
        ui.TextDisplay(card_opening(card, authors=6)),
        accent_colour=ALARM if card.withdrawn else ACCENT,
    )
    if pictures := _pictures(paper):
        alt = picture_alt(card.title)
        container.add_item(
            ui.MediaGallery(*(discord.MediaGalleryItem(url, description=alt) for url in pictures))
        )
    for part in (*_texts(paper), _numbers(card.upvotes, card.stars, card.comments, saved)):
        if part:
            container.add_item(ui.Separator(visible=False)).add_item(ui.TextDisplay(part))
    if facts := _facts(paper):
        container.add_item(ui.Separator()).add_item(ui.TextDisplay(facts))
    links = paper_links(
        card.paper_id,
        repository=card.repository,
        project_page=card.project_page,
        elsewhere=elsewhere,
    )
    for row in (*rows(links), *rows(actions)):
        container.add_item(row)
    return ui.LayoutView(timeout=None).add_item(container)


def _pictures(paper: Paper) -> list[str]:
    # Without the Hub's thumbnail: at this size it only repeats the title. The media are figures.
    addresses = map(text.picture_url, paper.media)
    return [url for url in addresses if url][:_PICTURES]


def shown_abstract(paper: Paper) -> str:
    """Return the abstract as people read it; of one that may not be passed on the beginning."""
    whole = readable(paper.abstract)
    return whole if may_pass_on(paper) else first_sentences(whole, SUMMARY)


def _texts(paper: Paper) -> list[str]:
    abstract = text.escape(shown_abstract(paper), _ABSTRACT)
    summary = text.escape(readable(paper.summary or ""), _SHORT)
    if not abstract or not summary or summary == abstract:
        return [abstract or summary]
    return [_("**In short:** {summary}", summary=summary), abstract]


def _numbers(
    upvotes: int | None, stars: int | None, comments: int | None, saved: int | None
) -> str:
    kept = (
        ngettext("saved by {count} member here", "saved by {count} members here", saved)
        if saved
        else ""
    )
    return " · ".join(filter(None, (numbers(upvotes, stars, comments), kept)))


def _facts(paper: Paper) -> str:
    linked: list[str] = []
    if paper.linked_models:
        linked.append(ngettext("{count} model", "{count} models", paper.linked_models))
    if paper.linked_datasets:
        linked.append(ngettext("{count} dataset", "{count} datasets", paper.linked_datasets))
    if paper.linked_spaces:
        linked.append(ngettext("{count} Space", "{count} Spaces", paper.linked_spaces))
    facts = [
        text.escape(readable(paper.comment or ""), _FACT),
        text.escape(paper.journal_ref or "", _FACT),
        _doi(paper.doi),
        _version(paper),
        _linked(linked, paper.id),
    ]
    if paper_key.is_arxiv(paper.id):
        address = arxiv_id.alphaxiv_url(paper.id)
        facts.append(text.link(_("Discussion on alphaXiv"), address, _FACT))
    return "\n".join(f"-# {fact}" for fact in facts if fact)


def _linked(things: Sequence[str], paper_id: str) -> str:
    if not things or not paper_key.is_arxiv(paper_id):
        return ""
    label = _("{things} on Hugging Face", things=listing(things))
    return text.link(label, arxiv_id.hf_url(paper_id), _FACT)


def _doi(doi: str | None) -> str:
    return text.link(_("DOI {number}", number=doi), f"https://doi.org/{doi}", _FACT) if doi else ""


def _version(paper: Paper) -> str:
    if paper.version is None or paper.version < 2:
        return ""
    if paper.updated_at is None:
        return _("Version {number}", number=paper.version)
    return _(
        "Version {number}, {day}", number=paper.version, day=short_date(paper.updated_at.date())
    )
