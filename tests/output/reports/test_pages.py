"""A report is one page that carries all that it needs, lets nothing else run, and shows names as they are escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.analysis.statistics import measure
from kerasinspect.model import Layer
from kerasinspect.output.figures import short_number
from kerasinspect.shown.escaping import visible_name
from tests.makers.handmade import dense, model, weight
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, kernel
from tests.output.reports.reading import page_of, page_of_model, source_of
from tests.output.test_hostile_names import HOSTILE, poisoned

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

    from kerasinspect.model import Weight

SCRIPTS = {
    "script": "<script>window.ran = 1</script>",
    "end of data": "</script><script>window.ran = 1</script>",
    "comment": "<!--<script>",
    "handler": '"><img src=x onerror="window.ran = 1">',
    "entity": "&lt;b&gt;",
    "template": "{{ 7 * 7 }}{% raw %}",
    "many characters": "<" * 10_000,
}

NAMES = {kind: name for kind, name in (HOSTILE | SCRIPTS).items() if name}
"""An empty name leaves out what would be nothing but it."""


def test_only_its_own_style_and_script_are_let_in(sample_models: Path) -> None:
    """The policy names both by their digests, and nothing from anywhere."""
    page = page_of(sample_models / "question_network.keras")
    (style,), (script,) = page.named("style"), page.programs
    own = f"style-src {source_of(style.text)}; script-src {source_of(script.text)};"
    assert page.policy == f"default-src 'none'; {own} base-uri 'none'; form-action 'none'"


def test_nothing_is_loaded_and_no_attribute_runs_or_styles(sample_models: Path) -> None:
    """Links lead into the page alone."""
    page = page_of(sample_models / "small_cnn.keras")
    names = {name for element in page.elements for name in element.attributes}
    links = {element.attributes["href"] for element in page.elements if "href" in element.attributes}
    assert not {name for name in names if name.startswith("on") or name in {"style", "src", "srcset"}}
    assert all(link.startswith("#") for link in links)
    assert "url(" not in page.named("style")[0].text
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|eval|innerHTML)\b", page.programs[0].text)


def test_a_page_is_the_same_each_time(sample_models: Path) -> None:
    """Nothing in it depends on the time or on chance."""
    path = sample_models / "recurrent.keras"
    assert page_of(path).html == page_of(path).html


def test_a_small_model_gives_a_small_page(sample_models: Path) -> None:
    """Most of it is style and script."""
    for path in sample_models.glob("*.keras"):
        assert len(page_of(path).html) < 150_000


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_hostile_name_is_escaped_wherever_it_stands(name: str) -> None:
    """It begins no element, and what is shown of it is what a terminal shows."""
    page, harmless = page_of_model(poisoned(name)), page_of_model(poisoned("harmless"))
    assert [element.tag for element in page.elements] == [element.tag for element in harmless.elements]
    shown = {row[0] for row in page.data()["layers"]["rows"]}
    assert visible_name(name) in shown
    assert name.isprintable() or name not in page.html


def test_figures_are_those_of_the_values(sample_models: Path) -> None:
    """Each array has its smallest and largest value, its mean and its deviation beside it."""
    path = sample_models / "question_network.keras"
    table = page_of(path).data()["arrays"]
    columns = [table["titles"].index(title) for title in ("minimum", "maximum", "mean", "std")]
    with open_model(path) as opened:
        for row, weight in zip(table["rows"], opened.weights, strict=True):
            figures = measure(weight.array)
            numbers = (figures.minimum, figures.maximum, figures.mean, figures.std)
            assert row[0] == f"[{weight.index}] {weight.path}"
            assert [row[at] for at in columns] == [short_number(number) for number in numbers]


def test_layers_are_a_tree(sample_models: Path) -> None:
    """A layer that lies in another one is a step deeper, and each has what is shown of it."""
    page = page_of(sample_models / "attention.keras")
    table = page.data()["layers"]
    depths = dict(zip((row[0] for row in table["rows"]), table["depths"], strict=True))
    assert depths["multi_head_attention"] == 0
    assert depths["query"] == 1
    assert [page.data(f"data-{at}")[0]["name"].rpartition("/")[2] for at in range(len(depths))] == [*depths]


def test_an_array_names_the_row_of_its_layer(sample_models: Path) -> None:
    """So that choosing it shows the layer."""
    data = page_of(sample_models / "recurrent.keras").data()
    names = [data["layers"]["rows"][at][0] for at in data["arrays"]["layers"]]
    assert names == [row[0].split(" ")[1].split("/")[-2] for row in data["arrays"]["rows"]]


def test_findings_lead_to_their_layers(tmp_path: Path) -> None:
    """An error about a weight has a link to the row of its layer."""
    page = page_of(with_nan(tmp_path))
    link = next(element for element in page.named("a") if element.text == "second/kernel")
    row = int(link.attributes["href"].removeprefix("#layer-"))
    assert page.data()["layers"]["rows"][row][0] == "second"
    assert "failed" in [element.text for element in page.named("strong")]


def test_a_model_without_layers_has_a_page() -> None:
    """Its tables are empty."""
    page = page_of_model(model([]))
    assert page.data()["layers"]["rows"] == []
    assert page.data()["arrays"]["rows"] == []


def test_own_weights_stand_before_the_layers() -> None:
    """They have a row of their own, and what is shown of them; the rows of all others are after it."""
    own = weight("handmade", "Model", "temperature", np.ones(3, "float32"), ["unit"], index=0)
    page = page_of_model(model([dense("first", 2, 2, 1)], own=[own]))
    data = page.data()
    assert [row[0] for row in data["layers"]["rows"]][-1] == "first"
    assert data["arrays"]["layers"] == [0, 1, 1]
    assert [page.data(f"data-{at}")[0]["word"] for at in (0, 1)] == ["the model's own weights", "layer"]


def test_what_shows_more_is_a_command_not_an_option(sample_models: Path) -> None:
    """The page has no options: it names the command that has one."""
    page = page_of(sample_models / "text_classifier.keras")
    texts = [block["text"] for block in page.blocks("paragraph")]
    command = "kerasinspect show text_classifier.keras --layer words --full"
    assert f"left out: 31 of 40 indices ({command} shows all)" in texts
    assert not [text for text in texts if re.search(r"(?<!\w) ?--", text) and "kerasinspect show" not in text]


def test_layers_with_findings_are_known(tmp_path: Path) -> None:
    """The rows that a filter of the page keeps."""
    table = page_of(with_nan(tmp_path)).data()["layers"]
    assert [table["rows"][row][0] for row in table["flagged"]] == ["second"]


def test_a_finding_stands_where_its_layer_and_its_array_do(tmp_path: Path) -> None:
    """In words on the rows of both, and whole in what is shown of the layer, below its head."""
    page = page_of(with_nan(tmp_path))
    tables = page.data()
    marked = {
        name: {tables[name]["rows"][int(row)][0]: mark for row, mark in tables[name]["marks"].items()}
        for name in ("layers", "arrays")
    }
    mark = ["error", "error KI101"]
    assert marked == {"layers": {"second": mark}, "arrays": {"[2] second/kernel": mark}}
    (row,) = tables["layers"]["marks"]
    head, said, *others = page.data(f"data-{row}")
    assert head["kind"] == "heading"
    assert said["text"].startswith("error KI101 not-a-number: second/kernel: 1 of ")
    assert said["tone"] == "error"
    assert [block for block in page.blocks("paragraph") if "KI101" in block["text"]] == [said]
    assert others


def with_nan(folder: Path) -> Path:
    """A model whose second kernel has a NaN."""
    values = kernel(1)
    values[0, 0] = np.nan
    path = folder / "nan.keras"

    def change(file: h5py.File) -> None:
        file["layers/dense_1/vars/0"][...] = values

    path.write_bytes(keras_archive(weights=hdf5(archive_tree, change)))
    return path


def test_what_cannot_be_read_is_said_and_the_rest_is_drawn() -> None:
    """The figures of one array are missing, and those of the others are there."""
    layers = [
        Layer("bad", "Dense", "bad", weights=(broken("bad", index=0),), built=True),
        dense("good", 8, 4, 1),
    ]
    page = page_of_model(model(layers))
    texts = [block["text"] for block in page.blocks("paragraph")]
    assert "cannot be read: The values end after 12 of 160 bytes." in texts
    assert len(page.blocks("heatmap")) == 1


def broken(layer: str, index: int) -> Weight:
    """A kernel whose bytes are missing."""
    return weight(layer, "Dense", "kernel", np.ones((8, 5), "float32"), ["input", "unit"], index=index, broken=True)
