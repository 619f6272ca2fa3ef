"""Draws a chart: a process of its own, `python -m bot.charts FOLDER`, which reads JSON and writes a
PNG; the folder keeps what it finds out about fonts.

Matplotlib takes 60 MB and most of a second to be ready. A process gives both back.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, TypedDict, cast

if __name__ == "__main__":
    os.environ["MPLCONFIGDIR"] = sys.argv[1]  # which is read at the import

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

WIDTH, HEIGHT, DPI = 6.4, 4.0, 150
"""Inches, and dots of one: 960 x 600, of which a phone shows every third."""

_GROUND, _TEXT, _GRID = "#232428", "#f2f3f5", "#4e5058"
_STYLE: Final = {
    "font.size": 15,
    "text.parse_math": False,
    "text.color": _TEXT,
    "axes.facecolor": _GROUND,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _TEXT,
    "xtick.color": _TEXT,
    "ytick.color": _TEXT,
    "figure.facecolor": _GROUND,
    "grid.color": _GRID,
}
# Colours of Okabe and Ito, which colour-blind people tell apart, and a mark for each.
_COLOURS: Final = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00")
_MARKS: Final = ("o", "s", "^", "D", "v", "P")


_PAD: Final = 0.15
"""Inches between bars that lie, with their names, and the picture's edge."""
_LABELS: Final = 5
_GAP: Final = 0.07  # between the numbers of two lines, of the whole height


class Chart(TypedDict):
    """A line for each of some series, named by their numbers from 1 on, or bars of a single one."""

    kind: str
    """`lines`, `bars`, or `ranked` for bars that lie, the first on top, each beside its name."""
    columns: Sequence[str]
    """What stands below, in digits and Latin letters."""
    series: Sequence[Sequence[float | None]]


def draw(chart: Chart) -> None:
    """Write the chart's PNG to standard output."""
    cast("Any", mpl.rcParams).update(_STYLE)
    plot = plt.subplots(figsize=(WIDTH, HEIGHT), dpi=DPI, layout="constrained")
    figure, axes = cast("tuple[Any, Any]", plot)  # half of their types are unknown
    columns = list(chart["columns"])
    if chart["kind"] == "ranked":
        _rank(axes, columns, chart["series"][0])
        figure.savefig(sys.stdout.buffer, format="png")
        return
    places = list(range(len(columns)))
    ends: list[tuple[float, int]] = []
    for number, values in enumerate(chart["series"]):
        pairs = zip(places, values, strict=True)
        known = [(at, value) for at, value in pairs if value is not None]
        if not known:
            continue
        xs, ys = zip(*known, strict=True)
        colour, mark = _COLOURS[number % len(_COLOURS)], _MARKS[number % len(_MARKS)]
        if chart["kind"] == "bars":
            axes.bar(xs, ys, color=colour)
        else:
            axes.plot(xs, ys, color=colour, marker=mark, linewidth=2.5, markersize=7)
            ends.append((ys[-1], number))
    step = -(-len(places) // _LABELS)
    axes.set_xticks(places[::-step][::-1], columns[::-step][::-1])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=chart["kind"] == "bars"))
    axes.grid(axis="y")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    _name(axes, ends, places[-1])
    figure.savefig(sys.stdout.buffer, format="png")


def _rank(axes: Any, names: Sequence[str], values: Sequence[float | None]) -> None:
    """Draw bars that lie, the first on top, with its value at the end of each."""
    bars = axes.barh(range(len(names)), values, color=_COLOURS[0])
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.bar_label(bars, padding=6, color=_TEXT, fontweight="bold")
    axes.set_xticks([])
    axes.margins(x=0.1)
    axes.figure.get_layout_engine().set(w_pad=_PAD, h_pad=_PAD)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _name(axes: Any, ends: Sequence[tuple[float, int]], last: float) -> None:
    """Write each line's number at its end, and none over another."""
    below = -1.0
    gap = _GAP * max(axes.get_ylim()[1], 1e-9)
    for value, number in sorted(ends):
        below = max(value, below + gap)
        axes.annotate(
            str(number + 1),
            (last, below),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            color=_COLOURS[number % len(_COLOURS)],
            fontweight="bold",
        )


if __name__ == "__main__":
    draw(cast("Chart", json.load(sys.stdin)))
