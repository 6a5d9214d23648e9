"""The page of ``series``: its signs, and names that fit no page."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest

from kerasinspect.analysis.comparison.series.results import Checkpoint, LayerSeries, Movement, Series
from kerasinspect.output.comparison.sparklines import legend, sparkline
from kerasinspect.output.consoles import STAND_INS
from kerasinspect.output.documents.series import series_document, series_lines
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.jsonl import write_jsonl
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.series import series_blocks
from kerasinspect.shown.escaping import columns_of
from tests.output.test_hostile_names import HOSTILE, WIDE


def followed(*changes: float | None, nan: int | None = None, path: str = "dense") -> LayerSeries:
    """A layer with these changes, None for nothing to compare with, after a first file; with NaN from one file on."""
    movements = [None if change is None else Movement(int(change > 0), change, change) for change in changes]
    counts = tuple(int(nan is not None and at >= nan) for at in range(len(changes) + 1))
    return LayerSeries(path, path, "Dense", None, 4, ("kernel",), (None, *movements), counts, (0,) * len(counts))


@pytest.mark.parametrize(
    ("layer", "signs"),
    [
        (followed(1.0, 2.0, 4.0, 8.0), "▁▂▄█"),
        (followed(0.0, 0.0), "──"),
        (followed(None, 3.0, 0.0), "×█─"),
        (followed(1.0, 1.0, 0.0, nan=2), "█!!"),
        (followed(1e-300, 1e300), "▁█"),
        (replace(followed(1.0), movements=(None, Movement(3, 2.0, None))), "█"),
        (replace(followed(1.0, 2.0), movements=(None, Movement(1, 0.0, 0.0), Movement(4, 2.0, 2.0))), "~█"),
        (replace(followed(None, None, 1.0), missing=(1,)), "/×█"),
        (followed(), ""),
    ],
    ids=["shares", "still", "not compared", "NaN", "far apart", "from zero", "nothing finite", "missing", "one file"],
)
def test_the_signs_of_a_layer(layer: LayerSeries, signs: str) -> None:
    """Each is a share of the largest change of its layer, or says why there is none."""
    assert sparkline(layer) == signs


def test_a_sign_stands_for_several_of_many_files() -> None:
    """It is the one of the largest change among them."""
    layer = followed(*[0.0] * 500, 1.0, *[0.0] * 499)
    assert sparkline(layer) == "─" * 20 + "█" + "─" * 19
    assert "one sign for 25 steps" in legend(1001)
    gone = replace(followed(*[None] * 1000), missing=tuple(range(1, 500)))
    assert sparkline(gone) == "/" * 19 + "×" * 21
    assert (legend(1001, missing=True), legend(1001)) == (f"{legend(1001)}, / missing", legend(1001))


def test_infinities_are_told_where_a_file_has_one() -> None:
    """In a sentence and two columns, which no other page has."""
    pages = []
    for counts in ((0, 0, 2), (0, 0, 0)):
        layer = replace(followed(0.0, 0.0), infinite=counts)
        files = [
            Checkpoint(f"{at}.keras", nan=0, infinite=count, infinite_in="dense/kernel" if count else None)
            for at, count in enumerate(counts)
        ]
        stream = io.StringIO()
        write_text(series_blocks(Series((*files,), (layer,)), [layer]), stream)
        pages.append(stream.getvalue())
    assert "first infinity: [3] 2.keras, in dense/kernel" in pages[0]
    assert pages[0].count("  infinite") == 2
    assert "no NaN or infinity" in pages[1]
    assert "  infinite" not in pages[1]


def test_every_sign_has_a_stand_in() -> None:
    """Of one column, and another one than all others."""
    signs = "▁▂▃▄▅▆▇█─×"
    written = [STAND_INS[sign] for sign in signs] + ["~", "!", "/"]
    assert len({*written}) == len(signs) + 3
    assert {*map(len, written)} == {1}


def hostile_series() -> Series:
    """A series in which everything has a name that means harm or is too long."""
    names = [*HOSTILE.values(), *WIDE.values()]
    layers = [followed(*[0.5] * (len(names) - 1), nan=2, path=name) for name in names]
    layers += [replace(one, last_path=other.path) for one, other in pairwise(layers)]
    files = [Checkpoint(name, name if at % 5 == 4 else "", nan=1, nan_in=name) for at, name in enumerate(names)]
    return Series(tuple(files), tuple(layers))


@pytest.mark.parametrize("width", [20, 40, 80, 130])
def test_no_name_is_wider_than_the_page(width: int) -> None:
    """Nor acts on what shows it."""
    series = hostile_series()
    stream = io.StringIO()
    write_text(series_blocks(series, series.layers), stream, width)
    lines = stream.getvalue().split("\n")
    assert max(map(columns_of, lines)) <= width
    assert all(line.isprintable() for line in lines)


def test_layers_of_one_path_are_told_apart_by_their_first_files() -> None:
    """As a head is that has other shapes from some file on."""
    head = followed(None, 1.0)
    layers = (replace(head, nan=(0, None, None)), replace(head, nan=(None, 0, 0)), followed(1.0, 1.0, path="body"))
    stream = io.StringIO()
    series = Series((Checkpoint("a"), Checkpoint("b"), Checkpoint("c")), layers)
    write_text(series_blocks(series, layers), stream, None)
    rows = stream.getvalue().partition("\nlayer ")[2].splitlines()[1:4]
    assert [row.partition("  ")[0] for row in rows] == ["dense [1]", "dense [2]", "body"]
    assert "moves most: body" in stream.getvalue()


def test_sentences_tell_layers_of_one_path_apart_as_the_table_does() -> None:
    """Both those that never move, and the one that moves most."""
    still, moving = followed(None, 0.0), followed(2.0, 3.0)
    layers = (replace(still, nan=(None, 0, 0)), replace(moving, nan=(0, 0, 0)), followed(0.0, 0.0, path="body"))
    stream = io.StringIO()
    write_text(series_blocks(Series((Checkpoint("a"), Checkpoint("b"), Checkpoint("c")), layers), layers), stream, None)
    assert "moves most: dense [1]" in stream.getvalue()
    assert "never move: dense [2], body" in stream.getvalue()


def test_documents_hold_any_name() -> None:
    """As strict JSON in ASCII."""
    series = hostile_series()
    stream = io.StringIO()
    write_json(series_document(series, series.layers), stream)
    write_jsonl(series_lines(series, series.layers), stream)
    assert stream.getvalue().isascii()
