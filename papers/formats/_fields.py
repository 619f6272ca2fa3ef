"""The roles of fields by the names that programs give them, in BibTeX, JSON and tables."""

import re
from functools import lru_cache
from typing import Final

from papers.formats._records import Role

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")

_NAMES: Final = {
    Role.IDENTITY: (
        "absurl abstracturl abstractlink adsurl archiveid archivelocation arxiv arxiveprints"
        " arxivid arxivlink arxivnumber arxivurl bdskurl1 bdskurl2 bdskurl3 bibcode biburl"
        " canonical doi dois doiurl ee electronicurl eprint eprinturl eprints externalid"
        " externalids href htmlurl id identifier identifiers ids landingpageurl link links"
        " paperid paperlink paperurl pdf pdflink pdfurl permalink primarylocation sourceurl"
        " uri url urls website"
    ),
    Role.PLACE: (
        "archive archiveprefix booktitle callnumber containertitle eid eprinttype genre"
        " howpublished institution issue itemtype journal journalabbreviation journalref"
        " journaltitle librarycatalog number organization page pages primaryclass pub"
        " publication publicationtitle publisher reportnumber repository school series source"
        " type venue volume"
    ),
    Role.KEY: "bibtexkey citationkey citekey key itemkey",
    Role.FILE: "attachmentpath file fileattachments files localfile localurl path",
    Role.TITLE: "documenttitle papertitle shorttitle title titles",
    Role.AUTHOR: "author authors authorsparsed creator creators firstauthor",
    Role.PUBMED: "pmid pubmed pubmedid",
    Role.OTHER: (
        "abstract abstractnote abstracts automatictags cited citedby citations citing"
        " crossref description editor keyword keywords language manualtags mendeleygroups"
        " mendeleytags rights references"
        " reference related summary tags text translator xref"
    ),
}
_ROLES: Final = {name: role for role, names in _NAMES.items() for name in names.split()}
_ABOUT_OTHERS = re.compile(r"^(?:cit(?:ed|ing|es|ations?)|referenc|related|similar|recommend)")


@lru_cache(maxsize=1024)
def role_of(name: str) -> Role:
    """Return the role of a field; one of an unknown name is read as a note."""
    plain = _NOT_A_LETTER.sub("", name.casefold())
    if plain not in _ROLES and plain.startswith(("arxiv", "eprint", "doi", "bdskurl", "optarxiv")):
        return Role.IDENTITY
    if _ABOUT_OTHERS.match(plain):
        return Role.OTHER
    if plain.startswith(("page", "artn", "articlen", "firstpage", "lastpage", "isbn", "issn")):
        return Role.PLACE
    return _ROLES.get(plain, Role.NOTE)
