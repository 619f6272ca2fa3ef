"""A file of feeds read without making anything of it but texts: each value with its line.

Only the composer of PyYAML's safe loader is used, which builds nodes and no objects. Aliases are
refused, so that a small file cannot stand for a large one.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.feed_files._settings import BY_KEY
from bot.ui.text import escape

MAX_BYTES: Final = 200_000
"""About a thousand feeds."""
_DEEPEST: Final = 4
"""Levels of a file: the whole, the feeds, one feed, a list of it."""


# Their stubs leave the type of what they read open.
_compose: Any = vars(yaml)["compose"]
_parse: Any = vars(yaml)["parse"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a line."""

    line: int
    reason: str
    """A sentence, in markdown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feed as a file describes it."""

    line: int
    channel_id: int
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """By the field of `Feed`; what is not there stays as it is."""
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Where each value stands."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says."""

    server_id: int | None
    server_line: int
    feeds: tuple[Wanted, ...]
    problems: tuple[Problem, ...]


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: yaml.Node, reason: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, reason))

    def pairs(self, node: yaml.Node, known: frozenset[str]) -> dict[str, tuple[yaml.Node, Any]]:
        """Return the entries of a mapping by their key, with the node of the key."""
        found: dict[str, tuple[yaml.Node, Any]] = {}
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, _("Here I need `name: value` lines."))
            return found
        for key, value in node.value:
            name = str(key.value)
            if not isinstance(key, yaml.ScalarNode) or name not in known:
                self.problem(key, _("I don't know `{name}`.", name=_short(name)))
            elif name in found:
                self.problem(key, _("`{name}` is there twice.", name=name))
            else:
                found[name] = (key, value)
        return found

    def number(self, key: yaml.Node, value: Any, name: str) -> int | None:
        text = value.value if isinstance(value, yaml.ScalarNode) else ""
        if text.isascii() and text.isdigit() and len(text) < 20:
            return int(text)
        self.problem(key, _("`{name}` must be an id: a number of 17 to 19 digits.", name=name))
        return None

    def feed(self, node: yaml.Node) -> Wanted | None:
        pairs = self.pairs(node, frozenset(("channel", *BY_KEY)))
        if "channel" not in pairs:
            if isinstance(node, yaml.MappingNode):
                self.problem(node, _("This entry has no `channel`."))
            return None
        channel_id = self.number(*pairs.pop("channel"), "channel")
        wanted = Wanted(node.start_mark.line + 1, channel_id or 0)
        for name, (key, value) in pairs.items():
            setting = BY_KEY[name]
            parts = _texts(value)
            if parts is None:
                self.problem(key, _("`{name}` must be a value, or a list of values.", name=name))
                continue
            try:
                wanted.values[setting.field] = setting.read(parts)
            except UserError as error:
                self.problem(key, error.sentence)
            wanted.lines[setting.field] = key.start_mark.line + 1
        return wanted if channel_id is not None else None


def read(data: bytes) -> Read:
    """Return what a file says, and what is wrong in it, line by line. Blocking."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return _failed(line, _("This isn't text in UTF-8."))
    try:
        if (problem := _refused(text)) is not None:
            return Read(None, 0, (), (problem,))
        root: yaml.Node | None = _compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = escape(error.problem or "", 200)
        return _failed(mark.line + 1 if mark else 1, _("This isn't YAML: {problem}.", problem=said))
    except yaml.YAMLError:
        return _failed(1, _("This isn't YAML: {problem}.", problem="?"))
    reader = _Reader()
    if root is None:
        return _failed(1, _("The file is empty."))
    pairs = reader.pairs(root, frozenset(("server", "feeds")))
    server = reader.number(*pairs["server"], "server") if "server" in pairs else None
    line = pairs["server"][0].start_mark.line + 1 if "server" in pairs else 1
    if "server" not in pairs and not reader.problems:
        reader.problem(root, _("The file has no `server`."))
    listed = pairs["feeds"][1] if "feeds" in pairs else None
    feeds: list[Wanted] = []
    if isinstance(listed, yaml.SequenceNode):
        feeds = [found for node in listed.value if (found := reader.feed(node)) is not None]
    elif not reader.problems:
        reader.problem(root, _("The file has no list of `feeds`."))
    return Read(server, line, tuple(feeds), tuple(reader.problems))


def _refused(text: str) -> Problem | None:
    """Return why a file is not composed: an alias, or lists in lists in lists."""
    depth = 0
    for event in _parse(text, Loader=yaml.SafeLoader):
        line: int = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return Problem(line, _("Aliases such as `*name` aren't allowed here."))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return Problem(line, _("Too many levels of lists."))
    return None


def _failed(line: int, reason: str) -> Read:
    return Read(None, 0, (), (Problem(line, reason),))


def _texts(node: Any) -> tuple[str, ...] | None:
    """Return a value's texts: those of a list, or the one; `None` for anything else."""
    if isinstance(node, yaml.ScalarNode):
        return (node.value,)
    if isinstance(node, yaml.SequenceNode) and all(
        isinstance(each, yaml.ScalarNode) for each in node.value
    ):
        return tuple(each.value for each in node.value)
    return None


def _short(name: str) -> str:
    return escape(name, 40).replace("`", "")
