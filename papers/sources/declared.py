"""What each source is: its name, the days of its batches, whether people vote, its categories."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from papers.calendar import SourceDays

DEFAULT: Final = ("huggingface", "arxiv")
"""What threads, topics and searches use where nothing else was chosen."""
_WEB: Final = re.compile(r"web[1-9][0-9]{0,17}", re.ASCII)
_SERVERS_WEB: Final = re.compile(r"(web[1-9][0-9]{0,17})@([1-9][0-9]{0,18})", re.ASCII)
DEFAULT_POOL: Final = ""
"""Stands for the papers of the default sources together."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A source as people choose it.

    `categories` holds the names of its categories by their codes, which begin with the source's
    key: `biorxiv/cell-biology`.
    """

    key: str
    name: str
    votes: bool = False
    days: SourceDays = SourceDays.DAILY
    categories: Mapping[str, str] = field(default_factory=dict[str, str])
    conference: bool = False
    """Whether its papers come once a year, and a thread shows some of them on each day."""


def code_of(source: str, category: str) -> str:
    """Return the code of a source's category: `biorxiv/cell-biology`."""
    plain = re.sub(r"\(.*?\)", "", category.casefold())
    return f"{source}/{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')}"


def spoken(category: str) -> str:
    """Return a category as cards show it: `cell biology` for `biorxiv/cell-biology`; arXiv's codes
    stay as they are."""
    source, slash, code = category.rpartition("/")
    if not slash or source not in DECLARED:
        return code
    name = DECLARED[source].categories.get(category, code.replace("-", " "))
    return " ".join(word if word.isupper() else word.lower() for word in name.split())


def _categories(source: str, names: str) -> dict[str, str]:
    return {code_of(source, name): name for name in map(str.strip, names.split(";"))}


# https://www.biorxiv.org and https://www.medrxiv.org: the subject areas that authors choose from,
# those included that are closed to new papers.
_BIORXIV: Final = (
    "Animal Behavior and Cognition; Biochemistry; Bioengineering; Bioinformatics; Biophysics;"
    " Cancer Biology; Cell Biology; Clinical Trials; Developmental Biology; Ecology; Epidemiology;"
    " Evolutionary Biology; Genetics; Genomics; Immunology; Microbiology; Molecular Biology;"
    " Neuroscience; Paleontology; Pathology; Pharmacology and Toxicology; Physiology;"
    " Plant Biology; Scientific Communication and Education; Synthetic Biology; Systems Biology;"
    " Zoology"
)
_MEDRXIV: Final = (
    "Addiction Medicine; Allergy and Immunology; Anesthesia; Cardiovascular Medicine;"
    " Dentistry and Oral Medicine; Dermatology; Emergency Medicine; Endocrinology; Epidemiology;"
    " Forensic Medicine; Gastroenterology; Genetic and Genomic Medicine; Geriatric Medicine;"
    " Health Economics; Health Informatics; Health Policy;"
    " Health Systems and Quality Improvement; Hematology; HIV/AIDS; Infectious Diseases;"
    " Intensive Care and Critical Care Medicine; Medical Education; Medical Ethics; Nephrology;"
    " Neurology; Nursing; Nutrition; Obstetrics and Gynecology;"
    " Occupational and Environmental Health; Oncology; Ophthalmology; Orthopedics;"
    " Otolaryngology; Pain Medicine; Palliative Medicine; Pathology; Pediatrics;"
    " Pharmacology and Therapeutics; Primary Care Research; Psychiatry and Clinical Psychology;"
    " Public and Global Health; Radiology and Imaging;"
    " Rehabilitation Medicine and Physical Therapy; Respiratory Medicine; Rheumatology;"
    " Sexual and Reproductive Health; Sports Medicine; Surgery; Toxicology; Transplantation;"
    " Urology"
)

HUGGING_FACE: Final = Declared("huggingface", "Hugging Face", votes=True, days=SourceDays.HUB)
ARXIV: Final = Declared("arxiv", "arXiv", days=SourceDays.HUB)
BIORXIV: Final = Declared("biorxiv", "bioRxiv", categories=_categories("biorxiv", _BIORXIV))
MEDRXIV: Final = Declared("medrxiv", "medRxiv", categories=_categories("medrxiv", _MEDRXIV))
CHEMRXIV: Final = Declared("chemrxiv", "ChemRxiv")
SSRN: Final = Declared("ssrn", "SSRN")
_ON_VIRTUAL_SITES: Final = ("ICLR", "ICML", "NeurIPS", "MLSys", "CVPR", "ICCV", "ECCV")
_IN_THE_ANTHOLOGY: Final = ("ACL", "EMNLP", "NAACL", "EACL")
CONFERENCES: Final = tuple(
    Declared(name.lower(), name, conference=True)
    for name in (*_ON_VIRTUAL_SITES, *_IN_THE_ANTHOLOGY)
)
_ALL: Final = (HUGGING_FACE, ARXIV, BIORXIV, MEDRXIV, CHEMRXIV, SSRN, *CONFERENCES)

DECLARED: Final = {each.key: each for each in _ALL}
"""Every source by its key."""
CHOSEN: Final = {key: each for key, each in DECLARED.items() if key not in DEFAULT}
"""Those that a thread may be made of in the place of the default ones."""


def web_key(number: int) -> str:
    """Return the key of a feed that a server added (`storage.web_feeds`), by its number."""
    return f"web{number}"


def web_number(key: str) -> int | None:
    """Return the number of the feed with that key, `None` for the key of another source."""
    return int(key.removeprefix("web")) if _WEB.fullmatch(key) else None


class ServerFeed(NamedTuple):
    """A feed of the web as a source of a topic: chosen in a server that has it."""

    guild_id: int
    number: int

    @property
    def key(self) -> str:
        """Its key among the sources of a topic: `web7@3001`."""
        return f"{web_key(self.number)}@{self.guild_id}"


def server_feed(key: str) -> ServerFeed | None:
    """Return the feed that a topic has under this key, `None` for the key of another source.

    A topic keeps the server in which a feed was chosen: it is called as there, and brings nothing
    more once that server has removed it.
    """
    found = _SERVERS_WEB.fullmatch(key)
    return ServerFeed(int(found[2]), int(found[1].removeprefix("web"))) if found else None


def is_feed(key: str) -> bool:
    """Return whether a source is a feed of the web, of a thread or of a topic."""
    return web_number(key) is not None or server_feed(key) is not None


def is_other(key: str) -> bool:
    """Return whether a source is none of the default ones: one of `CHOSEN`, or a server's feed."""
    return key in CHOSEN or is_feed(key)


def names(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the names of sources by their keys; unknown ones are left out.

    They are what batches are stored under. That of a feed which a server added is its key: people
    read the name that the server gave it (`bot.ui.sources`).
    """
    return tuple(
        DECLARED[key].name if key in DECLARED else key
        for key in keys
        if key in DECLARED or is_feed(key)
    )


def conferences_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the conferences among sources, by their keys."""
    return names(key for key in keys if key in DECLARED and DECLARED[key].conference)


def is_conferences(keys: Collection[str]) -> bool:
    """Return whether sources are conferences alone, of which there are no papers on most days."""
    return bool(keys) and all(key in DECLARED and DECLARED[key].conference for key in keys)


def days_of(keys: Iterable[str]) -> SourceDays:
    """Return which days the batches of these sources have, `()` standing for the default ones."""
    return SourceDays.DAILY if any(map(is_other, keys)) else SourceDays.HUB


def have_votes(keys: Iterable[str]) -> bool:
    """Return whether people vote for the papers of these sources, `()` being the default ones."""
    return not any(map(is_other, keys))


def in_order(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the sources of a topic as they are stored: in the order of `DECLARED`, then servers'
    feeds, each once.

    The default ones come together, and alone they are `()`.
    """
    given = set(keys)
    if given & set(DEFAULT):
        given |= set(DEFAULT)
    feeds = sorted(filter(None, map(server_feed, given)))
    chosen = (*(key for key in DECLARED if key in given), *(feed.key for feed in feeds))
    return () if chosen == DEFAULT else chosen


def pools(keys: Collection[str], *, lost: Collection[str] = ()) -> tuple[str, ...]:
    """Return which papers a topic of these sources is matched with: of its sources each for itself,
    but for the default ones, which are one pool (`DEFAULT_POOL`).

    Args:
        keys: of the topic's sources.
        lost: those of them that are no source any more; a topic without another one has no pool.
    """
    others = filter(is_other, (key for key in keys if key not in lost))
    own = tuple(dict.fromkeys(key.partition("@")[0] for key in others))
    return own if keys and not set(DEFAULT) & set(keys) else (DEFAULT_POOL, *own)


def of_categories(categories: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the sources that categories belong to, arXiv's left out, each once."""
    found = (category.partition("/") for category in categories)
    return tuple(dict.fromkeys(key for key, slash, _ in found if slash and key in CHOSEN))
