"""The list of arrays: what stands in each line, what stands for a position, and where ``show`` begins with it."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.axes import Axis
from kerasinspect.model import Extra, Layer
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.blocks import Block, Grid, Paragraph, Table
from kerasinspect.output.formats.markdown import markdown_text, write_markdown
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.head import file_name
from kerasinspect.output.pages.list import list_blocks, weight_lines
from kerasinspect.output.pages.overview import with_overview
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.show_options import GridOptions, ShowOptions
from tests.makers.handmade import MemoryArray, dense, model, numbers, question_network, varied, weight
from tests.output.snapshots import assert_as_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.model import Model, Weight

LIST_LINES, HEAD_LINES = 12, 2


def listed(subject: Model, width: int | None = None) -> str:
    """The page of ``list``."""
    stream = io.StringIO()
    write_text(list_blocks(inspect(select(subject))), stream, width)
    return stream.getvalue()


def cells(weights: list[Weight]) -> list[tuple[str, ...]]:
    """The lines of these weights, cell by cell."""
    subject = model([Layer("one", "Dense", "one", weights=tuple(weights))])
    table = next(block for block in weight_lines(inspect(select(subject))) if isinstance(block, Table))
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("width", [None, 80])
@pytest.mark.parametrize(("name", "subject"), [("question_network", question_network), ("varied", varied)])
def test_the_list_is_as_it_was_looked_at(name: str, subject: Callable[[], Model], width: int | None) -> None:
    """The whole page, in a pipe and on a narrow terminal."""
    assert_as_kept(f"list_{name}_{width or 'pipe'}.txt", listed(subject(), width))


@pytest.mark.parametrize("width", [None, 80])
def test_the_question_is_answered_on_twelve_lines(width: int | None) -> None:
    """Of eight arrays position, name, shape and what their numbers do; nothing is wrapped or cut."""
    page = listed(question_network(), width).splitlines()
    assert len(page) - page.index("") <= LIST_LINES - HEAD_LINES
    lines = [line for line in page if line.startswith("[")]
    assert [line.split()[:2] for line in lines[:2]] == [["[0]", "dense/kernel"], ["[1]", "dense/bias"]]
    assert "(8, 5)   8 inputs × 5 units, one weight each" in lines[0]
    assert "(5,)     one per unit, added to its sum" in lines[1]
    assert len(lines) == 8
    assert "…" not in "".join(page)


GATES = Axis("unit", 8, ("i", "f", "c", "o"))
WINDOW = ["height", "width", "channel", "filter"]
WORDS: dict[str, tuple[tuple[Any, ...], str]] = {
    "bias": (("Conv2D", "bias", numbers(4), ["filter"]), "one per filter, added to its sum"),
    "gates": (("LSTM", "bias", numbers(8), [GATES]), "4 gates of 2 units, added to sums"),
    "gamma": (("BatchNormalization", "gamma", numbers(4), ["channel"]), "one per channel, multiplies it"),
    "counted": (("BatchNormalization", "moving_mean", numbers(4), ["channel"]), "one per channel, its mean"),
    "rows": (
        ("Embedding", "embeddings", numbers(9, 2), ["index", "unit"]),
        "9 indices × 2 units, a row each",
    ),
    "steps": (("Conv1D", "kernel", numbers(3, 2, 4), ["step", *WINDOW[2:]]), "3 steps × 2 channels × 4 filters"),
    "window": (("Conv2D", "kernel", numbers(3, 3, 1, 4), WINDOW), "3×3 of 1 channel × 4 filters"),
    "heads": (("EinsumDense", "bias", numbers(2, 3), ["head", "unit"]), "2 heads × 3 units, added to sums"),
    "long": (("Dense", "kernel", numbers(1280, 1000), ["input", "unit"]), "1,280 inputs × 1,000 units"),
    "scalar": (("Normalization", "count", np.array(3, "int64"), []), "one value"),
    "custom": (("Mine", "bias", numbers(4), ["unit"]), "4 units"),
    "empty": (("Dense", "kernel", numbers(0, 2), ["input", "unit"]), "0 inputs × 2 units, one weight each"),
}
"""Class, name, values and axes of an array, and what a line says of it."""


@pytest.mark.parametrize(("made", "said"), WORDS.values(), ids=list(WORDS))
def test_what_an_array_is_in_words(made: tuple[Any, ...], said: str) -> None:
    """Of a vector what each number belongs to, of a matrix what its numbers do; nothing of an unknown class."""
    assert cells([weight("one", *made, index=0)])[0][2] == said


UNTOLD: dict[str, dict[str, Any]] = {
    "guessed name": {"named": False},
    "integers": {"dequantized": MemoryArray(numbers(4))},
    "packed": {"unpacked": MemoryArray(numbers(8))},
}
"""What makes an array one of which its class does not say what its numbers do."""


@pytest.mark.parametrize("more", UNTOLD.values(), ids=list(UNTOLD))
def test_no_more_is_said_than_is_told(more: dict[str, Any]) -> None:
    """The line then says the shape alone."""
    assert cells([weight("one", "Dense", "bias", numbers(4), ["unit"], index=0, **more)])[0][2] == "4 units"


def test_no_more_is_said_where_the_axes_are_not_told() -> None:
    """As of what a wrapper keeps of the kernel of a layer inside it."""
    axes = [Axis("row", 3, told=False), Axis("column", 2, told=False)]
    assert cells([weight("one", "Dense", "kernel", numbers(3, 2), axes)])[0][2] == "3 rows × 2 columns"


def test_a_position_that_is_not_known_is_marked() -> None:
    """One that the file does not tell, and one that there is none of, each with a line on what the mark means."""
    vector: tuple[Any, ...] = ("Dense", "bias", numbers(4), ["unit"])
    weights = (
        weight("one", *vector, index=10),
        replace(weight("one", *vector), stored_path="again", same_as="one/bias"),
        replace(weight("one", *vector), stored_path="aside", kept_aside=True),
        replace(weight("one", *vector), stored_path="untold"),
    )
    page = listed(model([Layer("one", "Dense", "one", weights=weights)])).splitlines()
    assert [line.split(" one/")[0].strip() for line in page[3:7]] == ["[10]", "[-]", "[-]", "[?]"]
    assert "the same variable as one/bias" in page[4]
    assert page[7:] == [
        "  [?]: no position in get_weights() is known.",
        "  [-]: stored here, but no entry of get_weights() of its own.",
    ]


def test_layers_without_weights_yet_are_named() -> None:
    """Alone they say why there is no list; a model without any has nothing to wait for."""
    unbuilt = [Layer(f"later_{at}", "Dense", f"later_{at}", built=False) for at in range(9)]
    why = "no weights yet (Keras creates them at the first call): "
    assert listed(model(unbuilt[:1])).splitlines()[-1] == f"{why}later_0"
    assert listed(model([dense("dense", 2, 2, 0), *unbuilt])).splitlines()[-1].endswith("later_7 and 1 more")
    assert listed(model([])).splitlines()[-1] == "no weights in this file"


def test_pickled_arrays_are_said_to_be_pickled() -> None:
    """Of a file that has weights, though none that is read, it is not said that it has none."""
    extras = [Extra("unclaimed", "dense", "layers/dense.npy", MemoryArray(np.zeros((), "object")))]
    said = "no weights are read: 1 array in this file holds pickled Python objects"
    lines = listed(replace(model([]), extras=tuple(extras))).splitlines()
    assert said in lines
    assert "no weights in this file" not in lines


def test_markdown_has_titles() -> None:
    """A table of Markdown needs them, where a page does without."""
    stream = io.StringIO()
    write_markdown(list_blocks(inspect(select(question_network()))), stream)
    assert "| weight | shape | what it is | dtype | parameters |" in stream.getvalue()
    assert "| `[0] dense/kernel` | (8, 5) |" in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("64 digits; --format json has all of them", "64 digits; `--format json` has all of them"),
        ("only with --format json.", "only with `--format json`."),
        ("a--format json", "a--format json"),
        ("--format <b>", "`--format <b>`"),
    ],
)
def test_an_option_and_its_value_are_one_piece_of_code_in_markdown(text: str, written: str) -> None:
    """As somebody would type them; other words stay words."""
    assert markdown_text(text) == written


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("models/run_orbax/12", "run_orbax/12"),
        ("models\\run_orbax\\12\\", "run_orbax/12"),
        ("12", "12"),
        ("/12", "12"),
        ("models/model_12.keras", "model_12.keras"),
    ],
)
def test_a_step_is_named_with_its_folder(location: str, named: str) -> None:
    """The number alone says nothing of the training that it is of."""
    assert file_name(replace(model([]), location=location)) == named


def test_a_long_page_begins_with_the_list_and_a_short_one_does_not() -> None:
    """A screen is as long as the options say; one that fits needs no overview."""
    subject = inspect(select(question_network()))

    def shown(lines: int) -> str:
        stream = io.StringIO()
        write_text(show_blocks(subject, ShowOptions(screen=lines)), stream)
        return stream.getvalue()

    long, short = shown(24).split("\n\n"), shown(200).split("\n\n")
    assert long[1].startswith("[0] dense/kernel")
    assert [long[0], *long[2:]] == short
    assert short[1].startswith("layer dense")


def test_two_arrays_need_no_list() -> None:
    """They are seen as soon as a list of them would be."""
    stream = io.StringIO()
    write_text(show_blocks(inspect(select(question_network(), ["dense_3"])), ShowOptions(screen=5)), stream)
    assert "\n[6]" not in stream.getvalue()


def test_no_value_is_read_twice_for_an_overview() -> None:
    """Rows that were read to see how long the page is are the ones that are written."""
    subject = inspect(select(model([dense("dense", 40, 3, 0)])))
    drawn = draw(subject.weights[0].values, GridOptions(full=True))
    (grid,) = (block for block in drawn if isinstance(block, Grid))
    read: list[str] = []

    def rows() -> Iterator[Any]:
        for row in grid.rows:
            read.append(row.label)
            yield row

    def blocks() -> Iterator[Block]:
        yield replace(grid, rows=rows())
        read.append("the block behind it")
        yield Paragraph("end")

    page = with_overview(blocks(), [Paragraph("overview")], 10)
    assert next(page) == Paragraph("overview")
    assert len(read) == 10
    begun = next(page)
    assert isinstance(begun, Grid)
    assert [row.label for row in begun.rows] == [f"input {at}" for at in range(40)]
    assert next(page) == Paragraph("end")
    assert len(read) == 41
