"""What a link shows, put into words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from bot.i18n import Language, use
from bot.ui.parts import withdrawn_line
from bot.ui.payloads import summary_of
from papers import syndication
from papers.licences import may_pass_on
from papers.mutes import Mutes
from papers.syndication import Document, Entry
from papers.text import readable
from storage.feed_links import Added, FeedLink

AUTHORS: Final = 10
"""Authors of an entry: some papers have thousands, and a reader shows a line of them."""


def fingerprint(title: str, added: Iterable[Added], hidden: object) -> tuple[Any, ...]:
    """Return what a document depends on: equal values make equal documents."""
    return (
        title,
        hidden,
        *((each.paper.paper.id, each.paper.revision, each.at, *_dates(each)) for each in added),
    )


def document_of(
    link: FeedLink,
    title: str,
    home: str,
    added: Sequence[Added],
    language: Language,
    mutes: Mutes,
) -> Document:
    """Return the document of a link. Reads LaTeX, so it takes a millisecond for each paper.

    Args:
        link: the link.
        title: its title.
        home: the address of the page that it is about.
        added: its papers, the newest first.
        language: what is said of papers is in it.
        mutes: what tells which papers are left out.
    """
    with use(language):
        entries = tuple(
            _entry(each) for each in added if not (mutes and mutes.hides(each.paper.paper))
        )
    identity = syndication.tag(link.host, link.created_at, link.id)
    return Document(identity, title, home, entries, link.created_at)


def _entry(added: Added) -> Entry:
    paper = added.paper.paper
    summary = summary_of(paper) if paper.summary or may_pass_on(paper) else ""
    if paper.withdrawn_at is not None:
        summary = f"{withdrawn_line()} · {summary}" if summary else withdrawn_line()
    return Entry(
        paper_id=paper.id,
        title=readable(paper.title),
        summary=summary,
        authors=tuple(author.name for author in paper.authors[:AUTHORS]),
        categories=paper.categories,
        added_at=added.at,
        updated_at=max(added.at, *_dates(added)),
    )


def _dates(added: Added) -> tuple[datetime, datetime]:
    """Return when a paper got its newest version and when it was withdrawn, as far as it was."""
    paper = added.paper.paper
    return paper.updated_at or added.at, paper.withdrawn_at or added.at
