"""Languages of nobody, in which a text that is cut, glued together or left in English shows."""

import re
from collections.abc import Callable
from gettext import NullTranslations
from typing import Final

from babel import Locale

from bot.i18n import Language

_KEPT: Final = re.compile(
    r"(\{[^}]*\}|`[^`]*`|<[^>]+>|\w+://\S+|/[a-z-]+(?: [a-z-]+)*|\*Apps[^*]*\*)"
)
_ACCENTED: Final = str.maketrans("aceinorsuyzACEINORSUYZ", "áçéíñóŕšúýžÁÇÉÍÑÓŔŠÚÝŽ")
_HEBREW: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיךכלםמןנסעףפץצקרש")


class PseudoCatalogue(NullTranslations):
    """Translates every text by a rule; placeholders, code and commands stay."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def gettext(self, message: str) -> str:
        parts = _KEPT.split(message)
        return "".join(part if at % 2 else self._rule(part) for at, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


def _longer(text: str) -> str:
    """Return the text with accents, half as long again at the end of each word of some length."""
    accented = text.translate(_ACCENTED)
    return re.sub(r"\w{4,}", lambda word: word[0] + word[0][-1] * (len(word[0]) // 2), accented)


def _right_to_left(text: str) -> str:
    return text.lower().translate(_HEBREW)


LONG: Final = Language("sv", "Longer", Locale("sv"), PseudoCatalogue(_longer))
"""Every text half as long again; by the code of a language that Discord has and we do not."""
RIGHT_TO_LEFT: Final = Language(
    "hr", "Right to left", Locale("he"), PseudoCatalogue(_right_to_left)
)
"""Every text in Hebrew letters."""
