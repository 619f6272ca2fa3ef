"""What is embedded, and which words have a meaning to embed."""

from papers.model import Paper
from papers.wordpiece import bert_uncased

_PIECES = 16  # of one word, with the two that frame it
_LETTERS_A_PIECE = 4


def is_english(word: str) -> bool:
    """Tell whether a word is made of few pieces of BERT's vocabulary: "gardening", not "asdfghjkl".

    The vectors of other words are chance.
    """
    pieces = len(bert_uncased().encode(word, _PIECES)) - 2
    return 0 < pieces <= max(1, len(word) // _LETTERS_A_PIECE)


def paper_text(paper: Paper) -> str:
    """Return what is embedded of a paper."""
    text = paper.abstract or paper.summary
    return f"{paper.title}. {text}" if text else paper.title
