"""Plots of time against what a model has more and more of, as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.builds import BEFORE, THIS
from benchmarks.contests import READ
from benchmarks.models import curve_name

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.records import Results

STYLES = {THIS: "-", BEFORE: "--", READ: ":"}
COLOURS = {"summary": "#0072b2", "list": "#009e73", "show": "#d55e00", "stats": "#cc79a7", "check": "#e69f00"}
"""Colours that people who are blind to some tell apart."""
AXES = {"arrays": "arrays", "layers": "layers", "nested": "nested models", "bytes": "bytes of the file"}


def draw(results: Results, kind: str, path: Path) -> bool:
    """Draw the curves of one kind; False where nothing was measured for them."""
    lines = curves(results, kind)
    if not lines:
        return False
    mpl.rcParams["svg.fonttype"] = "none"  # text stays text
    mpl.rcParams["svg.hashsalt"] = kind  # the same figures give the same file
    figure = Figure(figsize=(7.5, 4.2), layout="constrained")
    axes = figure.subplots()
    for (question, who), points in lines.items():
        label = who if who == READ else f"{question}, {who}"
        colour = "black" if who == READ else COLOURS[question]
        axes.loglog(*zip(*points, strict=True), STYLES[who], color=colour, marker=".", label=label)
    axes.set(xlabel=AXES[kind], ylabel="seconds")
    axes.grid(which="major", color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False)
    figure.savefig(path, metadata={"Date": None})
    return True


def curves(results: Results, kind: str) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """The points of each line: how much there is, and seconds."""
    lines: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for size in results.curves[kind]:
        name = curve_name(kind, size)
        for model, question, who in results.records:
            record = results.find(model, question, who)
            if model == name and record and not (who == READ and question != "stats"):
                across = results.bytes[name] if kind == "bytes" else size
                lines.setdefault((question, who), []).append((across, record.seconds))
    return lines
