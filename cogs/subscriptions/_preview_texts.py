"""What is said about a topic that a person looks at or has just followed."""

from collections.abc import Callable

from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, sentences
from bot.services.digests import at_least
from bot.services.topics import TOO_FEW, WINDOW, Preview
from bot.ui.sources import sources_of
from cogs.subscriptions._standing import Standing
from storage.subscriptions import Mode, TopicDraft


def nothing_yet(standing: Standing, draft: TopicDraft, replaces: int) -> str:
    """Say that a preview has changed nothing so far."""
    if not standing.changes(draft):
        return _("You already have these settings.")
    return _("Nothing is changed yet.") if replaces else _("You haven't subscribed yet.")


def found_line(count: int, total: int) -> str:
    """Say how many papers match, and how many a week that is."""
    matched = ngettext(
        "{count} of {total} papers in {days} days matches",
        "{count} of {total} papers in {days} days match",
        count,
        total=total,
        days=WINDOW.days,
    )
    week = count * 7 / WINDOW.days
    if not count:
        return matched
    rate = _("less than one a week") if week < 1 else _("about {count} a week", count=round(week))
    return f"{matched} · {rate}"


def how_line(draft: TopicDraft, preview: Preview) -> str:
    """Say how widely a draft is matched, how surely, and from how many upvotes on."""
    parts = [_HOW[draft.mode]()]
    if preview.precision is not None:
        count = round(10 * preview.precision)
        parts.append(_("about {count} of 10 are on topic", count=count))
    if draft.sources:
        parts.append(listing(sources_of(draft)))
    if draft.min_votes:
        parts.append(at_least(draft.min_votes))
    return " · ".join(parts)


_HOW: dict[Mode, Callable[[], str]] = {
    Mode.STRICT: lambda: _("Matching: strict"),
    Mode.NORMAL: lambda: _("Matching: normal"),
    Mode.BROAD: lambda: _("Matching: broad"),
}


def warning_of(preview: Preview) -> str:
    """Say that a topic matches too much or too little; empty if it does not."""
    words = listing(preview.proposals)
    proposal = _("Suggestions: {words}.", words=words) if words else ""
    if not preview.total:
        return _("There are no papers of these days yet. You can subscribe anyway.")
    if preview.nearly_all:
        warning = _("This matches nearly every paper.")
    elif not preview.found:
        warning = _("No papers would have matched.")
        proposal = proposal or _("Try other or fewer words.")
    elif len(preview.found) <= TOO_FEW and proposal:
        warning = _("Few papers match.")
    else:
        return ""
    return sentences(warning, proposal)
