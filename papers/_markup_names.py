"""Names that the cleaning of markup goes by: elements, headings of abstracts, and spelled signs."""

from typing import Final

_BLOCKS = """
abstract article aside blockquote body br break caption center dd def-list disp-formula disp-quote
div dl dt fig figcaption figure footer graphic h1 h2 h3 h4 h5 h6 header hr html img inline-graphic
label li list list-item main ol p pre sec section statement table table-wrap tbody td th thead title
tr trans-abstract ul verse-group
"""
_INLINE = """
a abbr acronym alternatives b bdi bdo big bold cite code del dfn em email ext-link fixed-case font i
inline-formula ins italic kbd mark math monospace named-content overline q roman s sans-serif sc scp
small span strike strong styled-content sub sup tex-math tt u underline uri var xref
"""
BLOCKS: Final = frozenset(_BLOCKS.split())
"""Elements of HTML (https://html.spec.whatwg.org/) and JATS (https://jats.nlm.nih.gov/publishing/)
that begin something of their own."""
HEADINGS: Final = frozenset(("title", "h1", "h2", "h3", "h4", "h5", "h6"))
VOID: Final = frozenset(("br", "break", "hr", "img", "graphic", "inline-graphic"))
HIDDEN: Final = frozenset(("script", "style", "annotation", "annotation-xml"))
"""Elements whose contents are not text for people."""
ITALICS: Final = frozenset(("i", "em", "italic"))
NAMES: Final = BLOCKS | HIDDEN | frozenset(_INLINE.split())

SECTIONS: Final = """
aim aims author-summary availability-and-implementation background clinical-trial-registration
conclusion conclusions data-availability design discussion ethics-and-dissemination findings funding
highlights hypothesis importance interpretation introduction limitations main-outcome main-outcomes
main-results materials-and-methods method methodology methods methods-and-findings
methods-and-results motivation objective objectives outcome outcomes participants
patients-and-methods purpose rationale result results results-and-discussion setting significance
significance-statement study-design summary supplementary-information trial-registration
"""
"""Headings of structured abstracts, in lower case and with hyphens for spaces."""

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma "
    "tau upsilon phi chi psi omega"
)
SPELLED: Final = {
    **dict(zip(_GREEK.split(), "αβγδεζηθικλμνξοπρστυφχψω", strict=True)),
    **dict(
        zip((name.capitalize() for name in _GREEK.split()), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", strict=True)
    ),
    "+/-": "±",
    "-->": "→",
    ">=": "≥",
    "<=": "≤",
    "approx": "≈",
    "bullet": "•",
    "cong": "≅",
    "degree": "°",
    "degrees": "°",
    "downarrow": "↓",
    "equiv": "≡",
    "geq": "≥",
    "infty": "∞",
    "leq": "≤",
    "micro": "μ",
    "middle dot": "·",
    "neq": "≠",
    "permil": "‰",
    "rightarrow": "→",
    "leftarrow": "←",
    "leftrightarrow": "↔",
    "sim": "\u223c",
    "times": "\u00d7",
    "uparrow": "↑",
    "varphi": "φ",
}
"""Signs that bioRxiv's and medRxiv's abstracts spell in braces, as in "A{beta}" and "{+/-} 2"."""
