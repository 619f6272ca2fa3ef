"""The form that changes a question. Nothing of it is kept in memory: its custom id names the
search, and what was typed comes with the submission."""

from typing import Final

from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, custom_id, template
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.search import QUERY_LENGTH
from storage.search_sessions import Session

FORM: Final = template("find-form", session=NUMBER)


def refine_modal(session: Session) -> ui.Modal:
    """Return the form, filled in with the question as it is."""
    question = session.question
    form = ui.Modal(
        title=_("Refine search"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("find-form", session.id),
    )
    form.add_item(
        ui.Label(
            text=_("Query"),
            description=_('Words, "a phrase", OR, -without, title: author: cat: org: source:'),
            component=ui.TextInput(
                custom_id="query", default=question.query, max_length=QUERY_LENGTH, required=True
            ),
        )
    )
    form.add_item(
        ui.Label(
            text=_("Since"),
            description=_("A date, e.g. 2025, March 2025, 2025-03-31, last week or 7d"),
            component=ui.TextInput(
                custom_id="since",
                default=question.since.isoformat() if question.since else None,
                max_length=20,
                required=False,
            ),
        )
    )
    form.add_item(
        ui.Label(
            text=_("arXiv categories"),
            description=_("e.g. cs.CL stat.ML, or cs for all of computer science"),
            component=ui.TextInput(
                custom_id="category",
                default=" ".join(question.categories) or None,
                max_length=100,
                required=False,
            ),
        )
    )
    return form
