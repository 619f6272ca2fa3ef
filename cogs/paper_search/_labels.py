"""What a page of results says around its hits."""

from typing import Final

import discord

from bot import limits
from bot.i18n import (
    alternatives,
    conjunction,
    listing,
    marked,
    ngettext,
    quoted,
    sentences,
    short_date,
    translated,
)
from bot.i18n import gettext as _
from bot.interactions.short_keys import short_key
from bot.services.search import FromSources, ResultsPage, SourceState
from bot.services.source_queries import failure_sentence
from bot.ui import text
from bot.ui.pages import HitsPage
from papers.messages import unpacked
from storage.search import Similar, Sort
from storage.search_sessions import Question, Remarks, Session

QUERY_SHOWN: Final = 120
"""Characters of a query in a heading."""

SORTS: Final = {
    Sort.BEST: marked("Best match"),
    Sort.NEWEST: marked("Newest"),
    Sort.VOTES: marked("Most upvotes"),
}
"""What people read on the choice of an order."""

_ORDERS: Final = {Sort.NEWEST: marked("Newest first"), Sort.VOTES: marked("Most upvotes first")}
"""The same among other conditions."""


def options(page: HitsPage) -> list[discord.SelectOption]:
    """Return what can be opened of a page's hits; a value is what to open, and the paper's id."""
    found: list[discord.SelectOption] = []
    for position, hit in enumerate(page.hits):
        number = page.first + position
        for what, label, emoji in (
            ("card", hit.title, "📄"),
            ("text", _("Abstract of {number}", number=number), "📝"),
            ("like", _("Papers similar to {number}", number=number), "🔗"),
            ("skip", _("Not for me: {number}", number=number), "🚫"),
        ):
            shown = f"{number}. {label}" if what == "card" else label
            found.append(
                discord.SelectOption(
                    label=text.plain(shown, limits.OPTION_LABEL) or str(number),
                    value=f"{what}:{short_key(hit.paper_id)}",
                    emoji=emoji,
                )
            )
    return found


def title(session: Session) -> str:
    """Return a page's heading."""
    query = text.plain(session.question.query, QUERY_SHOWN)
    return _("New results: {query}", query=query) if session.fresh else query


def notes(session: Session) -> list[str]:
    """Return under which conditions it was searched, and how the query was read."""
    conditions = _conditions(session.question)
    return [*([conditions] if conditions else []), *_readings(session.remarks, found=True)]


def _readings(remarks: Remarks, *, found: bool) -> list[str]:
    lines = [translated(unpacked(remarks.syntax))] if remarks.syntax else []
    for word, read in remarks.corrections.items():
        if read and word in remarks.rare:
            lines.append(_("Showing results for {words}, too.", words=alternatives([word, *read])))
        elif read:
            lines.append(_("Showing results for {words}.", words=alternatives(read)))
    if remarks.common:
        lines.append(_("These words are in nearly every paper. Add a more specific one."))
    if remarks.missing:
        words = alternatives(map(quoted, remarks.missing))
        lines.append(
            _("No exact matches for {words}. Closest by meaning:", words=words)
            if remarks.by_meaning and found
            else _("No exact matches for {words}.", words=words)
        )
    if remarks.rebuilding:
        lines.append(_("The search index is being built. Until then, only exact words match."))
    return lines


def _conditions(question: Question) -> str:
    since = _("Since {day}", day=short_date(question.since)) if question.since else ""
    order = _(_ORDERS[question.sort]) if question.sort in _ORDERS else ""
    return " · ".join(filter(None, (since, alternatives(question.categories), order)))


def sources_line(sources: FromSources) -> str:
    """Return what the sources add to an answer or fail at; empty where it changes nothing."""
    match sources.state:
        case SourceState.NOT_ASKED:
            return ""
        case SourceState.BUSY:
            return _("Showing local results only; live search is busy.")
        case SourceState.ASKING:
            return _("Also searching {sources}…", sources=conjunction(sources.names))
        case SourceState.ANSWERED:
            failed = [
                failure_sentence(item.source, item.failure)
                for item in sources.answers
                if item.failure is not None
            ]
            found = [item.source for item in sources.answers if item.found]
            if sources.papers and found:
                failed.insert(
                    0,
                    ngettext(
                        "{count} more found on {sources}.",
                        "{count} more found on {sources}.",
                        len(sources.papers),
                        sources=conjunction(found),
                    ),
                )
            return sentences(*failed)


def what_to_do(page: ResultsPage) -> str:
    """Return, in markdown, what may help where nothing was found."""
    question = page.session.question
    advice = [_("Use fewer or other words, as they would be in a title or an abstract.")]
    if question.since is not None or question.categories:
        advice.append(
            _("Remove the filters: {filters}.", filters=text.escape(_conditions(question)))
        )
    advice.append(_("Paste the arXiv number or link, if you have one."))
    lines = [text.escape(reading) for reading in _readings(page.session.remarks, found=False)]
    if page.sources.state is SourceState.ASKING:
        lines.append(_("More results may appear here in a moment."))
    return "\n".join((*lines, *(f"- {item}" for item in advice)))


def why(similar: Similar) -> str:
    """Return a line on what makes a paper similar."""
    reasons: list[str] = []
    if similar.authors:
        reasons.append(_("Also by {authors}", authors=text.people(similar.authors, 2)))
    if similar.words:
        reasons.append(_("Both mention {words}", words=listing(similar.words)))
    if similar.cosine is not None:
        percent = max(0, round(similar.cosine * 100))
        reasons.append(_("{percent}% similar in meaning", percent=percent))
    return " · ".join(reasons)
