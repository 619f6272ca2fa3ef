"""The BibTeX of everything at hand, read back by libraries that had no part in writing it."""

import gzip
import json
import re
from datetime import UTC, datetime
from typing import Any, cast

from pylatexenc import latex2text

from papers.model import Paper
from papers.sources.sample import SampleSource
from papers.text import readable
from tests.papers.test_export import bibtex, parsed_by_pybtex, saved, titled
from tests.shared import SHARED, needs_shared

UNUSUAL = re.compile(r"[^\x20-\x7e]|[{}\\$^_&%#~]")


def as_typeset(latex: str) -> str:
    """What TeX makes of a field, by a library that had no part in writing it."""
    library = cast(Any, latex2text)
    known = library.get_default_latex_context_db()
    # LaTeX's own commands for braces, which the library has not heard of.
    braces = {"textbraceleft": "{", "textbraceright": "}"}
    known.add_context_category(
        "braces",
        macros=[library.MacroTextSpec(name, simplify_repl=shown) for name, shown in braces.items()],
        prepend=True,
    )
    reader = library.LatexNodes2Text(keep_comments=True, latex_context=known)
    text: str = reader.latex_to_text(latex)
    # The library shows LaTeX's circumflex as the modifier letter that looks like it.
    return " ".join(text.replace("\u02c6", "^").split())


async def test_the_whole_sample_comes_back_from_another_bibtex_library_with_nothing_lost() -> None:
    sample = SampleSource()
    batches = [await sample.daily(day) for day in sample.days]
    papers = list({r.paper.id: r.paper for batch in batches for r in batch.records}.values())
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    items = [saved(p, note=f"note on {p.title}", lists=("to read", "50% & more"), saved_at=at)
             for p in papers]  # fmt: skip
    entries = parsed_by_pybtex(bibtex(*items))
    assert len(papers) >= 60
    assert len(entries) == len(papers)
    for paper, (key, entry) in zip(papers, entries.items(), strict=True):
        fields: dict[str, str] = entry.fields
        assert key.endswith(paper.id)
        assert fields["eprint"] == paper.id
        assert fields["archivePrefix"] == "arXiv"
        assert fields.get("primaryClass") == (paper.categories[0] if paper.categories else None)
        assert fields["url"] == f"https://arxiv.org/abs/{paper.id}"
        assert as_typeset(fields["title"]) == readable(paper.title)
        assert as_typeset(fields["note"]) == f"note on {paper.title}"
        assert as_typeset(fields["keywords"]) == "to read, 50% & more"
        assert fields["timestamp"] == at.isoformat()
        names = [as_typeset(_in_order(person)) for person in entry.persons["author"]]
        assert names == [author.name for author in paper.authors]
        assert paper.published_at is not None
        assert fields["year"] == str(paper.published_at.year)
        assert fields["month"] == f"{paper.published_at:%B}"


@needs_shared
def test_recorded_titles_and_names_with_accents_braces_and_formulas_lose_nothing() -> None:
    lines = gzip.decompress((SHARED / "data" / "hf_daily.jsonl.gz").read_bytes()).splitlines()
    papers: dict[str, Paper] = {}
    for known in map(json.loads, lines):
        if UNUSUAL.search("".join((known["title"], *known["authors"]))):
            papers[known["id"]] = titled(
                known["title"], *known["authors"], paper_id=known["id"]
            ).paper
    assert len(papers) > 300
    some = list(papers.values())[::2]
    entries = parsed_by_pybtex(bibtex(*map(saved, some)))
    for paper, entry in zip(some, entries.values(), strict=True):
        # Two hyphens are a dash, to TeX as to whoever wrote them.
        assert as_typeset(entry.fields["title"]) == readable(paper.title).replace("--", "\u2013")
        names = [as_typeset(_in_order(person)) for person in entry.persons["author"]]
        assert names == [" ".join(readable(author.name).split()) for author in paper.authors]


def _in_order(person: Any) -> str:
    parts = (person.first_names, person.middle_names, person.prelast_names, person.last_names)
    return " ".join(name for part in parts for name in part)
