"""The command ``report``: a page about one model, about two, or about a series."""

from __future__ import annotations

import io
import sys
from base64 import b64decode
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import open_model, series
from kerasinspect.commands.pictures.report import report
from kerasinspect.errors import MissingExtra, RequestError
from tests.makers.plain_models import keras_archive, kernel
from tests.output.reports.reading import Page

if TYPE_CHECKING:
    from pathlib import Path


def streams(*arguments: str | Path) -> tuple[str, str, int]:
    """What the command writes to standard output and standard error, and the exit status that it gives.

    The runner of click 8.1 does not tell the two streams apart, and that of 8.2 does nothing else.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        status: int = report.main([*map(str, arguments)], standalone_mode=False)
    for stream in (out, err):
        stream.seek(0)
    return out.read(), err.read(), status


def run(*arguments: str | Path) -> tuple[str, int]:
    """What it writes to standard output, and its exit status."""
    written, _, status = streams(*arguments)
    return written, status


def test_page_of_a_model(sample_models: Path, tmp_path: Path) -> None:
    """It is a file, of which nothing is said on standard output."""
    output = tmp_path / "report.html"
    assert run(sample_models / "question_network.keras", "-o", output) == ("", 0)
    page = Page(output.read_text())
    assert page.named("title")[0].text == "sequential"
    assert len(page.data()["arrays"]["rows"]) == 8


def test_page_on_standard_output(sample_models: Path) -> None:
    """Where that is no terminal."""
    html, status = run(sample_models / "unbuilt.keras", "-o", "-")
    assert status == 0
    assert html.startswith("<!doctype html>")


def test_an_earlier_page_is_replaced(sample_models: Path, tmp_path: Path) -> None:
    """It is known as the tool's own; another file is not."""
    output = tmp_path / "report.html"
    run(sample_models / "recurrent.keras", "-o", output)
    run(sample_models / "unbuilt.keras", "-o", output)
    output.write_text("<!doctype html><title>mine</title>")
    with pytest.raises(RequestError, match="is there already"):
        run(sample_models / "unbuilt.keras", "-o", output)


def test_a_model_is_never_replaced(sample_models: Path) -> None:
    """Nor is anything else that is read."""
    path = sample_models / "unbuilt.keras"
    with pytest.raises(RequestError, match="is the model itself"):
        run(path, "-o", path)


def test_page_of_two_models(sample_models: Path, tmp_path: Path) -> None:
    """It has the table of diff, and differences are no failure."""
    output = tmp_path / "report.html"
    old, new = (sample_models / f"{name}.keras" for name in ("small_cnn", "small_cnn_tuned"))
    assert run(old, new, "-o", output) == ("", 0)
    page = Page(output.read_text())
    tables = [block for block in page.data()["blocks"] if block["kind"] == "table"]
    assert page.named("title")[0].text == "small_cnn.keras → small_cnn_tuned.keras"
    assert tables[0]["titles"][:2] == ["layer", "verdict"]
    assert ["conv2d", "unchanged (frozen)"] in [row[:2] for row in tables[0]["rows"]]


def test_changed_weights_are_drawn(sample_models: Path, tmp_path: Path) -> None:
    """Old and new values on one scale, and what was added to the old ones; what did not change is not drawn."""
    output = tmp_path / "report.html"
    old, new = (sample_models / f"{name}.keras" for name in ("small_cnn", "small_cnn_tuned"))
    run(old, new, "-o", output)
    blocks = Page(output.read_text()).data()["blocks"]
    at = next(at for at, block in enumerate(blocks) if block.get("name") == "dense → species/kernel")
    pictures = blocks[at + 1]["pictures"]
    with open_model(old) as before, open_model(new) as after:
        kernels = [before["dense/kernel"].array[...], after["species/kernel"].array[...]]
    assert [picture["name"] for picture in pictures] == ["old", "new", "new - old"]
    for picture, values in zip(pictures, (*kernels, kernels[1].astype("float64") - kernels[0]), strict=True):
        levels = np.frombuffer(b64decode(picture["panels"][0]["levels"]), "<i2").reshape(values.shape)
        assert np.abs(levels / 32_767 * picture["scale"] - values).max() <= picture["scale"] / 32_767
    assert pictures[0]["scale"] == pictures[1]["scale"] == np.abs(kernels).max()
    assert not [block for block in blocks if str(block.get("name", "")).startswith("conv2d/")]


def test_lines_of_a_series_have_its_changes(sample_models: Path, tmp_path: Path) -> None:
    """Those of all layers, and of each layer that moves."""
    output = tmp_path / "report.html"
    paths = [sample_models / f"{name}.keras" for name in ("small_cnn", "small_cnn_tuned", "small_cnn")]
    copies = [tmp_path / f"epoch_{number}.keras" for number in range(3)]
    for path, copy in zip(paths, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    run(*copies, "-o", output)
    found = series(*copies)
    (block,) = (block for block in Page(output.read_text()).data()["blocks"] if block["kind"] == "lines")
    moving = [layer for layer in found if layer.total]
    assert block["files"] == [copy.name for copy in copies]
    assert block["lines"][0]["name"] == "all layers"
    assert len(block["lines"]) == 1 + len(moving)
    for line, layer in zip(block["lines"][1:], moving, strict=True):
        changes = [None if one is None else one.change for one in layer.movements]
        assert changes[0] is line["changes"][0] is None
        assert line["changes"][1:] == pytest.approx(changes[1:], rel=1e-3)


def test_what_was_written_is_said(sample_models: Path, tmp_path: Path) -> None:
    """On standard error, unless it is to be quiet."""
    output = tmp_path / "report.html"
    arguments = (sample_models / "unbuilt.keras", "-o", output)
    assert f"kerasinspect: note: Report written to {output}." in streams(*arguments)[1]
    assert "written" not in streams(*arguments, "-q")[1]


def test_page_of_a_series(sample_models: Path, tmp_path: Path) -> None:
    """It has a row for each layer and for each file."""
    output = tmp_path / "report.html"
    names = ("question_network.h5", "question_network.keras", "question_network_keras1.h5")
    assert run(*(sample_models / name for name in names), "-o", output) == ("", 0)
    page = Page(output.read_text())
    tables = [block for block in page.data()["blocks"] if block["kind"] == "table"]
    assert page.named("title")[0].text == "Series of 3 files"
    assert [len(table["rows"]) for table in tables] == [4, 3]


def test_without_the_extra_the_command_that_installs_it_is_named(
    sample_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is read."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtra) as caught:
        run(sample_models / "unbuilt.keras", "-o", tmp_path / "report.html")
    assert caught.value.remedy == "Install the extra: pip install 'kerasinspect[report]'"
    assert caught.value.exit_status == 2


def test_a_damaged_model_has_a_page_and_a_status(tmp_path: Path) -> None:
    """The page says what is wrong, and so does standard error; the rest is drawn."""
    damaged, output = tmp_path / "damaged.keras", tmp_path / "report.html"
    values = kernel(0).tobytes()
    damaged.write_bytes(keras_archive().replace(values, values[:-1] + b"\x42"))
    _, written, status = streams(damaged, "-o", output)
    page = Page(output.read_text())
    said = next(element.text for element in page.named("p") if element.text.startswith("cannot be read: "))
    assert status == 3
    assert said.removeprefix("cannot be read: ") in written
    assert len(page.data()["arrays"]["rows"]) == 6
