"""Whether a paper's abstract may be passed on whole.

arXiv's metadata are public domain (https://info.arxiv.org/help/license: CC0). Other sources name a
licence for each paper; without one that allows it, an abstract is its publisher's.
"""

import re
from typing import Final

from papers import paper_key
from papers.model import Paper

_OPEN: Final = re.compile(r"\bcc(?:[-_ ]?by|0)|creativecommons\.org|public ?domain", re.IGNORECASE)


def may_pass_on(paper: Paper) -> bool:
    """Return whether the abstract may be shown whole, and sent to feed readers."""
    return paper_key.is_arxiv(paper.id) or bool(_OPEN.search(paper.licence or ""))
