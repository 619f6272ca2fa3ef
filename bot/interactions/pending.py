"""What someone has typed and a further question interrupts, kept for a while in memory."""

from itertools import count
from typing import Final, Generic, TypeVar

KEPT: Final = 200
"""Inputs kept at once, of everyone together; the oldest go first."""

InputT = TypeVar("InputT")


class Pending(Generic[InputT]):
    """Numbered inputs that wait for an answer; a restart forgets them."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._inputs: dict[int, InputT] = {}

    def keep(self, given: InputT) -> int:
        """Keep an input, and return its number for a custom id."""
        number = next(self._numbers)
        self._inputs[number] = given
        while len(self._inputs) > KEPT:
            del self._inputs[next(iter(self._inputs))]
        return number

    def get(self, number: int) -> InputT | None:
        """Return an input, `None` for one that is not kept any more."""
        return self._inputs.get(number)
