"""Buttons and selects that live as long as their message: their custom id holds all they know.

A subclass names its custom id's form in `template` and what to do in `pressed` or `chosen`:

    class SaveButton(PaperboyButton, template=template("save", paper_id=PAPER)):
        def __init__(self, paper_id: str) -> None:
            super().__init__(ui.Button(label="Save", custom_id=custom_id("save", paper_id)))
            self.paper_id = paper_id

        @classmethod
        def from_match(cls, match: re.Match[str]) -> Self:
            return cls(match["paper_id"])

        async def pressed(self, interaction: Interaction) -> None:
            ...

Register each class once with `bot.add_dynamic_items`. discord.py only logs what a DynamicItem
raises, and the person sees "interaction failed" (`discord/ui/view.py`): these answer instead.
"""

import re
from collections.abc import Callable
from typing import Any, ClassVar, Final, Self, TypeVar

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.cooldowns import ANYTHING, RateLimit, cooldowns_of
from bot.interactions.errors import Interaction, UserError, answer_error, control_outdated
from bot.interactions.language import speak_to
from bot.interactions.short_keys import short_key, with_full_keys
from papers.paper_key import FULL_FORM, SHORT_FORM

PAPER: Final = rf"[0-9]{{4}}\.[0-9]{{4,5}}|[a-z-]+/[0-9]{{7}}|{SHORT_FORM}|{FULL_FORM}"
"""The form of a paper's key in a custom id, where it is short, and of the key that it stands for.
"""
NUMBER: Final = r"[0-9]{1,18}|[1-8][0-9]{18}"
"""The form of a number in a custom id, such as a row's id: what fits into the database."""
PAGE: Final = r"[0-9]{1,4}"
"""The form of a page's number in a custom id."""

_NEVER: Final = r"(?!)"
ItemT = TypeVar("ItemT")


def template(action: str, *, version: int = 1, **parts: str) -> re.Pattern[str]:
    """Return the form of a custom id: `v1:<action>:<part>:…`, each part a named group.

    The version lets a later release change what a part means while old messages keep working.
    """
    groups = "".join(f":(?P<{name}>{form})" for name, form in parts.items())
    return re.compile(rf"v{version}:{re.escape(action)}{groups}")


def custom_id(action: str, *parts: object, version: int = 1) -> str:
    """Return the custom id that `template` of the same action reads.

    Keys of papers are written short.

    Raises:
        ValueError: it is longer than Discord takes.
    """
    whole = ":".join((f"v{version}", action, *map(short_key, map(str, parts))))
    if len(whole) > limits.CUSTOM_ID:
        raise ValueError(f"the custom id {whole!r} is longer than {limits.CUSTOM_ID}")
    return whole


class PaperboyButton(ui.DynamicItem[ui.Button[Any]], template=_NEVER):
    """A button whose failures are answered with a sentence and an id."""

    rate_limit: ClassVar[RateLimit | None] = None
    """How often one person may press it, besides the pace of all buttons together."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button from its custom id."""
        return await _rebuilt(interaction, cls.from_match, match)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        raise NotImplementedError

    async def callback(self, interaction: Interaction) -> None:
        """Do what the button does; answer if it fails."""
        try:
            _require_pace(interaction, self.rate_limit)
            await self.pressed(interaction)
        except Exception as error:
            await answer_error(interaction, error)

    async def pressed(self, interaction: Interaction) -> None:
        """Answer the press."""
        raise NotImplementedError


class PaperboySelect(ui.DynamicItem[ui.Select[Any]], template=_NEVER):
    """A select whose failures are answered with a sentence and an id."""

    accepts: ClassVar[str] = r"(?s:.*)"
    """The form of its values: a message may be older than what they mean now."""
    may_be_empty: ClassVar[bool] = False
    """Whether everything may be deselected."""
    rate_limit: ClassVar[RateLimit | None] = None
    """How often one person may choose, besides the pace of all buttons together."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the select from its custom id."""
        return await _rebuilt(interaction, cls.from_match, match)

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched; its options may differ."""
        raise NotImplementedError

    async def callback(self, interaction: Interaction) -> None:
        """Do what the select does with what was chosen; answer if it fails."""
        try:
            _require_pace(interaction, self.rate_limit)
            values = await with_full_keys(interaction, chosen_values(interaction))
            await self.chosen(interaction, self._valid(values))
        except Exception as error:
            await answer_error(interaction, error)

    def _valid(self, values: list[str]) -> list[str]:
        full = bool(values) or self.may_be_empty
        if not full or not all(re.fullmatch(self.accepts, value) for value in values):
            raise UserError(control_outdated())
        return values

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Answer the choice; `values` is empty when everything was deselected."""
        raise NotImplementedError


def chosen_values(interaction: Interaction) -> list[str]:
    """Return what was chosen, straight from the interaction."""
    data: Any = interaction.data or {}
    return [str(value) for value in data.get("values", ())]


def page_buttons(
    page: int, pages: int | None, make: Callable[[int, str, bool], ItemT]
) -> list[ItemT]:
    """Return the buttons that turn a page, none where there is one page.

    Both always stand there, so that they do not move under the finger; what leads nowhere is off.

    Args:
        page: the page on screen, the first is 0.
        pages: how many there are; `None` for at least one more.
        make: builds a button from the page it leads to, its label, and whether it is off.
    """
    last = page + 1 if pages is None else pages - 1
    if last <= 0:
        return []
    return [
        make(max(page - 1, 0), _("← Back"), page == 0),
        make(page + 1, _("Next →"), page >= last),
    ]


class _Mute(ui.DynamicItem[ui.Button[Any]], template=r"(?s:.*)"):
    """Stands for a button that has been answered already."""

    def __init__(self, custom_id: str) -> None:
        super().__init__(ui.Button(label="…", custom_id=custom_id))

    async def callback(self, interaction: Interaction) -> None:
        """Do nothing more."""


def _require_pace(interaction: Interaction, rate_limit: RateLimit | None) -> None:
    cooldowns = cooldowns_of(interaction)
    for each in (ANYTHING, rate_limit):
        if each is not None:
            cooldowns.require(interaction, each)


async def _rebuilt(
    interaction: Interaction, build: Callable[[re.Match[str]], ItemT], match: re.Match[str]
) -> Any:
    speak_to(interaction)
    try:
        (whole,) = await with_full_keys(interaction, [match.string])
        return build(match.re.fullmatch(whole) or match)
    except (ValueError, OverflowError):
        # A day that the calendar lacks, a moment after all years: of the right form, made up.
        await answer_error(interaction, UserError(control_outdated()))
        return _Mute(match.string)
    except Exception as error:
        await answer_error(interaction, error)
        raise
