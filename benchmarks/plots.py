"""Plots of what was measured, for the documentation: small SVG files for light and dark pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.spread import Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OURS, _OTHERS, _INK = "#2f81f7", "#8c959f", "#768390"
_WIDTH, _ROW, _LINES = 7.2, 0.34, 2.6
_SETTINGS = {
    "svg.fonttype": "none",
    # The same figures shall make the same file.
    "svg.hashsalt": "benchmarks",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Panel:
    """Medians with their intervals as bars, or lines over what grows; all in one unit.

    Bars whose names begin with ``ours`` stand out.
    """

    title: str
    unit: str
    bars: Mapping[str, Spread | None] = field(default_factory=dict)
    ours: str = ""
    over: tuple[str, Sequence[float]] = ("", ())
    lines: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def height(self) -> float:
        """Return the inches that it needs."""
        return _LINES if self.lines else 0.8 + _ROW * len(self.bars)


def draw(panels: Sequence[Panel], file: Path) -> None:
    """Write the panels, one below the other."""
    # Only those who draw need it.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    heights = [panel.height for panel in panels]
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
        axes = figure.subplots(len(panels), squeeze=False, height_ratios=heights)
        for panel, (ax,) in zip(panels, axes, strict=True):
            ax.set_title(panel.title)
            if panel.lines:
                _draw_lines(panel, ax)
            else:
                _draw_bars(panel, ax)
        figure.savefig(file, transparent=True, metadata={"Date": None})


def _draw_bars(panel: Panel, ax: "Axes") -> None:
    found = {name: spread for name, spread in panel.bars.items() if spread is not None}
    medians = [each.median for each in found.values()]
    beyond = [
        [each.median - each.low for each in found.values()],
        [each.high - each.median for each in found.values()],
    ]
    colours = [_OURS if name.startswith(panel.ours) else _OTHERS for name in found]
    ax.barh(list(found), medians, xerr=beyond, color=colours, ecolor=_INK, capsize=2, height=0.6)
    ax.invert_yaxis()
    ax.set_xlabel(panel.unit)


def _draw_lines(panel: Panel, ax: "Axes") -> None:
    name, values = panel.over
    for label, line in panel.lines.items():
        ax.plot(values, line, label=label)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(name)
    ax.set_ylabel(panel.unit)
    ax.legend()
