"""Tables of English words that are written in more than one way."""

import re
from typing import Final

_OUR = """
arm ard behavi cand clam col demean endeav fav flav glam harb hon hum lab neighb od parl ranc rig
rum sav savi splend tum val vap vig
"""
_DOUBLED = """
barrel bevel cancel channel chisel counsel dial enamel equal fuel funnel initial label level libel
marshal marvel model panel parcel pedal pencil rival shovel signal spiral stencil swivel total
travel tunnel unravel
"""
_KEEP_ISE = """
advertise advise anise appraise apprise arise bruise chastise chemise circumcise compromise
comprise concise cruise demise despise devise disguise enterprise excise exercise expertise
franchise imprecise improvise incise liaise marquise merchandise paradise practise praise precise
premise promise reprise revise sunrise supervise surprise televise tortoise treatise turquoise
unsupervise
"""
_BRITISH: Final = (
    (re.compile(rf"\b((?:mis|re|dis|un|multi)?(?:{'|'.join(_OUR.split())}))our"), r"\1or"),
    (re.compile(rf"\b((?:un|re|mis)?(?:{'|'.join(_DOUBLED.split())}))l(ed|ing|er|ers)$"), r"\1\2"),
    (re.compile(r"(analy|cataly|paraly|dialy|hydroly|electroly)s(e|ed|er|ers|ing)$"), r"\1z\2"),
    (
        re.compile(r"(cent|fib|lit|(?<!para)met|theat|spect|calib|lust|meag|sab)re(s|d)?$"),
        r"\1er\2",
    ),
    (re.compile(r"(catal|dial|anal)ogue(s|d)?$"), r"\1og\2"),
    (re.compile(r"^(an|leuk|hyperglyc|isch)aem"), r"\1em"),
    (re.compile(r"^h(a)em(o|at)"), r"hem\2"),
    (re.compile(r"^(orthop|p|encyclop)aed"), r"\1ed"),
    (re.compile(r"^oes(oph|tr)"), r"es\1"),
    # Latin and Greek plurals: matrices and submatrices, vertices, hypotheses, polyhedra.
    (re.compile(r"(matr|append|simpl|hel|direct?r)ices$"), r"\1ix"),
    (re.compile(r"(vert|ind|vort|cort)ices$"), r"\1ex"),
    (re.compile(r"(hypo|syn|paren|anti|^)theses$"), r"\1thesis"),
    (re.compile(r"hedra$"), r"hedron"),
)
_ISE = re.compile(r"(\w{3,}?)is(e|ed|es|er|ers|ing|able|ation|ations|ational)$")

_PAIRS: Final = """
acknowledgement acknowledgment, ageing aging, aetiology etiology, aluminium aluminum,
anaesthesia anesthesia, archaeology archeology, artefact artifact, artefacts artifacts,
axe ax, defence defense, diarrhoea diarrhea, faeces feces, foetal fetal, foetus fetus,
fulfil fulfill, grey gray, disc disk, discs disks, tyre tire, tyres tires, kerb curb, kerbs curbs,
focussed focused, focusses focuses, focussing focusing, biassed biased, biassing biasing,
benefitted benefited, benefitting benefiting, targetted targeted, targetting targeting,
 greyscale grayscale, judgement judgment, judgements judgments,
learnt learned, licence license, manoeuvre maneuver, manoeuvres maneuvers, mould mold,
offence offense, plough plow, practise practice, practising practicing, programme program,
programmes programs, sceptic skeptic, sceptical skeptical, storey story, sulphur sulfur,
whilst while
"""
_PLURALS: Final = """
analyses analysis, apices apex, automata automaton, axes axis, bacteria bacterium, children child,
codices codex, corpora corpus, crises crisis, criteria criterion, diagnoses diagnosis,
extrema extremum, foci focus, formulae formula, fungi fungus, genera genus, halves half,
larvae larva, lemmata lemma, loci locus, maxima maximum, metastases metastasis, mice mouse,
minima minimum, nebulae nebula, nuclei nucleus, optima optimum, phenomena phenomenon,
prognoses prognosis, radii radius, schemata schema, spectra spectrum, stimuli stimulus,
strata stratum, supernovae supernova, teeth tooth
"""
"""Plurals that no stemmer brings to their singular, where the singular is no other word."""
_OWNERS: Final = """
alzheimers alzheimer, aspergers asperger, crohns crohn, hodgkins hodgkin, huntingtons huntington,
parkinsons parkinson
"""
"""Names with an s whose apostrophe is often left out."""
# "cheque" is not "check": a follower of the one does not want every paper with the other.
_WORDS = f"{_PAIRS}, {_PLURALS}, {_OWNERS}".replace(",", " ").split()
_ALIKE: Final[dict[str, str]] = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
_KEPT: Final = frozenset(_KEEP_ISE.split())

_NO_VOWEL_BUT_LAST = re.compile(r"[b-df-hj-np-tv-xz]{2,}[aeiou]?s$")

_SPACED = (
    "anti bi hyper inter intra multi neuro non omni pre pseudo quasi semi spatio tri ultra uni"
)
SPACED_PREFIXES: Final = frozenset(_SPACED.split())
"""What is no word by itself: "multi modal" is "multimodal", whatever stands between."""

_HYPHENATED = """
auto bio co de electro geo macro magneto meta micro mis mono nano over photo poly post re sub super
tele thermo trans un under
"""
PREFIXES: Final = SPACED_PREFIXES | frozenset(_HYPHENATED.split())
"""What is written together or with a hyphen, and is another word when it stands alone."""

_OPEN: Final = """
audio visual; auto encoder auto encoders; back end back ends; back propagation; back propagating;
back propagate; band gap band gaps; bench mark; black box; chat bot chat bots; check point check
points; check pointing; code base code bases; common sense; cross over; data flow; data set data
sets; deep fake deep fakes; ego centric; ego motion; end point end points; face book; feed back;
feed forward; fine tune fine tuned fine tunes fine tuning fine tuner fine tunable; four fold;
front end front ends; git hub; gray scale; grey scale; grid world; hand crafted; hand written;
hand held; head set; high light; image net; in painting; key frame key frames; key point key
points; key word key words; land mark land marks; life cycle life cycles; light weight; look
ahead; lower case; map reduce; mini batch mini batches; name space; night time; noise less; off
line; off loading; off load; on board; on line; open source open sourced; open sourcing; out
painting; out lier out liers; out perform out performs; pair wise; pay load; play back; pipe line;
point wise; pre print; ray casting; ray tracing; real time; road map; round trip; run time run
times; sand box; screen shot screen shots; self attention; self supervised; self supervision; self
play; sign up; soft max; space time; speed up speed ups; spread sheet; stand alone; state ful;
step wise; straight forward; super conducting; super computer super computing; table top; test
bed; text book; time frame; time line; time scale time scales; time series; time stamp time
stamps; time step time steps; tool chain; tool kit; trade off trade offs; two fold; up sampling;
down sampling; down stream; up stream; up date; video game video games; view point view points;
wave form wave forms; wave function wave functions; wave packet wave packets; web page web pages;
web site web sites; wi fi; white box; work flow work flows; work load work loads; work station;
zero shot; few shot; one shot; per cent
"""


_LOOSE: Final = "point cloud point clouds; super resolution"


def _compounds(table: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in table.replace("\n", " ").split(";"):
        words = entry.split()
        for first, second in zip(words[::2], words[1::2], strict=True):
            found.setdefault(first, set()).add(second)
    return {first: frozenset(seconds) for first, seconds in found.items()}


COMPOUNDS: Final = _compounds(_OPEN)
"""What people write as two words, with a hyphen, and as one: first words, and what follows each.

Found in 21,194 abstracts of arXiv by counting words that occur in both forms, read through by hand.
"""

HYPHEN_ONLY: Final = frozenset(("in", "on"))
"""First words of compounds that stand before many a word: "in painting" is two words, and only
"in-painting" is "inpainting"."""

LOOSE: Final = _compounds(_LOOSE)
"""Compounds whose parts are distinctive words by themselves: the one word stands beside them only.

As one word "point clouds" loses the papers on points in space: its average precision .83 → .74.
"""
WHOLES: Final = {a + b: (a, b) for a, seconds in LOOSE.items() for b in seconds}


def one_spelling(word: str) -> str:
    """Return a folded word in its American spelling.

    Also the singular of an acronym that has no other vowel than its last letter ("llms", "gpus").
    """
    if len(word) < 4:
        return word
    if (alike := _ALIKE.get(word)) is not None:
        return alike
    if (
        word not in ("plus", "thus")
        and word[-1] == "s"
        and word[-2] != "s"
        and _NO_VOWEL_BUT_LAST.match(word)
    ):
        return word[:-1]
    if "is" in word and (match := _ISE.match(word)) and len(word) > 5:
        base = f"{match[1]}ise"
        if base not in _KEPT and not base.endswith(("wise", "noise", "raise", "poise")):
            return f"{match[1]}iz{match[2]}"
    if _MAYBE_BRITISH.search(word):
        for pattern, replacement in _BRITISH:
            # `sub` with a template is slow even where there is nothing to replace.
            if pattern.search(word) and (changed := pattern.sub(replacement, word)) != word:
                return changed
    return word


_MAYBE_BRITISH = re.compile(r"our|ll|lys|re[sd]?$|ogue|ae|^oes|ices$|theses$|hedra$")
