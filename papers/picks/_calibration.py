"""The threshold of an interest: from what its own past would have brought."""

import numpy as np
from numpy.typing import NDArray

from papers.picks._rows import Floats

_USUAL = 4.0
_DEVIATION = 1.4826  # of a normal distribution, by its median absolute deviation
_HELD = 0.25


def threshold_of(held_out: Floats, usual: NDArray[np.floating]) -> float:
    """Return the score above which a new paper is worth showing.

    Args:
        held_out: of each saved paper, the score it had while the others alone had been saved.
        usual: scores of the background's papers.
    """
    middle = float(np.median(usual))
    rare = middle + _USUAL * _DEVIATION * float(np.median(np.abs(usual - middle)))
    return max(rare, float(np.quantile(held_out, _HELD))) if len(held_out) else rare
