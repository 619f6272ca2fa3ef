"""Saved papers and a topic's text together: each says something that the other does not."""

import numpy as np

from papers.picks._rows import Floats

_TOPIC = 3.0
"""Weight of a topic's deviations from its mean beside those of one saved paper. Measured on topics
that a person filed papers under: the best weight is 3 with one saved paper, 2 with three, 1 with
five, and .5 with ten."""


def with_topic(saves: Floats, saved: int, topic: Floats, usual: Floats) -> Floats:
    """Return scores by saved papers and by the text of a topic.

    Args:
        saves: scores of new papers by an interest.
        saved: how many saved papers the interest was learned from, at least one.
        topic: scores of the same papers by `papers.matching.Matcher.scores`.
        usual: such scores of recent papers, some hundreds.
    """
    deviation = max(float(np.std(usual)), np.finfo(np.float32).eps)
    weight = _TOPIC / np.sqrt(saved) / deviation
    return (saves + weight * (topic - np.mean(usual))).astype(np.float32)
