"""The threshold of an interest: from what its own past would have brought."""

import numpy as np
from numpy.typing import NDArray

from papers.picks._rows import Floats

_USUAL = 5.0
"""Deviations of the background's scores above their middle. Digests replayed on topics that a
person filed papers under, the older half of them saved: with 4, 5 and 6, the share of what is shown
that belongs to the topic is .46, .59 and .68, the share of its papers that is shown .81, .69 and
.59, and the share of other days that stay silent .85, .91 and .95."""
_HELD_OUT = 0.1
"""The share of its own papers that a list may miss. In the same replay the three shares are then
.71, .61 and .95; with .25 they would be .73, .55 and .96."""
_DEVIATION = 1.4826
"""Of a normal distribution, in its median absolute deviations. The background holds papers that
belong to the interest, and those must not count."""
EDGE = 0.7
"""Of the threshold: a paper with a lower score is outside the interest, and not at its edge. In the
same replay a quarter of the best papers between this and the threshold belong to the topic, and one
in twenty of the best below it."""


def threshold_of(held_out: Floats, usual: NDArray[np.floating]) -> float:
    """Return the score above which a new paper is worth showing.

    Args:
        held_out: of each saved paper, the score by the others; nothing of a single one.
        usual: scores of the background's papers.
    """
    middle = float(np.median(usual))
    deviation = _DEVIATION * float(np.median(np.abs(usual - middle)))
    rare = middle + _USUAL * deviation
    return max(rare, float(np.quantile(held_out, _HELD_OUT))) if len(held_out) else rare
