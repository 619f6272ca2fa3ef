"""What is shown of one paper without its buttons: its abstract, and the papers like it."""

from collections.abc import Sequence
from typing import Any, Final

from discord import ui

from bot.i18n import gettext as _
from bot.services.search import SimilarPage
from bot.ui import text
from bot.ui.full_card import shown_abstract
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of
from bot.ui.parts import AnyItem, link_button
from cogs.paper_search._labels import why
from papers import arxiv_id, paper_key
from papers.model import Paper
from papers.text import readable

_ABSTRACT: Final = 3_400


def abstract_view(paper: Paper, actions: Sequence[AnyItem]) -> ui.LayoutView:
    """Return a paper's abstract with what can be done about it."""
    return render_notice(
        readable(paper.title),
        text.escape(shown_abstract(paper), _ABSTRACT)
        or _("This paper's abstract isn't available yet."),
        actions=actions,
    )


def similar_hits(page: SimilarPage) -> HitsPage:
    """Return a page of the papers like one, each with why."""
    return HitsPage(
        title=_("Similar to {title}", title=readable(page.paper.paper.title)),
        hits=tuple(
            hit_of(entry.paper, entry.metrics, notes=[why(similar)])
            for entry, similar in page.papers
        ),
        first=page.first,
        total=page.total,
    )


def nothing_similar(paper: Paper) -> ui.LayoutView:
    """Say that no papers like one were found."""
    return render_notice(
        _("No similar papers"),
        _(
            "I found no papers similar to {paper}. Try again later.",
            paper=text.link(readable(paper.title), paper_key.page_url(paper.id), 300),
        ),
    )


def pdf_buttons(paper_id: str) -> list[ui.Button[Any]]:
    """Return the button of an arXiv paper's PDF; of other sources no PDF is linked."""
    if not paper_key.is_arxiv(paper_id):
        return []
    return [link_button(_("PDF"), arxiv_id.pdf_url(paper_id))]
