"""Commas and semicolons: where a person clearly lists alternatives, they are read as OR."""

import re

from papers.spelling import STOPWORDS
from papers.topics._tokens import Token
from papers.topics._tree import FILTERS

_LONGEST = 5
"""Words of an alternative; longer ones are parts of a sentence."""
_LINKING = frozenset(["and", "for", "from", "in", "of", "on", "or"])
"""Stopwords that a topic's name has; any other makes a sentence."""
_NAME = re.compile(r"(?:[A-Z][a-z]+)+")

_OPEN, _CLOSE, _EITHER = Token("(", "(", 0), Token(")", ")", 0), Token("or", ",", 0)


def with_lists_read(tokens: list[Token]) -> tuple[list[Token], bool]:
    """Return the tokens without commas, and whether any of them was read as OR.

    What is only excluded or a filter holds for the whole list: "diffusion, flows, -audio".
    """
    if not any(token.kind == "list" for token in tokens):
        return tokens, False
    found: list[Token] = []
    groups: list[list[Token]] = [[]]
    read = False
    for token in tokens[:-1]:
        if token.kind == "(":
            groups.append([token])
        elif token.kind == ")" and len(groups) > 1:
            inside = groups.pop()
            listed, one = _read(inside[1:])
            read |= one
            groups[-1] += [inside[0], *listed, token]
        else:
            groups[-1].append(token)
    for number, group in enumerate(groups):
        opened, rest = (group[:1], group[1:]) if number else ([], group)
        listed, one = _read(rest)
        read |= one
        found += [*opened, *listed]
    return [*found, tokens[-1]], read


def _read(tokens: list[Token]) -> tuple[list[Token], bool]:
    parts = _parts(tokens)
    if len(parts) < 2 or not _are_alternatives(parts):
        return [token for part in parts for token in part], False
    ends = [part for part in parts if _is_condition(part)]
    wanted = [part for part in parts if not _is_condition(part)]
    if not wanted:
        excluded = [part for part in ends if part[0].kind == "not"]
        wanted, ends = [part for part in ends if part not in excluded], excluded
    if len(wanted) < 2:
        return [token for part in (*wanted, *ends) for token in part], False
    joined = [token for part in wanted for token in (*part, _EITHER)][:-1]
    after = [token for part in ends for token in part]
    return ([_OPEN, *joined, _CLOSE, *after] if after else joined), True


def _parts(tokens: list[Token]) -> list[list[Token]]:
    """Return what stands between the commas outside of parentheses; nothing empty."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.kind == "(") - (token.kind == ")")
        if token.kind == "list" and depth == 0:
            parts.append([])
        elif token.kind != "list":
            parts[-1].append(token)
    parts = [part for part in parts if part]
    if len(parts) > 1 and _is_linked(parts[-1]):
        parts[-1] = parts[-1][1:]
    return parts


def _is_linked(part: list[Token]) -> bool:
    return len(part) > 1 and part[0].kind == "word" and part[0].text in ("and", "or")


def _are_alternatives(parts: list[list[Token]]) -> bool:
    if len(parts) == 2 and all(_is_name(part) for part in parts):
        return False  # "LeCun, Yann"
    for part in parts:
        if part[-1].kind in ("or", "and", "not") or part[0].kind in ("or", "and"):
            return False
        texts = [token.text for token in part if token.kind == "word"]
        if len(texts) > _LONGEST or any(text[-1] in ".?!:" for text in texts):
            return False
        bare = [
            token.text.lower()
            for place, token in enumerate(part)
            if token.kind == "word" and (not place or part[place - 1].kind != "field")
        ]
        if any(text in STOPWORDS and text not in _LINKING for text in bare):
            return False
    return True


def _is_name(part: list[Token]) -> bool:
    (first, *more) = part
    return first.kind == "word" and not more and _NAME.fullmatch(first.text) is not None


def _is_condition(part: list[Token]) -> bool:
    """Tell whether a part only excludes, or only filters."""
    if part[0].kind == "not":
        return not any(
            token.kind == "word" and part[place - 1].kind not in ("not", "field")
            for place, token in enumerate(part)
        )
    values = [place for place, token in enumerate(part) if token.kind in ("word", "phrase")]
    return all(
        place and part[place - 1].kind == "field" and part[place - 1].text in FILTERS
        for place in values
    ) and any(token.kind in ("category", "field") for token in part)
