"""Matching: which topics want which of the new papers, with the evidence, in one pass."""

from papers.matching._block import LEAST, PRECISION
from papers.matching._match import VOTE_WEIGHT, Match, Matches, Rule, Wanted
from papers.matching._matcher import Matcher
from papers.matching._meaning import Archive, embed_papers
from papers.matching._propose import propose
from papers.matching._recent import Recent
from papers.matching._statistics import TermStatistics

__all__ = [
    "LEAST",
    "PRECISION",
    "VOTE_WEIGHT",
    "Archive",
    "Match",
    "Matcher",
    "Matches",
    "Recent",
    "Rule",
    "TermStatistics",
    "Wanted",
    "embed_papers",
    "propose",
]
