"""Letters however people write them: case, accents, Greek, LaTeX, and what cannot be seen."""

import re
import unicodedata

from papers.text import readable

APOSTROPHES = str.maketrans("", "", "'’ʼ{}")  # noqa: RUF001 - apostrophes as people type them
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]+")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_UNDECOMPOSED = str.maketrans("øłđð\u0131ħ", "olddih") | str.maketrans(
    {"þ": "th", "æ": "ae", "œ": "oe"}
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 .,]*")
_NAME_WORD = re.compile(r"[^\W_]+")
_GREEK = re.compile(r"(?<![\u0370-\u03ff])[\u03b1-\u03c9](?![\u0370-\u03ff])")
_LETTERS = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma
tau upsilon phi chi psi omega
"""
_NAMES = dict(zip(map(chr, range(0x3B1, 0x3CA)), _LETTERS.split(), strict=True))


def fold(text: str) -> str:
    """Return the text without case, accents, compatibility forms and invisible characters.

    A single Greek letter is its name: "β-VAE" is also written "beta-VAE".
    """
    if text.isascii():
        return text.lower()
    # Double-struck and script letters have no case of their own until they are decomposed.
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return _GREEK.sub(lambda match: _NAMES[match[0]], bare.translate(_UNDECOMPOSED))


def cleaned(text: str) -> str:
    """Return a text without LaTeX and invisible characters, letters and accents together."""
    return composed(readable(text))


def composed(text: str) -> str:
    """Return a text without invisible characters, letters and accents together."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def names(text: str) -> list[tuple[str, ...]]:
    """Return the folded words of a name: as it is, with umlauts written out, and without hyphens.

    "O'Neil" and "O’Neil" are "oneil", and "o neil" beside it.
    """  # noqa: RUF002 - the two apostrophes are the point
    if _PLAIN_NAME.fullmatch(text):
        found = tuple(_NAME_WORD.findall(text.lower()))
        return [found] if found else []
    written = cleaned(text)
    text = written.translate(APOSTROPHES)
    ways = [
        text,
        text.lower().translate(UMLAUTS),
        re.sub(r"(?<=\w)[-\u2010\u2011](?=\w)", "", text),
        written,
    ]
    ways_cut = (tuple(_NAME_WORD.findall(fold(way))) for way in dict.fromkeys(ways))
    return [way for way in dict.fromkeys(ways_cut) if way]
