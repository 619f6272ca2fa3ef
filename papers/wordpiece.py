"""WordPiece tokens of BERT's uncased vocabulary, in plain Python.

The same tokens as the reference implementation gives, except that a "[CLS]" or "[MASK]" within a
text is read as text. Several thousand abstracts per second: no need for a library of 30 MB.
"""

import gzip
import hashlib
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources

VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
"""Of vocab.txt as BERT-base-uncased and all-MiniLM-L6-v2 have it (30,522 lines)."""

_LONGEST_WORD = 100  # the reference's max_input_chars_per_word: longer words become [UNK]
_CACHED_WORDS = 50_000  # a corpus' vocabulary, about 10 MB


class _Characters(dict[int, str | None]):
    """What becomes of each character, worked out when it is first met (for `str.translate`)."""

    def __missing__(self, code: int) -> str | None:
        self[code] = replacement = _replacement(chr(code))
        return replacement


class WordPiece:
    """Turns texts into token ids: [CLS] pieces… [SEP], cut to a number of tokens.

    Safe to use from several threads: its only state are caches.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: position for position, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._start = self._ids["[CLS]"]
        self._end = self._ids["[SEP]"]
        self._characters = _Characters()
        self._pieces = lru_cache(maxsize=_CACHED_WORDS)(self._split)

    def encode(self, text: str, limit: int) -> list[int]:
        """Return the ids of `text`, at most `limit` with the two that frame it."""
        ids = [self._start]
        for word in unicodedata.normalize("NFD", text).translate(self._characters).split():
            ids.extend(self._pieces(word))
            if len(ids) >= limit:
                break
        del ids[limit - 1 :]
        ids.append(self._end)
        return ids

    def _split(self, word: str) -> tuple[int, ...]:
        """Take the longest known piece again and again (greedy, as BERT does)."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        ids: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if (found := self._ids.get(piece)) is not None:
                    ids.append(found)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(ids)


@cache
def bert_uncased() -> WordPiece:
    """Return the tokenizer with the vocabulary that ships with this package.

    Raises:
        ValueError: the shipped vocabulary is damaged.
    """
    packed = resources.files("papers").joinpath("data/bert-base-uncased-vocab.txt.gz").read_bytes()
    text = gzip.decompress(packed)
    if hashlib.sha256(text).hexdigest() != VOCABULARY_SHA256:
        raise ValueError(
            "papers/data/bert-base-uncased-vocab.txt.gz is not the vocabulary it should be"
        )
    return WordPiece(text.decode("utf-8").splitlines())


def _replacement(character: str) -> str | None:
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category == "Mn" or category.startswith("C") or character == "\ufffd":
        return None
    if category.startswith("Z"):
        return " "
    if _is_punctuation(character, category) or _is_ideograph(ord(character)):
        return f" {character} "
    return character.lower()


def _is_punctuation(character: str, category: str) -> bool:
    # BERT counts every ASCII symbol as punctuation ("$", "+"), but not the symbols beyond ASCII.
    return category.startswith("P") or (character.isascii() and category.startswith("S"))


def _is_ideograph(code: int) -> bool:
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x2A6DF
        or 0x2A700 <= code <= 0x2CEAF
        or 0xF900 <= code <= 0xFAFF
        or 0x2F800 <= code <= 0x2FA1F
    )
