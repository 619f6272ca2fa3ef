"""Any text with ids and links, one or more a line."""

import re
from collections.abc import Iterator

from papers import arxiv_id, paper_key, paper_links
from papers.formats import apa, texts
from papers.formats.items import MARK, Finding, Imported, Unreadable
from papers.formats.markdown import without_notes

_LISTED = re.compile(r"- \[(?:\\.|[^\]\\])*\]\((?P<link>[^)\s]+)\)")
_CITED = re.compile(r".*\. [^.]+\. (?P<link>https://doi\.org/\S+)")
_NO_ENTRY = re.compile(r"\s*(?:[#%].*|<!--.*-->|(?:<[^<>]*>\s*)+|[-=*_`|:\s]*|```\w*)\s*$")


def read(text: str) -> Iterator[Finding]:
    """Yield the papers that each line names; empty lines and comments are no entries."""
    ours = MARK in text.partition("\n")[0]
    # References have no notes: a line of theirs may begin with whatever a title does.
    references = text.startswith(apa.HEAD)
    lines = (text if references else without_notes(text)).split("\n")
    of_ours = _CITED.fullmatch if references else _LISTED.match
    for number, line in enumerate(lines, start=1):
        if not line or line.isspace():
            continue
        listed = of_ours(line) if ours else None
        # A paper's title and authors are a stranger's words: only its link is the entry.
        entry = listed["link"] if listed else line
        whole = arxiv_id.parse(entry.strip().lstrip("-*•").strip())
        found = [whole] if whole else arxiv_id.find_all(entry)
        if found:
            yield from map(Imported, found)
        elif len(keys := paper_links.find_all(entry)) > 1:
            yield from (Unreadable(number, paper_key.label(key), keys=(key,)) for key in keys)
        elif not _NO_ENTRY.fullmatch(line):
            yield Unreadable(number, texts.one_line(line), keys=tuple(keys))
