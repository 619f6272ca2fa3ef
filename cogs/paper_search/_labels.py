"""What a page of results says around its hits."""

from typing import Final

import discord

from bot import limits
from bot.i18n import short_date
from bot.services.search import FromSources, ResultsPage, SourceState
from bot.ui import text
from bot.ui.pages import HitsPage
from storage.search import Sort
from storage.search_sessions import Question, Remarks, Session

QUERY_SHOWN: Final = 120
"""Characters of a query in a heading."""

_SORT_NOTES: Final = {Sort.NEWEST: "newest first", Sort.VOTES: "most votes first"}


def options(page: HitsPage) -> list[discord.SelectOption]:
    """Return what can be opened of a page's hits; a value is what to open, and the paper's id."""
    found: list[discord.SelectOption] = []
    for position, hit in enumerate(page.hits):
        number = page.first + position
        for what, label, emoji in (
            ("card", hit.title, "📄"),
            ("text", f"Abstract of {number}", "📝"),
            ("like", f"Similar to {number}", "🔗"),
        ):
            shown = f"{number}. {label}" if what == "card" else label
            found.append(
                discord.SelectOption(
                    label=text.plain(shown, limits.OPTION_LABEL) or str(number),
                    value=f"{what}:{hit.paper_id}",
                    emoji=emoji,
                )
            )
    return found


def title(session: Session) -> str:
    """Return a page's heading."""
    query = text.plain(session.question.query, QUERY_SHOWN)
    return f"Fresh from the sources: {query}" if session.fresh else query


def notes(session: Session) -> list[str]:
    """Say under which conditions it was searched, and how the query was read."""
    conditions = _conditions(session.question)
    return [*([conditions] if conditions else []), *_readings(session.remarks)]


def _readings(remarks: Remarks) -> list[str]:
    told = [remarks.syntax] if remarks.syntax else []
    told += [
        f"{'Hardly any' if word in remarks.rare else 'No'} paper has “{word}”, so I read it as"
        f" {' or '.join(read)}."
        for word, read in remarks.corrections.items()
        if read
    ]
    if remarks.common:
        told.append("Nearly every paper has these words, so they say nothing. Add one that does.")
    if remarks.missing:
        words = " or ".join(f"“{word}”" for word in remarks.missing)
        told.append(f"No paper I know has {words}.")
    if remarks.rebuilding:
        told.append("The search index is being made. Until then I only look for the words.")
    return told


def _conditions(question: Question) -> str:
    since = f"since {short_date(question.since)}" if question.since else ""
    categories = " or ".join(question.categories)
    return " · ".join(filter(None, (since, categories, _SORT_NOTES.get(question.sort, ""))))


def sources_line(sources: FromSources) -> str:
    """Say which sources were asked, and which of them answered."""
    match sources.state:
        case SourceState.NOT_ASKED:
            return ""
        case SourceState.BUSY:
            return "The sources are not asked for more now: too many searches in this minute."
        case SourceState.ASKING:
            return f"Asking {' and '.join(sources.names)} for more …"
        case SourceState.ANSWERED:
            told = [
                f"{item.source} did not answer ({item.failure})"
                if item.failure is not None
                else f"{item.source} found {item.found}"
                for item in sources.answers
            ]
            return f"{' · '.join(told)}{'' if sources.papers else ' · nothing new here'}"


def what_to_do(page: ResultsPage) -> str:
    """Say, in markdown, what may help where nothing was found."""
    question = page.session.question
    advice = ["fewer or other words, as they stand in a title or an abstract"]
    if question.since is not None or question.categories:
        advice.append(f"no conditions: now it is only {text.escape(_conditions(question))}")
    advice.append("the arXiv number or link, if you have one: then I show that paper")
    lines = [text.escape(reading) for reading in _readings(page.session.remarks)]
    if page.sources.state is SourceState.ASKING:
        lines.append("What the sources find appears here in a moment.")
    return "\n".join((*lines, "Try", *(f"- {item}" for item in advice)))
