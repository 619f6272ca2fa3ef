"""The first things to do with the bot, one tap each: a button runs a command, or asks for its
one option first."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self, cast

from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import marked
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction
from bot.interactions.modals import FORM_TIMEOUT


class Task(StrEnum):
    """What there is to do first; the values stand in custom ids."""

    TRENDING = "trending"
    SEARCH = "search"
    FOLLOW = "follow"
    LIBRARY = "library"
    SHOW = "show"
    SHELF = "shelf"


@dataclass(frozen=True, slots=True)
class _Step:
    """A task in words, and the command that does it."""

    title: str
    about: str
    button: str
    command: tuple[str, str]
    option: str = ""
    """The name of what is asked for first, in the command's function; empty for nothing."""
    asked: str = ""
    example: str = ""
    longest: int = 0


STEPS: Final = {
    Task.TRENDING: _Step(
        title=marked("Today's papers"),
        about=marked("What people upvote most right now"),
        button=marked("Show papers"),
        command=("paper", "trending"),
    ),
    Task.SEARCH: _Step(
        title=marked("Search"),
        about=marked("By words, author, title or link"),
        button=marked("Search…"),
        command=("paper", "search"),
        option="query",
        asked=marked("What are you looking for?"),
        example=marked("e.g. small language models"),
        longest=500,
    ),
    Task.FOLLOW: _Step(
        title=marked("Follow a topic"),
        about=marked("New papers in your DMs; see a preview first"),
        button=marked("Follow…"),
        command=("paper", "subscribe"),
        option="topic",
        asked=marked("Which topic?"),
        example=marked("e.g. diffusion models"),
        longest=200,
    ),
    Task.LIBRARY: _Step(
        title=marked("Your library"),
        about=marked("Papers you saved with 🔖"),
        button=marked("Open library"),
        command=("library", "show"),
    ),
    Task.SHOW: _Step(
        title=marked("Look up a paper"),
        about=marked("Abstract, figures, code and links"),
        button=marked("Look up…"),
        command=("paper", "show"),
        option="paper",
        asked=marked("Which paper?"),
        example=marked("arXiv link or number, e.g. 2406.07496"),
        longest=200,
    ),
    Task.SHELF: _Step(
        title=marked("This server's shelf"),
        about=marked("Papers that members added for each other"),
        button=marked("Open shelf"),
        command=("shelf", "show"),
    ),
}

TASKS: Final = "|".join(Task)
FORM: Final = template("start-form", task=TASKS)
FIELD: Final = "value"


class StartButton(PaperboyButton, template=template("start", task=TASKS)):
    """Does one of the first things."""

    rate_limit = SEARCHES

    def __init__(self, task: Task) -> None:
        super().__init__(ui.Button(label=_(STEPS[task].button), custom_id=custom_id("start", task)))
        self.task = task

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(Task(match["task"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Run the command, or ask for what it needs."""
        step = STEPS[self.task]
        if step.option:
            await interaction.response.send_modal(_form(self.task, step))
        else:
            await run(interaction, self.task)


def sections(*, in_server: bool) -> list[ui.Section[ui.LayoutView]]:
    """Return the tasks, each beside its button; the shelf is there in servers only."""
    return [
        ui.Section[ui.LayoutView](
            f"**{_(step.title)}**\n{_(step.about)}", accessory=cast("Any", StartButton(task))
        )
        for task, step in STEPS.items()
        if in_server or task is not Task.SHELF
    ]


async def run(interaction: Interaction, task: Task, text: str = "") -> None:
    """Answer as the task's command does; `text` is its option, where it takes one."""
    step = STEPS[task]
    group, name = step.command
    root: Any = interaction.client.tree.get_command(group)
    command: Any = root.get_command(name)
    given = {step.option: text} if step.option else {}
    await command.callback(command.binding, interaction, **given)


def _form(task: Task, step: _Step) -> ui.Modal:
    form = ui.Modal(
        title=_(step.title)[: limits.MODAL_TITLE],
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("start-form", task),
    )
    form.add_item(
        ui.Label(
            text=_(step.asked),
            description=_(step.example),
            component=ui.TextInput(custom_id=FIELD, max_length=step.longest),
        )
    )
    return form
