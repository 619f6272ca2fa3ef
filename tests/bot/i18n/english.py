"""English texts of the catalogues, found where another language was asked for."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import simcord
from babel.messages.pofile import read_po

import bot.i18n
from tests.bot.extremes import MESSAGES

_LOCALES: Final = Path(bot.i18n.__file__).with_name("locales")
_KEPT: Final = re.compile(r"\{[^}]*\}|`[^`]*`|\*[^*]*\*|/[a-z]+(?: [a-z-]+)*|\n")
_COMMANDS: Final = re.compile("|".join(rf"\*\*{re.escape(name)}\*\*" for name in MESSAGES))
"""Names of commands on messages, which are English for everybody: some are titles, too."""
_PLAIN: Final = re.compile(r"[A-Za-z]{2,}[ '-][A-Za-z]{2,}")
_SHOWN: Final = frozenset(("content", "label", "placeholder", "description", "title", "name"))


class EnglishTexts:
    """What of the catalogues' own texts the bot's requests still say."""

    def __init__(self) -> None:
        parts = {
            part.strip()
            for path in _LOCALES.glob("*.pot")
            for message in _messages(path)
            for text in message
            for part in _KEPT.split(text)
            if _PLAIN.search(part)
        }
        longest = sorted(parts, key=len, reverse=True)
        self._texts = re.compile(r"\b(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")

    def among(self, env: simcord.Env) -> list[str]:
        """Return the English texts of the requests that the simulated Discord was sent."""
        sent = [text for entry in env.http_requests for text in _strings(entry.json)]
        shown = (_COMMANDS.sub("", text) for text in sent)
        return [match[0] for text in shown for match in self._texts.finditer(text)]


def _messages(path: Path) -> Iterator[tuple[str, ...]]:
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield message.id if isinstance(message.id, tuple) else (str(message.id),)


def _strings(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in cast("dict[str, Any]", body).items():
            if isinstance(value, str):
                if name in _SHOWN:
                    yield value
            else:
                yield from _strings(value)
    elif isinstance(body, list):
        for value in cast("list[Any]", body):
            yield from _strings(value)
