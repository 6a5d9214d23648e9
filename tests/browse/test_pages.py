"""The pages of the view as they are without a terminal: none is blank, and none names an option that the view lacks."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("textual", reason="the extra kerasinspect[browse] is not installed")

from kerasinspect.browse.hints import HINTS
from kerasinspect.browse.screens.keys import key_blocks
from kerasinspect.browse.sessions import diff_session, model_session
from kerasinspect.browse.strips import lines_of
from kerasinspect.limits import DEFAULT
from kerasinspect.model import depth_first
from kerasinspect.output.blocks import HeatMap, Table
from kerasinspect.output.show_options import GridOptions
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.browse.subjects import Page, Subject
    from kerasinspect.output.layout.spans import Line

_OPTION = re.compile(r"(?<!kerasinspect show )(?<!heatmap )--[a-z]+")
"""An option that is not one of a command that is named before it."""


def pages(subject: Subject) -> Iterator[tuple[Subject, Page]]:
    """All pages about a subject and what it holds."""
    for one in depth_first(subject, lambda inner: [make() for make in inner.below()]):
        yield from ((one, page) for page in one.pages())


def text_of(page: Page, width: int) -> str:
    """What a page of this width says."""
    drawn = page.draw(GridOptions(width=width, painted=True, hints=HINTS))
    return "\n".join(map(_text, lines_of(drawn, width)))


def _text(line: Line) -> str:
    """A line without its styles."""
    return "".join(text for text, _ in line)


@pytest.mark.parametrize("width", [24, 80])
@pytest.mark.parametrize("name", ["small_cnn.keras", "recurrent.keras", "unbuilt.keras", "text_classifier.keras"])
def test_every_page_says_something_that_the_view_can_do(name: str, width: int) -> None:
    """No page is blank, and what is left out has the key, the page or the command that shows it."""
    with ExitStack() as files:
        for subject, page in pages(model_session(str(SAMPLES / name), DEFAULT, files).begin()):
            text = text_of(page, width)
            assert text.strip(), (subject.path, page.title)
            assert not _OPTION.search(" ".join(text.split())), (subject.path, page.title)


@pytest.mark.parametrize("at", range(5))
def test_a_layer_whose_sublayers_have_the_weights_names_them(at: int) -> None:
    """On every page that is about weights of its own; the explanation says what it does."""
    with ExitStack() as files:
        top = model_session(str(SAMPLES / "recurrent.keras"), DEFAULT, files).begin()
        wrapper = next(one for one in (make() for make in top.below()) if one.path == "time_distributed")
        text = " ".join(text_of(wrapper.pages()[at], 80).split())
    assert "time_distributed/dense" in text or at == 4
    assert "TimeDistributed" in text or "It has no weights of its own: they belong to" in text


@pytest.mark.parametrize("width", [36, 56, 74])
def test_every_key_has_its_explanation_on_a_narrow_screen(width: int) -> None:
    """Beside the key where there is room, or below it."""
    lines = " ".join(" ".join(map(_text, lines_of(key_blocks(), width))).split())
    tables = [block for block in key_blocks() if isinstance(block, Table)]
    assert tables
    for row in (row for table in tables for row in table.rows):
        for cell in row.cells:
            words = cell.split()
            assert all(word in lines for word in words), cell
    assert "not shown" not in lines


def test_pictures_of_two_sides_stand_below_that_of_their_difference() -> None:
    """The difference is of the values that a layer computes with, new less old."""
    with ExitStack() as files:
        old_side, new_side = (str(SAMPLES / name) for name in ("small_cnn.keras", "small_cnn_tuned.keras"))
        top = diff_session(old_side, new_side, DEFAULT, files).begin()
        subject, page = next(
            (subject, page)
            for subject, page in pages(top)
            if subject.path == "species/bias" and page.title == "Heat maps"
        )
        blocks = [*page.draw(GridOptions(width=80, painted=True, hints=HINTS))]
        titles = [one.title for one in subject.pages()]
    assert titles == ["Changes", "Old", "New", "Heat maps"]
    difference, old, new = (block for block in blocks if isinstance(block, HeatMap))
    shares = [
        [float(block.scale) * cell for cell in block.strips[0].pictures[0].cells[0] if cell is not None]
        for block in (difference, old, new)
    ]
    assert shares[0]
    for less, before, after in zip(*shares, strict=True):
        assert less == pytest.approx(after - before, abs=0.01 * float(old.scale))
