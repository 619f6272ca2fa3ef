"""Every command, button, menu, form and suggestion that the bot answers to."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import discord

from bot import limits
from bot.interactions.components import PaperboySelect
from tests.bot.extremes import CHOSEN, FIELDS, MESSAGES, ONE_OF, PARTS, VALUES
from tests.bot.raw_interactions import Interaction, Interactions

_ACTION: Final = re.compile(r"v1:(?P<action>(?:[a-z]|\\-)+)")

Make = Callable[[], Interaction]


def given(options: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return options of a command: the required alone, then all of them, each value in its turn.

    Of options that exclude each other, each is given in its turn.
    """
    columns = {option["name"]: _values(option, values) for option in options}
    required = {each["name"]: columns[each["name"]][0] for each in options if each.get("required")}
    turns = range(max(map(len, columns.values()), default=0))
    all_given = ({name: each[turn % len(each)] for name, each in columns.items()} for turn in turns)
    return [required, *itertools.chain.from_iterable(map(_one_at_a_time, all_given))]


def _one_at_a_time(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    others = {name: value for name, value in given.items() if name not in ONE_OF}
    exclusive = [{name: given[name]} for name in ONE_OF if name in given]
    return [others | each for each in exclusive or [{}]]


def _values(option: Mapping[str, Any], values: Mapping[str, Any]) -> Sequence[Any]:
    if choices := option.get("choices"):
        return [choice["value"] for choice in choices]
    if option.get("type") == discord.AppCommandOptionType.channel.value:
        return values["channel"]
    assert option["name"] in values, f"VALUES has nothing for the option {option['name']}"
    most = option.get("max_length")
    return [v[:most] if isinstance(v, str) else v for v in values[option["name"]]]


def action_of(form: re.Pattern[str]) -> str:
    """Return the name of a button, menu or form."""
    match = _ACTION.match(form.pattern)
    assert match is not None, form.pattern
    return match["action"].replace("\\", "")


def custom_ids(form: re.Pattern[str]) -> list[str]:
    """Return custom ids of this form, each part in its turn."""
    names = list(form.groupindex)
    assert set(names) <= set(PARTS), f"PARTS has nothing for one of {names}"
    turns = range(max((len(PARTS[name]) for name in names), default=1))
    made = [
        ":".join(("v1", action_of(form), *(PARTS[name][turn % len(PARTS[name])] for name in names)))
        for turn in turns
    ]
    found = [each for each in made if form.fullmatch(each) and len(each) <= limits.CUSTOM_ID]
    assert found, f"PARTS makes no custom id of {form.pattern}"
    return found


def commands(wire: Interactions) -> Iterator[tuple[str, Make]]:
    """Yield every command, with everything that may be typed into its options."""
    file = "1. https://arxiv.org/abs/2505.00001\n"
    values = {
        **VALUES,
        "channel": (wire.here.channel,),
        "member": (wire.here.member,),
        **dict.fromkeys(("ping", "role"), (wire.here.guild.create_role("readers"),)),
        "file": (("a.txt", file.encode()), ("b.txt", file.encode() * 50_000)),
    }
    for path in wire.paths():
        for options in given(wire.options(path), values):
            yield f"{path} {options}"[:200], lambda p=path, o=options: wire.command(p, o)
    for path, name in wire.suggesting():
        for typed in ("", "d", *map(str, VALUES[name])):
            yield (
                f"{path}, typing {typed[:50]!r} as {name}",
                lambda p=path, n=name, t=typed: wire.command(p, {n: t}, focused=n),
            )
    registered: Any = wire.here.env.backend.commands[None].values()
    for name in [each["name"] for each in registered if each.get("type", 1) != 1]:
        assert name in MESSAGES, f"MESSAGES has nothing for {name}"
        for content in MESSAGES[name]:
            yield name, lambda n=name, c=content: wire.message_command(n, c)


def components(wire: Interactions) -> Iterator[tuple[str, Make]]:
    """Yield every button, every menu and every form."""
    bot = wire.here.bot
    items: dict[re.Pattern[str], type[Any]] = vars(bot)["_connection"]._view_store._dynamic_items
    assert set(items) == set(bot.custom_ids.items)
    for form, kind in items.items():
        choices: Sequence[Sequence[str] | None] = (None,)
        if issubclass(kind, PaperboySelect):
            assert action_of(form) in CHOSEN, f"CHOSEN has nothing for {form.pattern}"
            choices = CHOSEN[action_of(form)]
        for custom_id, chosen in itertools.product(custom_ids(form), choices):
            yield custom_id, lambda c=custom_id, v=chosen: wire.component(c, v)
    for form in bot.custom_ids.forms:
        assert action_of(form) in FIELDS, f"FIELDS has nothing for {form.pattern}"
        fields = [{"name": name} for name in FIELDS[action_of(form)]]
        for custom_id, typed in itertools.product(custom_ids(form), given(fields, VALUES)):
            texts = {name: str(value) for name, value in typed.items()}
            yield custom_id, lambda c=custom_id, t=texts: wire.form(c, t)
