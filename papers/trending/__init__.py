"""Order a day's papers and say why each stands where it stands.

**The score**, in doublings (one point more is twice the interest):

    interest = upvotes + GROWTH * upvotes gained per day since the last snapshot
    score    = log2(expected + interest) - level of the batch - age of the batch / half-life

- *Votes first.* On a public archive of Hugging Face's Daily Papers, the votes about eight hours
  after a batch began order the day as the votes days later do (within-day Spearman 0.86,
  precision@5 0.73), and a prior built from the papers' contents adds nothing to them. Hence votes,
  and their growth, alone decide once there are any.
- *Growth* is the pace since the last snapshot, so that a paper that people are finding now
  overtakes one that has stood still. In a paper's first day all its votes are growth. The archive
  has no third observation to fit `GROWTH` to: 1 (votes of the last day count twice) is a choice,
  not a measurement.
- *The level* is the mean of log2(1 + interest) over the batch: days differ in how much is voted at
  all, and a batch that has gathered votes for a week must not bury today's.
- *Age*: across batches, every `HALF_LIFE_DAYS` a paper needs twice the interest to keep its place.
- *expected* is one vote times what the prior expects (`exp(prior)`, 1 for a paper like the others
  of its batch): before any vote it alone orders the day, among a handful of votes it breaks ties,
  and beside fifty votes it is nothing. See `Prior` for what it knows and how well it does.
- *Taste*: what a server's members saved may add up to three doublings (`bot.services.taste`).
- What this channel was shown before is never shown again.

Everything is a pure function of its arguments; no clock, no database.
"""

from papers.trending._candidate import Candidate
from papers.trending._filters import Filters
from papers.trending._prior import CLAMP, MIN_DAYS, RIDGE, Past, Prior, Standing
from papers.trending._rank import GROWTH, HALF_LIFE_DAYS, Ranked, raised, rank
from papers.trending._reason import Reason

__all__ = [
    "CLAMP",
    "GROWTH",
    "HALF_LIFE_DAYS",
    "MIN_DAYS",
    "RIDGE",
    "Candidate",
    "Filters",
    "Past",
    "Prior",
    "Ranked",
    "Reason",
    "Standing",
    "raised",
    "rank",
]
