"""Heat maps: which planes stand side by side, what each cell says, and how a terminal with or without colors has it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from rich.color import ColorSystem

from kerasinspect.analysis.damage import Damage
from kerasinspect.analysis.inspection import InspectionOptions, WeightInspection
from kerasinspect.analysis.slicing import parse_slice
from kerasinspect.axes import Axis
from kerasinspect.errors import DamagedFile
from kerasinspect.output import colours
from kerasinspect.output.arrays.heat_maps import draw_heat_map
from kerasinspect.output.blocks import HeatMap, Picture, Strip
from kerasinspect.output.formats.terminal import text_lines
from kerasinspect.output.layout.heat_maps import colour_of
from kerasinspect.output.layout.lines import lay_out
from kerasinspect.output.show_options import GridOptions
from kerasinspect.shown.escaping import columns_of
from tests.makers.handmade import numbers, weight
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerasinspect.output.blocks import Block

Values = np.ndarray[Any, Any]
LSTM = ("i", "f", "c", "o")


def blocks_of(
    values: Values,
    axes: Sequence[Axis | str],
    options: GridOptions | None = None,
    part: str = "...",
    **more: Any,  # noqa: ANN401 - what the maker of weights takes
) -> list[Block]:
    """The blocks of a weight's heat map."""
    subject = weight("layer", "Dense", "kernel", values, axes, **more)
    inspected = WeightInspection(subject, 0, InspectionOptions(parse_slice(part)), Damage())
    return [*draw_heat_map(inspected, options or GridOptions(width=80))]


def text_of(blocks: list[Block], width: int | None = 80) -> list[str]:
    """The lines of some blocks without colors."""
    return [line.rstrip("\n") for line in text_lines(blocks, width, colour=False)]


def heat_map(blocks: list[Block]) -> HeatMap:
    """The one heat map among some blocks."""
    (found,) = (block for block in blocks if isinstance(block, HeatMap))
    return found


def colour(share: float | None) -> str:
    """The color of one cell, as a heat map of that cell alone has it."""
    alone = HeatMap((Strip((Picture(((share,),)),), ("",)),), "1", is_flawed=False, is_painted=True)
    style = next(iter(lay_out([alone], 80)))[2][1]
    assert isinstance(style, colours.Paint)
    return style.front


def test_shades_tell_how_far_from_zero_and_on_which_side() -> None:
    """Without colors a cell is a shade twice, behind a minus where it is below zero."""
    values = np.array([[1.0, -1.0, 0.5, -0.5], [0.0, 0.25, -0.75, np.nan]])
    assert text_of(blocks_of(values, ["input", "unit"])) == [
        "    down: input · across: unit · each cell one value",
        "    input 0  ██-█▒▒-▒",
        "    input 1  ⋅ ░░-▓!!",
        "    -1 -█ -▓ -▒ -░ ⋅ ░░ ▒▒ ▓▓ ██ 1  !! NaN or infinite",
    ]


TERMINALS = [
    pytest.param({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "\x1b[38;2;", id="all colors"),
    pytest.param({"TERM": "xterm-256color"}, "\x1b[38;5;", id="256 colors"),
    pytest.param({"TERM": "xterm"}, "▓▓", id="16 colors"),
    pytest.param({"TERM": "xterm-256color", "PYTHONIOENCODING": "ascii"}, "%%", id="no Unicode"),
]


@pytest.mark.parametrize(("terminal", "sign"), TERMINALS)
def test_a_page_has_the_colours_of_the_terminal(terminal: dict[str, str], sign: str) -> None:
    """Colors are those that the terminal has; where it has few, or no half blocks, shades take their place."""
    command = [sys.executable, "-m", "kerasinspect", "show", "--heatmap", "--color", "always", "--layer", "dense"]
    environment = {"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8", **terminal}
    run = subprocess.run(
        [*command, str(SAMPLES / "question_network.keras")], env=environment, capture_output=True, check=True, cwd=ROOT
    )
    page = run.stdout.decode()
    assert sign in page
    assert ("▀" in page or "█" in page) == (sign != "%%")


def test_colours_are_blue_and_orange() -> None:
    """The ends are blue and orange, zero is white, and what is no number black."""
    assert [colour(share) for share in (-1.0, 0.0, 1.0, None)] == ["#2166ac", "#f7f7f7", "#e66101", "#000000"]


def test_many_rows_share_lines_in_halves() -> None:
    """With colors a line has two rows of cells: the upper one before the lower one."""
    found = blocks_of(numbers(64, 64), ["input", "unit"], GridOptions(width=80, painted=True))
    block = heat_map(found)
    assert block.halves
    assert (len(block.strips[0].pictures[0].cells), len(block.strips[0].pictures[0].cells[0])) == (32, 64)
    lines = [*lay_out(found, 80)]
    signs = {text[0] for line in lines for text, style in line if isinstance(style, colours.Paint)}
    assert signs == {"▀", "█"}
    upper, lower = (row[0] for row in block.strips[0].pictures[0].cells[:2])
    assert lines[1][2][1] == colours.Paint(colour(upper), colour(lower))


def test_cells_are_means_as_shares_of_the_largest() -> None:
    """Every cell is the mean of its part, as numpy computes it, over the largest distance from zero."""
    values = np.random.default_rng(4).normal(size=(200, 300)).astype(np.float32)
    block = heat_map(blocks_of(values, ["input", "unit"]))
    cells = np.array(block.strips[0].pictures[0].cells, float)
    rows, columns = (np.split(np.arange(size), count) for size, count in zip((200, 300), cells.shape, strict=True))
    means = np.array([[values[np.ix_(row, column)].astype(float).mean() for column in columns] for row in rows])
    np.testing.assert_allclose(cells, means / np.abs(means).max(), atol=1e-12)
    assert block.scale == f"{np.abs(means).max():.3g}"


def test_gates_stand_side_by_side() -> None:
    """A recurrent kernel is split by gate, and units count from zero in each."""
    axes = [Axis("input", 3), Axis("unit", 40, blocks=LSTM)]
    lines = text_of(blocks_of(numbers(3, 40), axes, GridOptions(width=130)), 130)
    assert [word for word in lines[1].split() if "(" in word] == ["(input)", "(forget)", "(candidate)", "(output)"]
    assert lines[5].split() == ["unit", "0", "unit", "9"] * 4


def test_narrow_gates_lose_their_words() -> None:
    """Where a gate has few units its heading is the name of the gate."""
    axes = [Axis("input", 3), Axis("unit", 16, blocks=LSTM)]
    assert text_of(blocks_of(numbers(3, 16), axes))[1].split() == ["gate", "i", "gate", "f", "gate", "c", "gate", "o"]


def test_filters_are_small_multiples() -> None:
    """Filters stand side by side, a strip for each channel that is shown, and the page says what is left out."""
    values = numbers(3, 3, 2, 40)
    found = blocks_of(values, ["height", "width", "channel", "filter"])
    block = heat_map(found)
    assert [strip.title for strip in block.strips] == ["channel 0, filter 0 to 7", "channel 1, filter 0 to 7"]
    scale = float(block.scale)
    second = block.strips[1].pictures[3].cells
    np.testing.assert_allclose(np.array(second, float) * scale, values[:, :, 1, 3], atol=1e-3)
    assert "left out: 64 of 80 pictures (--full shows more)" in text_of(found)[-1]


def test_filters_of_gates_stand_together() -> None:
    """Of a recurrent convolution each gate has a strip of filters, counted from zero in each, and none is left out."""
    values = numbers(3, 3, 1, 16)
    axes = [Axis("height", 3), Axis("width", 3), Axis("channel", 1), Axis("filter", 16, blocks=LSTM)]
    found = heat_map(blocks_of(values, axes))
    words = ("gate i (input)", "gate f (forget)", "gate c (candidate)", "gate o (output)")
    assert [strip.title for strip in found.strips] == [f"channel 0, {word}, filter 0 to 3" for word in words]
    assert [picture.title for picture in found.strips[1].pictures] == ["0", "1", "2", "3"]
    second = np.array(found.strips[1].pictures[2].cells, float) * float(found.scale)
    np.testing.assert_allclose(second, values[:, :, 0, 6], atol=1e-3)


def test_many_filters_of_gates_are_left_out_alike() -> None:
    """Every gate has its first filters, under the numbers that they have in it."""
    axes = [Axis("height", 3), Axis("width", 3), Axis("channel", 1), Axis("filter", 400, blocks=LSTM)]
    blocks = blocks_of(numbers(3, 3, 1, 400), axes)
    titles = [strip.title for strip in heat_map(blocks).strips]
    assert titles[3] == "channel 0, gate o (output), filter 0 to 7"
    assert len(titles) == len(LSTM)
    assert "left out: 368 of 400 pictures (--full shows more)" in text_of(blocks)[-1]


def test_the_scale_is_that_of_the_whole_array() -> None:
    """A filter that is not drawn counts; one outside of the slice does not, and the page says of what the scale is."""
    values = numbers(3, 3, 2, 40)
    values[1, 1, 1, 39] = -99
    axes = ["height", "width", "channel", "filter"]
    found = blocks_of(values, axes)
    assert heat_map(found).scale == "99"
    assert text_of(found)[-1].endswith("the scale is that of all")
    assert float(heat_map(blocks_of(values, axes, part="..., :39")).scale) < 99


def test_heads_are_spread_evenly_over_strips() -> None:
    """Of four heads two and two, where three would have room."""
    found = heat_map(blocks_of(numbers(8, 4, 16), ["input", "head", "unit"], GridOptions(width=64)))
    assert [len(strip.pictures) for strip in found.strips] == [2, 2]


def test_full_shows_every_filter() -> None:
    """With --full nothing is left out."""
    found = blocks_of(numbers(3, 3, 2, 40), ["height", "width", "channel", "filter"], GridOptions(full=True, width=80))
    assert sum(len(strip.pictures) for strip in heat_map(found).strips) == 80
    assert not any("left out" in line for line in text_of(found))


def test_heads_stand_side_by_side() -> None:
    """A kernel of attention has a picture for each head, all of which are shown."""
    block = heat_map(blocks_of(numbers(6, 12, 5), ["input", "head", "unit"]))
    titles = [picture.title for strip in block.strips for picture in strip.pictures]
    assert titles == [f"head {at}" for at in range(12)]


def test_an_embedding_has_a_row_for_each_index() -> None:
    """Tokens run down, units across, with the tokens as labels."""
    axis = Axis("index", 3, labels=("[UNK]", "good", "\u597d"))
    lines = text_of(blocks_of(numbers(3, 4), [axis, "unit"]))
    assert [line[: 11 - line.count("\u597d")] for line in lines[1:4]] == [
        "    [UNK]  ",
        "    good   ",
        "    \u597d     ",
    ]


def test_slices_are_followed() -> None:
    """A slice chooses what is drawn, and what it holds fixed is said."""
    lines = text_of(blocks_of(numbers(3, 4, 5), ["step", "channel", "filter"], part="1, ::-1, :2"))
    assert lines[0] == "    at step 1"
    assert [line.split("  ")[2] for line in lines[2:6]] == ["channel 3", "channel 2", "channel 1", "channel 0"]


@pytest.mark.parametrize(
    ("values", "axes", "said"),
    [
        (np.array(2.5), [], "2.5"),
        (np.zeros((0, 3)), ["input", "unit"], "no values: the shape, or the slice, has an axis of size 0"),
        (np.zeros((2, 2)), ["input", "unit"], "every cell is 0"),
        (np.full((2, 2), np.nan), ["input", "unit"], "every cell has NaN or infinities"),
        (np.array(["a", "b"]), ["index"], "a"),
    ],
    ids=["scalar", "empty", "zeros", "nan", "text"],
)
def test_what_has_no_picture_is_said(values: Values, axes: list[str], said: str) -> None:
    """A single value is a number, text a table, and a picture without numbers says so."""
    assert said in " ".join(text_of(blocks_of(values, axes)))


def test_means_that_are_zero_are_not_said_of_values() -> None:
    """Values that make up for each other are not called zeros: the cells are, and each says what it is the mean of."""
    values = np.tile([[1.0], [-1.0]], (200, 8))
    lines = text_of(blocks_of(values, ["input", "unit"], GridOptions(width=60)))
    assert "each cell the mean of up to" in " ".join(lines)
    assert lines[-1].strip() == "every cell is 0"


@pytest.mark.parametrize(
    ("shape", "said"),
    [((39, 3), "2 × 1"), ((41, 3), "3 × 1"), ((3, 127), "1 × 4"), ((64, 3), "4 × 1"), ((21, 149), "2 × 5")],
    ids=str,
)
def test_a_caption_says_how_many_values_the_largest_cell_covers(shape: tuple[int, int], said: str) -> None:
    """Where an axis has no equal parts, too."""
    (caption,) = (line for line in text_of(blocks_of(numbers(*shape), ["input", "unit"])) if "each cell" in line)
    assert caption.endswith(f"each cell the mean of up to {said} values")


def test_values_whose_sum_no_float_holds_have_a_mean() -> None:
    """They are finite, and drawn as numbers."""
    block = heat_map(blocks_of(np.full((400, 400), 1.7e308), ["input", "unit"]))
    assert (block.is_flawed, block.scale) == (False, "1.7e+308")
    assert {cell for row in block.strips[0].pictures[0].cells for cell in row} == {1}


def test_a_damaged_array_gives_no_block() -> None:
    """Where values are missing the error comes before anything is drawn."""
    with pytest.raises(DamagedFile):
        blocks_of(numbers(4, 4), ["input", "unit"], broken=True)


HOSTILE = ["\x1b[2J", "[bold red]x[/]", "<script>", "\u202eevil", "a" * 10_000, "\u5bbd" * 30, "::error::", ""]


@pytest.mark.parametrize("painted", [False, True])
@pytest.mark.parametrize("width", [20, 60, 80, 130, 200])
def test_no_line_is_wider_than_the_page(width: int, painted: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """Whatever the axes and their names, nothing is cut off and nothing acts on the terminal."""
    tokens = Axis("index", 60, labels=HOSTILE)
    several: list[tuple[Values, list[Axis | str]]] = [
        (numbers(60, 300), [tokens, "unit"]),
        (numbers(9, 60), ["input", tokens]),
        (numbers(9, 48), [Axis("input", 9, source="\u5c64" * 200), Axis("unit", 48, blocks=LSTM)]),
        (numbers(7, 7, 3, 60), ["height", "width", "channel", tokens]),
        (numbers(30, 12, 64), ["input", "head", "unit"]),
        (numbers(3, 40, 50), ["step", "channel", "filter"]),
        (np.full((500,), np.inf), ["unit"]),
    ]
    for values, axes in several:
        blocks = blocks_of(values, axes, GridOptions(width=width, painted=painted))
        for line in lay_out(blocks, width):
            text = "".join(part for part, _ in line)
            assert columns_of(text) <= width, text
            assert text.isprintable()


def test_a_terminal_of_256_colours_goes_from_blue_to_orange_by_way_of_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    """The colours nearest to each one of the scale would be greenish and pink between."""
    monkeypatch.setattr(colours, "_system", lambda: ColorSystem.EIGHT_BIT)
    monkeypatch.setattr(colours, "_escapes", colours._escapes.__wrapped__)  # noqa: SLF001 - what it keeps is of others
    drawn = [colours.styled("x", colours.Paint(colour_of(step / 16))) for step in range(-16, 17)]
    codes = [re.search(r"38;5;([0-9]+)m", one)[1] for one in drawn]  # type: ignore[index]  # each has one
    assert [*dict.fromkeys(codes)] == ["25", "68", "110", "153", "254", "223", "215", "208", "166"]
