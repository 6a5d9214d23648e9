"""What a notebook shows of a weight: pictures that load and run nothing, of what was read and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.errors import DamagedFile
from kerasinspect.integrations import notebook
from kerasinspect.integrations.notebook import weight_html
from tests.makers.handmade import MemoryArray, dense, model
from tests.places import SAMPLES

if TYPE_CHECKING:
    from kerasinspect.model import Weight

TAGS = {"div", "p", "b", "pre", "svg", "text", "rect", "circle"}
HOSTILE = '"><script>run()</script>\x1b]0;x\x07\n\u202e' + "x" * 10_000


class Tags(HTMLParser):
    """Collects tags and attributes, and sees that each tag is closed."""

    def __init__(self) -> None:
        """Start with nothing open."""
        super().__init__()
        self.met: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take one that is opened."""
        self.met.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if not (self.get_starttag_text() or "").endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Take one that is closed."""
        if tag not in {"rect", "circle"}:
            assert self.open.pop() == tag


def held(shown: str) -> str:
    """What a notebook shows, once it is known to be whole, bounded and harmless."""
    tags = Tags()
    tags.feed(shown)
    assert not tags.open
    assert tags.met <= TAGS
    assert not {name for name in tags.attributes if name.startswith("on") or name in {"style", "href", "src"}}
    assert len(shown) < 300_000
    return shown


def weight_of(values: np.ndarray) -> Weight:
    """A weight with some values."""
    return replace(dense("dense", 2, 3, 0).weights[0], array=MemoryArray(values), axes=())


@pytest.mark.parametrize("sample", sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"}))
def test_every_weight_of_the_samples_shows_itself(sample: str) -> None:
    """As a heat map, a histogram or both; a single number as itself."""
    with open_model(SAMPLES / sample) as model:
        for weight in model.weights:
            assert "<svg" in held(weight._repr_html_()) or weight.parameters == 1


def test_a_picture_has_the_values_and_what_was_expected_of_them() -> None:
    """Three gates of three rows and four columns, a bar for each bin, and a point over each."""
    with open_model(SAMPLES / "recurrent.keras") as model:
        kernel = model["gru/gru_cell/kernel"]
        shown = held(kernel._repr_html_())
        assert shown == weight_html(kernel)
    assert "gru/gru_cell/kernel · 3 inputs × 3 gates of 4 units · float32 · [0] · GRUCell" in shown
    heat_map, histogram = re.findall("<svg.*?</svg>", shown)
    assert {"gate z", "gate r", "gate h", "input 0", "input 2"} <= {*re.findall(">([^<]+)</text>", heat_map)}
    widths = [float(width) for width in re.findall('<rect [^>]*?width="([^"]*)"', heat_map)]
    assert sum(widths) == 3 * 12 * 16
    assert histogram.count("<rect") == 7
    assert histogram.count("<circle") == 7
    assert "what glorot_uniform (±0.632) draws" in shown


ODD: dict[str, np.ndarray] = {
    "one value": np.array([[3]], np.float32),
    "a scalar": np.array(3, np.float32),
    "no values": np.zeros((0, 3), np.float32),
    "only NaN": np.full((4, 4), np.nan, np.float32),
    "infinities": np.array([[np.inf, 1], [-np.inf, 0]], np.float32),
    "zeros": np.zeros((4, 4), np.float32),
    "one row": np.arange(9, dtype=np.float64),
    "many columns": np.arange(100_000, dtype=np.float32).reshape(2, -1),
    "many rows": np.arange(100_000, dtype=np.float32).reshape(-1, 2),
    "four axes": np.arange(20_000, dtype=np.float32).reshape(5, 5, 20, 40),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_values_are_shown(name: str) -> None:
    """Or said to be none."""
    assert "<p>" in held(weight_of(ODD[name])._repr_html_())


def test_of_a_large_weight_a_part_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first rows, which is said; of one whose rows are too large nothing."""
    monkeypatch.setattr(notebook, "_MOST_BYTES", 4_000)
    shown = held(weight_of(np.ones((100, 100), np.float32))._repr_html_())
    assert "From the first 10 of 100 rows" in shown
    assert shown.count("<svg") == 1
    assert "nothing was read" in held(weight_of(np.ones((1, 5_000), np.float32))._repr_html_())


def test_a_closed_model_says_so() -> None:
    """Rather than to raise where no one asked for values."""
    with open_model(SAMPLES / "small_cnn.keras") as model:
        weight = model["conv2d/kernel"]
    assert "is closed" in held(weight._repr_html_())


def test_a_damaged_array_says_so() -> None:
    """With the sentence of its error."""

    class Missing(MemoryArray):
        def __getitem__(self, key: object) -> np.ndarray:
            raise DamagedFile("The bytes of dense/kernel are missing.")

    weight = weight_of(np.ones((3, 3), np.float32))
    assert "are missing" in held(replace(weight, array=Missing(np.ones((3, 3), np.float32)))._repr_html_())


def test_names_from_a_file_are_text() -> None:
    """Of a layer, of its class and of its axes, in every place where they stand."""
    weight = dense(HOSTILE, 4, 3, 0).weights[0]
    named = replace(
        weight,
        name=HOSTILE,
        layer_class=HOSTILE,
        axes=tuple(replace(axis, source=HOSTILE, name=HOSTILE) for axis in weight.axes),
    )
    shown = held(named._repr_html_())
    assert shown.isprintable()
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("sample", ["small_cnn.keras", "attention.keras", "unbuilt.keras", "question_network.h5"])
def test_a_model_has_a_few_pictures_below_its_table(sample: str) -> None:
    """Folded, of weights with rows and columns, and how many there are is said; a closed one has its table."""
    with open_model(SAMPLES / sample) as opened:
        pictures = held_folded(opened._repr_html_().partition("</table>")[2].partition("</div>")[2])
    able = sum(1 for weight in opened.weights if len(weight.shape) > 1)
    count = min(able, 6)
    assert pictures.count("<details>") == count
    assert (f"Pictures of {count} of {able} weight" in pictures) == bool(able)
    assert "<svg" not in opened._repr_html_()  # closed


def test_pictures_of_a_model_are_limited_in_number_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is passed over, and what would make the page too long as well."""
    with open_model(SAMPLES / "attention.keras") as opened:
        monkeypatch.setattr(notebook, "_MOST_SMALL_BYTES", 256)
        assert held_folded(notebook.pictures_html(opened)).count("<details>") == 1
        monkeypatch.setattr(notebook, "_MOST_SMALL_BYTES", 1 << 20)
        monkeypatch.setattr(notebook, "_MOST_CHARACTERS", 10)
        assert notebook.pictures_html(opened) == ""


def test_names_in_the_pictures_of_a_model_are_text() -> None:
    """A name of script and escapes stays words."""
    hostile = model([dense(HOSTILE, 4, 3, 0)])
    shown = held_folded(notebook.pictures_html(hostile))
    assert "&lt;script&gt;" in shown
    assert shown.isprintable()


def held_folded(shown: str) -> str:
    """Pictures that a click unfolds, once they are known to be whole, bounded and harmless."""
    folds = ("<details>", "</details>", "<summary>", "</summary>")
    bare = shown
    for fold in folds:
        bare = bare.replace(fold, "")
    assert shown.count("<details>") == shown.count("</details>") == shown.count("<summary>")
    held(bare)
    return shown
