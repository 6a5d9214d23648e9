"""Histograms on pages and in documents, and their small form in a list."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.damage import Damage, Unread
from kerasinspect.analysis.inspection import InspectionOptions, WeightInspection
from kerasinspect.commands.cli import run
from kerasinspect.commands.program.group import cli
from kerasinspect.model import Initializer
from kerasinspect.output.arrays.histograms import histogram_blocks, spark
from kerasinspect.output.blocks import Bars, Paragraph
from kerasinspect.output.formats.markdown import write_markdown
from kerasinspect.output.formats.terminal import text_lines
from kerasinspect.output.layout.lines import lay_out
from kerasinspect.shown.escaping import columns_of
from tests.makers.handmade import weight
from tests.places import SAMPLES

if TYPE_CHECKING:
    from kerasinspect.output.blocks import Block

Values = np.ndarray[Any, Any]
EVEN = Initializer("random_uniform", limit=1.0, stddev=3**-0.5, form="uniform")


def inspected(values: Values, initializer: Initializer | None = None, bins: int = 8, **more: Any) -> WeightInspection:  # noqa: ANN401 - what the maker of weights takes
    """A weight of these values."""
    subject = weight("layer", "Dense", "kernel", values, ["unit"], initializer=initializer, **more)
    return WeightInspection(subject, 0, InspectionOptions(bins=bins), Damage())


def blocks_of(values: Values, initializer: Initializer | None = None, width: int | None = 80) -> list[Block]:
    """The blocks of a weight's histogram."""
    found = histogram_blocks(inspected(values, initializer), width)
    assert not isinstance(found, Unread)
    return found


def text_of(blocks: list[Block], width: int | None = 80) -> list[str]:
    """The lines of some blocks without colors."""
    return [line.rstrip("\n") for line in text_lines(blocks, width, colour=False)]


def test_bars_are_as_high_as_their_shares() -> None:
    """The fullest bin reaches the top, a bin with half as many values half of it, an empty one nothing."""
    values = np.repeat([0.1, 1.1, 3.1, 4.0], [4, 8, 2, 1])
    (bars, _) = blocks_of(np.concatenate([values, [0.0]]))
    assert isinstance(bars, Bars)
    counts = np.histogram(np.concatenate([values, [0.0]]), len(bars.heights))[0]
    assert bars.heights == pytest.approx(counts / counts.max())
    assert bars.top == "50%"


def test_the_curve_is_what_the_initializer_draws() -> None:
    """Points stand at the share that the initializer puts in each bin, on the scale of the bars."""
    values = np.linspace(-0.5, 0.5, 64)
    bars, said = blocks_of(values, EVEN)
    assert isinstance(bars, Bars)
    expected = 0.5 / len(bars.heights)
    assert bars.curve == pytest.approx(
        [expected / (np.histogram(values, len(bars.heights))[0].max() / 64)] * len(bars.heights)
    )
    assert " · ".join(line.strip() for line in text_of([said])).endswith(
        "• what random_uniform (±1) draws · 50% of that lies outside"
    )


def test_the_page_of_a_histogram() -> None:
    """Eight lines of bars, an axis with the numbers at both ends and a zero, and what is drawn."""
    assert text_of(blocks_of(np.repeat([-1.0, 0.2, 1.0], [1, 8, 4]))) == [
        "    61.5% ┤            ██████",
        *["          │            ██████"] * 3,
        *["          │            ██████      ██████"] * 3,
        "       0% ┤██████      ██████      ██████",
        "          └──────────────────────────────",
        "           -1             0             1",
        "    13 values in 5 bins",
    ]


def test_a_curve_far_above_the_bars_leaves_the_picture() -> None:
    """What is expected of a constant does not flatten the bars; an arrow says that it goes on."""
    bars, _ = blocks_of(np.linspace(-1, 1, 64), Initializer("zeros", constant=0.0))
    assert isinstance(bars, Bars)
    assert max(bars.curve) > 1
    assert any("↑" in line for line in text_of([bars]))


def test_signs_and_what_is_not_drawn_are_explained() -> None:
    """The arrow says how high it goes, and values beyond the bars are counted on their side with the farthest."""
    (_, said) = blocks_of(np.linspace(-1, 1, 64), Initializer("zeros", constant=0.0))
    assert isinstance(said, Paragraph)
    assert said.text.endswith("• what zeros draws · ↑ higher than drawn, up to 100%")
    values = np.concatenate([np.linspace(-1, 1, 4_000), [7.0, 8.0, -90.0]])
    subject = replace(inspected(values, EVEN), options=InspectionOptions(bulk=True))
    found = histogram_blocks(subject, 80)
    assert not isinstance(found, Unread)
    assert isinstance(found[1], Paragraph)
    assert "4,003 values in" in found[1].text
    assert " below, to -90 and " in found[1].text
    assert " above, to 8" in found[1].text


def test_a_slice_has_a_histogram_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """The same values as the heat map below it, which is said; figures stay those of all values, which is said too."""
    line = ["show", str(SAMPLES / "question_network.keras"), "--index", "0", "--slice", ":2, :"]
    assert run([*line, "--histogram", "--heatmap", "--stats"]) == 0
    page = capsys.readouterr().out
    assert "10 values of the slice in" in page
    assert "of all values: " in page
    assert run([*line, "--histogram", "--format", "json"]) == 0
    (weight,) = json.loads(capsys.readouterr().out)["weights"]
    assert sum(weight["histogram"]["counts"]) == 10


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.full(3, 0.5), "3 values, all 0.5"),
        (np.array([np.nan, np.inf, -np.inf, -np.inf]), "no finite values · 1 NaN · 1 × infinity · 2 × -infinity"),
        (np.zeros(0), "no finite values"),
        (np.array([0, 1, 1], np.int8), "3 values, one bar a number"),
    ],
    ids=["one value", "none finite", "nothing", "whole numbers"],
)
def test_odd_arrays_are_told_in_words(values: Values, said: str) -> None:
    """Where there is nothing to draw a sentence says what there is."""
    assert text_of(blocks_of(values))[-1].strip() == said


@pytest.mark.parametrize("width", [20, 60, 80, 130])
def test_no_line_is_wider_than_the_page(width: int) -> None:
    """A histogram fits every page."""
    for values in (np.random.default_rng(1).normal(size=10_000) * 1e-9, np.arange(100), np.array([1e300, -1e300])):
        subject = inspected(values, EVEN, bins=max(4, min(64, width - 13)))
        found = histogram_blocks(subject, width)
        assert not isinstance(found, Unread)
        assert max(columns_of("".join(text for text, _ in line)) for line in lay_out(found, width)) <= width


def test_sparks() -> None:
    """A small histogram has a sign for each bin, and a word for what is no number."""
    assert spark(inspected(np.repeat([0.0, 0.5, 1.0], [1, 4, 8])).histogram) == "▂ ▄ ▇"
    assert spark(inspected(np.array([1.0, 1.0, np.nan, np.inf])).histogram) == "▇ NaN inf"
    assert spark(inspected(np.full(2, np.nan)).histogram) == "NaN"
    assert spark(inspected(np.ones(3), broken=True).histogram) == "cannot be read"


def test_markdown_has_a_block_of_code() -> None:
    """A picture in Markdown stands between fences, so that its columns stay."""
    import io

    stream = io.StringIO()
    write_markdown(blocks_of(np.linspace(0, 1, 64)), stream)
    assert stream.getvalue().startswith("```text\n    ")
    assert "\n```\n" in stream.getvalue()


def test_a_damaged_array_is_unread() -> None:
    """What cannot be read stands as such in the place of its histogram."""
    assert isinstance(histogram_blocks(inspected(np.ones(3), broken=True), 80), Unread)


@pytest.mark.parametrize("command", ["show", "stats"])
def test_documents_have_edges_and_counts(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the histogram of every weight, as numpy counts it, with what is expected where that is known."""
    import kerasinspect

    path = SAMPLES / "text_classifier.keras"
    cli.main([command, str(path), "--histogram", "--format", "json"], standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    with kerasinspect.open_model(path) as model:
        for one, found in zip(model.weights, document["weights"], strict=True):
            values = np.asarray(one).astype(np.float64)
            histogram = found["histogram"]
            if len(histogram["counts"]) > 1:
                np.testing.assert_array_equal(histogram["counts"], np.histogram(values, histogram["edges"])[0])
                assert len(histogram["expected"]) == len(histogram["counts"])
            assert sum(histogram["counts"]) == values.size


def test_pages_of_commands_draw_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command draws what it was asked for, in the place of the numbers."""
    path = str(SAMPLES / "question_network.keras")
    for arguments, sign in (
        (["show", "--histogram"], "┤"),
        (["show", "--heatmap"], "▓"),
        (["stats", "--histogram"], "┤"),
        (["list", "--spark"], "▇"),
    ):
        cli.main([*arguments, path], standalone_mode=False)
        out = capsys.readouterr().out
        assert sign in out, arguments
        assert "\x1b" not in out
