"""Not for me: papers, authors and words that a person does not want to get."""

from bot.services.hidden import _controls, _page
from bot.services.hidden._controls import (
    Loosen,
    NotForMe,
    RefusePaper,
    Suggest,
    dismissed_view,
    open_form,
)
from bot.services.hidden._form import (
    AUTHOR,
    FORM,
    PAPER_ITSELF,
    SEEN,
    TOPIC,
    WORD,
    authors_of,
    form_of,
)
from bot.services.hidden._page import (
    ShowHidden,
    SuggestAll,
    Unmute,
    UnmuteSome,
    render_hidden,
)
from bot.services.hidden._service import Hidden, HiddenThings, Narrowed, Refusable

ITEMS = (*_controls.ITEMS, *_page.ITEMS)
"""What a bot registers so that these buttons work."""

__all__ = [
    "AUTHOR",
    "FORM",
    "ITEMS",
    "PAPER_ITSELF",
    "SEEN",
    "TOPIC",
    "WORD",
    "Hidden",
    "HiddenThings",
    "Loosen",
    "Narrowed",
    "NotForMe",
    "Refusable",
    "RefusePaper",
    "ShowHidden",
    "Suggest",
    "SuggestAll",
    "Unmute",
    "UnmuteSome",
    "authors_of",
    "dismissed_view",
    "form_of",
    "open_form",
    "render_hidden",
]
