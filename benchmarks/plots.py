"""Plots of time against what a model has more and more of, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import ON_CURVES, READ
from benchmarks.models import curve_name

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.records import Results

    Lines = dict[tuple[str, str], list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of several curves, one beside the other."""

    file: str
    title: str
    kinds: dict[str, str]
    """What grows, and what its axis is called."""


PLOTS = (
    Plot(
        "time_by_parts.svg",
        "Time against the parts of a model",
        {"arrays": "arrays", "layers": "layers without weights", "nested": "nested models"},
    ),
    Plot("time_by_bytes.svg", "Time against the bytes of a model", {"bytes": "bytes of the file"}),
)
_STYLES = {THIS: "-", BEFORE: "--", READ: ":"}
_COLOURS = {"summary": "#0072b2", "list": "#009e73", "show": "#d55e00", "stats": "#cc79a7", "check": "#e69f00"}
"""Colours that people who are blind to some tell apart."""
_WIDTH, _HEIGHT, _LEGEND = 3.0, 3.6, 2.0
"""Inches: of a curve, of the picture, and of what explains the lines."""


def draw(results: Results, plot: Plot, folder: Path) -> bool:
    """Draw a picture; False where nothing was measured for it."""
    found = {kind: lines for kind in plot.kinds if (lines := curves(results, kind))}
    if not found:
        return False
    mpl.rcParams["svg.fonttype"] = "none"  # text stays text
    mpl.rcParams["svg.hashsalt"] = plot.file  # the same figures give the same file
    width = max(len(found), 2) * _WIDTH + _LEGEND
    figure = Figure(figsize=(width, _HEIGHT), layout="constrained")
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for axes, (kind, lines) in zip(panels, found.items(), strict=True):
        for (question, who), points in lines.items():
            label = who if who == READ else f"{question}, {who}"
            colour = "black" if who == READ else _COLOURS[question]
            axes.loglog(*zip(*points, strict=True), _STYLES[who], color=colour, marker=".", label=label)
        ticks = sorted({across for points in lines.values() for across, _ in points})
        axes.set_xticks(ticks, [_tick(kind, at) for at in ticks])
        axes.set_xticks([], minor=True)
        axes.set_xlabel(plot.kinds[kind])
        axes.grid(which="major", color="#dddddd")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("seconds")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", frameon=False)
    figure.savefig(folder / plot.file, metadata={"Date": None})
    return True


def _tick(kind: str, at: int) -> str:
    """What stands at a point of an axis."""
    if kind != "bytes":
        return f"{at:,}"
    return f"{at / 1e9:.3g} GB" if at >= 1e9 else f"{at / 1e6:.3g} MB"  # noqa: PLR2004 - as it is written


def curves(results: Results, kind: str) -> Lines:
    """The points of each line: how much there is, and seconds. A plain read is told once, that beside ``stats``."""
    lines: Lines = {}
    for size in results.curves[kind]:
        name = curve_name(kind, size)
        for model, question, who in results.records:
            record = results.find(model, question, who)
            is_told = question in ON_CURVES[kind] and (who != READ or question == "stats")
            if model == name and record and is_told:
                across = results.bytes[name] if kind == "bytes" else size
                lines.setdefault((question, who), []).append((across, record.seconds))
    return dict(sorted(lines.items(), key=lambda line: line[0][1] == READ))
