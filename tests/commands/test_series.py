"""The command ``series``: the order of files, every form, and what cannot be read."""

from __future__ import annotations

import csv
import io
import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import comparing
from kerasinspect.analysis.comparison.series.results import LAYER_ORDERS
from kerasinspect.commands.cli import run
from kerasinspect.commands.comparison.series import ORDERS
from kerasinspect.errors import RequestError
from kerasinspect.formats.locating.folder_search import Location
from kerasinspect.formats.locating.natural_order import in_natural_order
from kerasinspect.opening import open_model
from tests.described import assert_described
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, kernel
from tests.output.snapshots import FOLDER, assert_as_kept
from tests.places import ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import h5py

    from kerasinspect.limits import Limits
    from kerasinspect.model import Model

    Run = Callable[..., tuple[int, str, str]]

FIRST, THIRD = "layers/dense/vars/0", "layers/dense_2/vars/0"


@pytest.fixture
def kerasinspect(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command, and gives its exit status and what it writes to both streams."""

    def called(*arguments: object) -> tuple[int, str, str]:
        status = run(["series", *map(str, arguments)])
        written = capsys.readouterr()
        return status, written.out, written.err

    return called


def at_epoch(epoch: int) -> Callable[[h5py.File], None]:
    """The weights after some epochs: the first layer moves evenly, the third has a NaN in the end."""

    def change(file: h5py.File) -> None:
        file[FIRST][...] = kernel(0) * (1 + 0.01 * epoch)
        if epoch >= 11:
            file[THIRD][0, 0] = np.nan

    return change


@pytest.fixture
def checkpoints(tmp_path: Path) -> Path:
    """A folder of twelve checkpoints."""
    for epoch in range(1, 13):
        (tmp_path / f"epoch_{epoch}.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, at_epoch(epoch))))
    return tmp_path


def test_the_page(checkpoints: Path, kerasinspect: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What moves most, what never moves, the first NaN; then layers and files."""
    monkeypatch.chdir(checkpoints)
    for name, options in (("80", ("--width", "80")), ("pipe", ())):
        status, page, said = kerasinspect(".", *options)
        assert (status, said) == (0, "")
        assert_as_kept(f"series_{name}.txt", page)


def test_the_documentation_has_that_page() -> None:
    """As it is written to a pipe."""
    page = (FOLDER / "series_pipe.txt").read_text(encoding="utf-8")
    assert f"$ kerasinspect series .\n{page}" in (ROOT / "docs" / "series.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("named", ["folder", "pattern", "files"])
def test_files_are_in_natural_order(checkpoints: Path, kerasinspect: Run, named: str) -> None:
    """However they are named, and as a shell lists them; the order of the line can be asked for."""
    files = sorted(map(str, checkpoints.iterdir()))
    names = {"folder": [str(checkpoints)], "pattern": [f"{checkpoints}/*.keras"], "files": files}[named]
    document = json.loads(kerasinspect(*names, "--format", "json")[1])
    assert [one["location"] for one in document["files"]] == [f"{checkpoints}/epoch_{at}.keras" for at in range(1, 13)]
    document = json.loads(kerasinspect(*names, "--format", "json", "--order", "given")[1])
    assert [one["location"] for one in document["files"]] == files


def test_the_document(checkpoints: Path, kerasinspect: Run) -> None:
    """It answers what is asked of it, and is as its schema says."""
    status, page, _ = kerasinspect(checkpoints, "--format", "json")
    document = json.loads(page)
    assert status == 0
    assert_described(document)
    assert document["moves_most"] == "first"
    assert document["never_move"] == ["second"]
    assert document["files"][document["first_nan"]]["location"].endswith("epoch_11.keras")
    assert document["files"][10]["nan_in"] == "third/kernel"
    first = document["layers"][0]
    expected = [0.01 / (1 + 0.01 * epoch) for epoch in range(1, 12)]
    assert first["change"] == [None, *(pytest.approx(one, rel=1e-4) for one in expected)]
    assert first["largest"] == 1
    assert first["total"] == pytest.approx(sum(expected), rel=1e-4)


def test_lines_and_tables_have_an_entry_for_each_layer_in_each_file(checkpoints: Path, kerasinspect: Run) -> None:
    """With the same figures."""
    lines = [json.loads(line) for line in kerasinspect(checkpoints, "--format", "jsonl")[1].splitlines()]
    assert len(lines) == 12 * 3
    for line in lines:
        assert_described(line)
    rows = list(csv.DictReader(io.StringIO(kerasinspect(checkpoints, "--format", "csv")[1])))
    assert [row["location"] for row in rows] == [line["location"] for line in lines]
    assert [float(row["change"]) if row["change"] else None for row in rows] == [line["change"] for line in lines]


def test_markdown(checkpoints: Path, kerasinspect: Run) -> None:
    """Both tables are there."""
    page = kerasinspect(checkpoints, "--format", "markdown")[1]
    assert "| first |" in page
    assert "never move: second" in page


def test_layers_are_sorted_and_cut(checkpoints: Path, kerasinspect: Run) -> None:
    """What is left out is counted, and is no less a fact."""
    document = json.loads(kerasinspect(checkpoints, "--sort", "total", "--top", 1, "--format", "json")[1])
    assert [one["layer"] for one in document["layers"]] == ["first"]
    assert (document["left_out"], document["never_move"]) == (2, ["second"])
    assert "left out: 2 layers" in kerasinspect(checkpoints, "--top", 1)[1]
    assert ORDERS == LAYER_ORDERS


def test_filters_choose_what_is_followed(checkpoints: Path, kerasinspect: Run) -> None:
    """One that matches nothing is an error that names the nearest."""
    document = json.loads(kerasinspect(checkpoints, "--layer", "f*", "--weight", "bias", "--format", "json")[1])
    assert [(one["layer"], one["weights"], one["moves"]) for one in document["layers"]] == [("first", ["bias"], False)]
    status, page, said = kerasinspect(checkpoints, "--layer", "frist")
    assert (status, page) == (2, "")
    assert "first" in said


def test_a_file_in_the_middle_that_cannot_be_read(checkpoints: Path, kerasinspect: Run) -> None:
    """It is said in its place, and the others follow."""
    (checkpoints / "epoch_5.keras").write_bytes(b"no model")
    status, page, said = kerasinspect(checkpoints, "--format", "json")
    document = json.loads(page)
    assert_described(document)
    assert status == 3
    assert "epoch_5.keras" in said
    assert document["files"][4]["error"]
    assert document["layers"][0]["change"][4] is None
    assert document["layers"][0]["change"][5] == pytest.approx(0.02 / 1.04, rel=1e-4)
    status, page, _ = kerasinspect(checkpoints)
    assert status == 3
    assert document["files"][4]["error"].removesuffix(".") in page
    lines = [json.loads(line) for line in kerasinspect(checkpoints, "--format", "jsonl")[1].splitlines()]
    assert [line["location"] for line in lines if "error" in line] == [f"{checkpoints}/epoch_5.keras"]
    assert_described(next(line for line in lines if "error" in line))


def test_damaged_values(tmp_path: Path, kerasinspect: Run) -> None:
    """They are said of their file, the rest is compared, and the status is that of a partial answer."""
    packed = zlib.compress(kernel(0).tobytes(), 4)

    def pack(file: h5py.File) -> None:
        del file[FIRST]
        file.create_dataset(FIRST, data=kernel(0), chunks=kernel(0).shape, compression=4)

    for epoch in range(3):
        data = hdf5(archive_tree, pack)
        assert packed in data
        written = data.replace(packed, bytes(len(packed))) if epoch == 1 else data
        (tmp_path / f"{epoch}.weights.h5").write_bytes(written)
    status, page, said = kerasinspect(tmp_path, "--format", "json")
    document = json.loads(page)
    assert status == 3
    assert said.startswith(f"kerasinspect: damaged: {tmp_path / '1.weights.h5'}: ")
    assert [len(one["damage"]) for one in document["files"]] == [0, 1, 0]
    assert [one["moves"] for one in document["layers"]] == [None, False, False]


def test_a_flipped_bit_is_damage(checkpoints: Path, kerasinspect: Run) -> None:
    """The checksum of an archive is verified where all its values are read."""
    path = checkpoints / "epoch_3.keras"
    data = bytearray(path.read_bytes())
    data[data.index(kernel(1).tobytes())] ^= 1
    path.write_bytes(data)
    status, page, said = kerasinspect(checkpoints, "--format", "json")
    assert status == 3
    assert f"{path} is damaged: its bytes from" in said
    assert [len(one["damage"]) for one in json.loads(page)["files"]] == [0, 0, 1] + [0] * 9


def test_files_with_nothing_in_common(checkpoints: Path, kerasinspect: Run) -> None:
    """That is said, unless nobody wants to hear it."""
    (checkpoints / "a.h5").write_bytes((SAMPLES / "small_cnn.keras").read_bytes())
    status, _, said = kerasinspect(checkpoints)
    assert status == 0
    first, other = checkpoints / "epoch_1.keras", checkpoints / "a.h5"
    assert said.count(f"{first} has no listed layer in common with {other}.") == said.count("\n") == 1
    assert kerasinspect(checkpoints, "--quiet")[2] == ""


def test_each_file_is_opened_once_and_two_at_a_time(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, and also where one cannot be read."""
    (checkpoints / "epoch_5.keras").write_bytes(b"no model")
    opened: list[str] = []
    left: list[int] = []

    def counting(location: str, limits: Limits) -> Model:
        model = open_model(location, limits)
        opened.append(location)
        left.append(1)

        def close() -> None:
            left.pop()
            model.close()

        assert len(left) <= 2
        return replace(model, close=close)

    monkeypatch.setattr(comparing, "open_model", counting)
    series = comparing.series(checkpoints)
    assert len(series.checkpoints) == 12
    assert len(opened) == len({*opened}) == 11
    assert not left


def test_no_file_can_be_read(tmp_path: Path, kerasinspect: Run) -> None:
    """Every one of them is said, as a whole; nothing is said of values, nor of signs that no line has."""
    for name in ("a.keras", f"{'b' * 200}.keras"):
        (tmp_path / name).write_bytes(b"no model")
    status, page, said = kerasinspect(tmp_path)
    assert status == 3
    assert said.count("kerasinspect: error: ") == 2
    assert "no file could be read" in page
    assert "no NaN" not in page
    assert "one sign" not in page
    errors = [line.removeprefix("kerasinspect: error: ").rstrip(".") for line in said.splitlines()]
    assert max(map(len, errors)) > 200
    assert all(error in page for error in errors)


def test_a_file_that_is_named_again_is_there_again_in_the_given_order(checkpoints: Path, kerasinspect: Run) -> None:
    """There and back; in natural order it is there once."""
    names = [str(checkpoints / f"epoch_{at}.keras") for at in (1, 9, 1)]
    for order, changes in (("given", [0.08 / 1.01, 0.08 / 1.09]), ("natural", [0.08 / 1.01])):
        document = json.loads(kerasinspect(*names, "--order", order, "--format", "json")[1])
        assert [one["location"] for one in document["files"]] == names[: len(changes) + 1]
        assert document["layers"][0]["change"] == [None, *(pytest.approx(one, rel=1e-4) for one in changes)]


@pytest.mark.parametrize("twice", [False, True])
def test_one_file_is_no_series(checkpoints: Path, kerasinspect: Run, twice: bool) -> None:  # noqa: FBT001
    """Also where it is named twice."""
    path = checkpoints / "epoch_1.keras"
    status, page, said = kerasinspect(*[path] * (1 + twice))
    assert (status, page) == (2, "")
    assert "at least two files" in said


def test_a_model_is_never_replaced(checkpoints: Path, kerasinspect: Run) -> None:
    """Not even with --force."""
    path = checkpoints / "epoch_1.keras"
    before = path.read_bytes()
    assert kerasinspect(checkpoints, "-o", path, "--force")[0] == 2
    assert path.read_bytes() == before


def test_from_python(checkpoints: Path) -> None:
    """The function takes what the command does, and less than two files are an error there too."""
    series = comparing.series(checkpoints / "epoch_2.keras", checkpoints / "epoch_10.keras", layers=["first"])
    assert [one.location for one in series.checkpoints] == [str(checkpoints / f"epoch_{at}.keras") for at in (2, 10)]
    assert [layer.path for layer in series] == ["first"]
    with pytest.raises(RequestError, match="at least two files"):
        comparing.series()


@pytest.mark.parametrize(
    "names",
    [
        ("epoch_2", "epoch_10"),
        ("a/epoch_10", "b/epoch_2"),
        ("weights.02-0.9", "weights.10-0.12"),
        ("epoch_1", "epoch_01", "epoch_2"),
        ("a", "a1", "B"),
        ("9" * 5000, "1" + "0" * 5000),
    ],
    ids=lambda names: names[0][:20],
)
def test_natural_order(names: tuple[str, ...]) -> None:
    """Numbers are numbers, however many digits they have, and folders stay together."""
    locations = [Location(name) for name in names]
    assert set(in_natural_order(locations[::-1])) == set(locations)
    if names[1] != "epoch_01":
        assert in_natural_order(locations[::-1]) == tuple(locations)
