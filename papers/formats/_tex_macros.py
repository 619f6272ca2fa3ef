# ruff: noqa: RUF001 - look-alike characters are what this module is for
"""What every LaTeX document knows, whatever packages and font encoding it has."""

from typing import Final

_KERNEL = r"""
    AE Big Bigg Delta Downarrow Gamma H IJ Im L Lambda Leftarrow Leftrightarrow Longleftarrow
    Longleftrightarrow Longrightarrow O OE Omega Phi Pi Pr Psi Re Rightarrow Sigma Theta Uparrow
    Updownarrow Upsilon Vert Xi acute ae aleph alpha amalg angle approx arg ast asymp backslash
    bar beta big bigcap bigcirc bigcup bigg bigodot bigoplus bigotimes bigsqcup bigtriangledown
    bigtriangleup biguplus bigvee bigwedge bot bowtie breve bullet c cap cdot cdotp cdots check
    chi circ clubsuit cong coprod cos cosh cot coth csc cup dashv ddot ddots deg delta det diamond
    dim dot doteq dots downarrow ell emptyset ensuremath epsilon equiv eta exists exp flat forall
    frac frown gamma gcd ge geq gets gg hat hbar heartsuit hookleftarrow hookrightarrow i iff ij
    imath in inf infty int iota jmath kappa ker l lambda land langle lbrace lbrack lceil ldots le
    left leftarrow leftharpoondown leftharpoonup leftrightarrow leq lfloor lim limits ll ln lnot
    log longleftarrow longleftrightarrow longmapsto longrightarrow lor mapsto mathbf mathcal
    mathit mathrm mathsf mathtt max mbox mid min models mp mu nabla natural ne nearrow neg neq ni
    nolimits not notin nu nwarrow o odot oe oint omega ominus oplus oslash otimes overbrace
    overline owns parallel partial perp phi pi pm prec preceq prime prod propto psi qquad quad r
    rangle rbrace rbrack rceil rfloor rho right rightarrow rightharpoondown rightharpoonup
    rightleftharpoons searrow sec setminus sharp sigma sim simeq sin sinh smile spadesuit sqcap
    sqcup sqrt sqsubseteq sqsupseteq ss star subset subseteq succ succeq sum sup supset supseteq
    surd swarrow tan tanh tau textacutedbl textasciiacute textasciibreve textasciicaron
    textasciicircum textasciidieresis textasciimacron textasciitilde textasteriskcentered textbaht
    textbf textbigcircle textbrokenbar textbullet textcelsius textcent textcircledP
    textcolonmonetary textcopyright textcurrency textdagger textdaggerdbl textdegree textdiscount
    textdiv textdong textdownarrow textellipsis textemdash textendash textestimated texteuro
    textexclamdown textflorin textfractionsolidus textinterrobang textit textlangle textleftarrow
    textlira textlnot textmho textmu textmusicalnote textnaira textnumero textohm textonehalf
    textonequarter textonesuperior textopenbullet textordfeminine textordmasculine textparagraph
    textperiodcentered textpertenthousand textperthousand textpeso textquestiondown
    textquotedblleft textquotedblright textquoteleft textquoteright textrangle textrecipe
    textreferencemark textregistered textrightarrow textrm textsc textsection textservicemark
    textsf textsl textsterling textsuperscript textthreequarters textthreesuperior texttimes
    texttrademark texttt texttwosuperior textup textuparrow textvisiblespace textwon textyen theta
    tilde to top triangle triangleleft triangleright u underbrace underline uparrow updownarrow
    uplus upsilon v varepsilon varphi varpi varrho varsigma vartheta vdash vdots vec vee vert
    wedge widehat widetilde wp wr xi zeta
"""
KERNEL: Final = frozenset(_KERNEL.split())
"""Macros of LaTeX itself that work with pdflatex in the encodings OT1 and T1 and with xelatex, as
tried by compiling each: https://www.latex-project.org/help/documentation/usrguide.pdf"""

NEEDS_ARGUMENT: Final = frozenset(
    (
        *("acute", "bar", "boldsymbol", "bm", "breve", "check", "ddot", "dot", "hat", "mathbb"),
        *("mathbf", "mathcal", "mathfrak", "mathit", "mathrm", "mathscr", "mathsf", "mathtt"),
        *("mbox", "operatorname", "overbrace", "overline", "sqrt", "text", "textbf", "textit"),
        *("textrm", "textsc", "textsf", "textsl", "textsuperscript", "texttt", "textup", "tilde"),
        *("underbrace", "underline", "vec", "widehat", "widetilde", "fbox", "mathbin", "c", "r"),
        *("u", "v", "H"),
    )
)

TEXT_ONLY: Final = frozenset(
    (
        *("AE", "H", "IJ", "L", "O", "OE", "ae", "c", "fbox", "i", "ij", "l", "o", "oe", "r"),
        *("ss", "u", "v", "limits", "nolimits"),
    )
)
"""Macros of text, and such as work behind few others, which a formula must not use."""

DELIMITERS: Final = frozenset(
    (
        *("{", "}", "|", "langle", "rangle", "lbrace", "rbrace", "lbrack", "rbrack", "lceil"),
        *("rceil", "lfloor", "rfloor", "vert", "Vert", "uparrow", "downarrow", "backslash"),
    )
)

PROVIDED: Final = {
    "mathbb": r"[1]{\mathbf{#1}}",
    "mathfrak": r"[1]{\mathbf{#1}}",
    "mathscr": r"[1]{\mathcal{#1}}",
    "boldsymbol": r"[1]{\mathbf{#1}}",
    "bm": r"[1]{\mathbf{#1}}",
    "text": r"[1]{\mbox{#1}}",
    "operatorname": r"[1]{\mathrm{#1}}",
}
"""Macros of packages that titles use, with what stands for them where the package is missing."""

OF_T1: Final = {
    "k": "[1]{#1}",
    "DJ": "{D}",
    "dj": "{d}",
    "DH": "{D}",
    "dh": "{d}",
    "TH": "{Th}",
    "th": "{th}",
    "NG": "{Ng}",
    "ng": "{ng}",
    "guillemotleft": r"{\ensuremath{\ll}}",
    "guillemotright": r"{\ensuremath{\gg}}",
    "guilsinglleft": r"{\ensuremath{<}}",
    "guilsinglright": r"{\ensuremath{>}}",
    "quotedblbase": "{,,}",
    "quotesinglbase": "{,}",
}
"""Macros that the old encoding OT1 has not, with what stands for them there."""

READ_BACK: Final = frozenset(
    (
        *("AE", "ae", "O", "o", "OE", "oe", "L", "l", "ss", "i", "textsterling", "textyen"),
        *("textsection", "textparagraph", "textcopyright", "textregistered", "textdegree"),
        *("textquoteleft", "textquoteright", "textquotedblleft", "textquotedblright"),
        *("quotedblbase", "guillemotleft", "guillemotright", "guilsinglleft", "guilsinglright"),
        *("textdagger", "textbullet"),
    )
)
"""Macros of text that pandoc reads; it passes over most others."""

SIGNS: Final = {
    "–": "{--}",
    "—": "{---}",
    "…": r"{\ldots}",
    "→": r"{\ensuremath{\rightarrow}}",
    "←": r"{\ensuremath{\leftarrow}}",
    "↑": r"{\ensuremath{\uparrow}}",
    "↓": r"{\ensuremath{\downarrow}}",
    "×": r"{\ensuremath{\times}}",
    "÷": r"{\ensuremath{\div}}",
    "·": r"{\ensuremath{\cdot}}",
    "¬": r"{\ensuremath{\neg}}",
}
"""Signs that others read back in another form than pylatexenc's."""

PLAIN: Final = {
    "ħ": "h",
    "ə": "e",
    "ℝ": r"\ensuremath{\mathbf{R}}",
    "ℂ": r"\ensuremath{\mathbf{C}}",
    "ℕ": r"\ensuremath{\mathbf{N}}",
    "ℚ": r"\ensuremath{\mathbf{Q}}",
    "ℤ": r"\ensuremath{\mathbf{Z}}",
    "ℙ": r"\ensuremath{\mathbf{P}}",
    "𝔼": r"\ensuremath{\mathbf{E}}",
    "≲": r"\ensuremath{<\sim}",
    "≳": r"\ensuremath{>\sim}",
    "∅": r"\ensuremath{\emptyset}",
}  # fmt: skip
"""What stands for a character where a document's fonts lack it and Unicode has no parts for it."""
