"""Fields of research, for those who do not know the codes of arXiv's categories."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.i18n import marked

FIELDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "text": (marked("Language models and text"), ("cs.CL",)),
    "vision": (marked("Images and video"), ("cs.CV",)),
    "learning": (marked("Machine learning"), ("cs.LG", "stat.ML")),
    "ai": (marked("Agents, reasoning, planning"), ("cs.AI",)),
    "robotics": (marked("Robotics"), ("cs.RO",)),
    "audio": (marked("Speech, audio, music"), ("cs.SD", "eess.AS")),
    "retrieval": (marked("Search and recommendation"), ("cs.IR",)),
    "security": (marked("Security and privacy"), ("cs.CR",)),
    "software": (marked("Software engineering"), ("cs.SE",)),
    "people": (marked("Human-computer interaction"), ("cs.HC",)),
}
"""Fields of research by a short name, each with its name and its arXiv categories."""


def fields_in(categories: Iterable[str]) -> list[str]:
    """Return the fields of research that a feed's categories name."""
    held = set(categories)
    return [field for field, (_name, codes) in FIELDS.items() if held.intersection(codes)]


def with_fields(categories: Sequence[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Return a feed's categories with these fields of research and none of the others.

    A field that was there keeps its categories as they are, and so do those of no field.
    """
    chosen, before = set(wanted), set(fields_in(categories))
    gone = {code for field in before - chosen for code in FIELDS[field][1]}
    kept = [code for code in categories if code not in gone]
    new = [code for field in FIELDS if field in chosen - before for code in FIELDS[field][1]]
    return (*kept, *new)
