"""Every export reads back, by the library that it is for, to the bits that the model has."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.fingerprint import fingerprint_of
from kerasinspect.commands.cli import run
from kerasinspect.containers.stored import InMemory, StoredArray
from kerasinspect.dtypes import Encoding
from kerasinspect.errors import RequestError
from kerasinspect.exporting import csv as csv_module
from kerasinspect.exporting import export
from kerasinspect.exporting import json as json_module
from kerasinspect.exporting import values as values_module
from kerasinspect.opening import open_model
from tests.makers.handmade import dense, model, numbers, weight
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kerasinspect.model import Model, Weight

CASES = sorted(path for path in (DATA / "cases").rglob("*") if path.suffix in {".keras", ".h5"})
MODELS = [path for path in (*sorted(SAMPLES.iterdir()), *CASES) if path.suffix in {".keras", ".h5"}]
DTYPES = ("float64", "float32", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def same_bits(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays are the same, NaN and the sign of zero included."""
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def values_of(weight: Weight) -> np.ndarray[Any, Any]:
    """All values of a weight as its exports have them."""
    return (weight.array if weight.unpacked is None else weight.unpacked)[...]


def read_csv(path: Path, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The numbers of one array, without what stands before them."""
    with path.open(newline="", encoding="utf-8") as lines:
        _, *rows = csv.reader(lines)
    cells = [cell for row in rows for cell in (row[1:] if like.ndim in {1, 2} else row[-1:])]
    return np.array(cells, like.dtype).reshape(like.shape)


@pytest.fixture(params=MODELS, ids=lambda path: path.relative_to(path.parents[2]).as_posix())
def opened(request: pytest.FixtureRequest) -> Iterator[Model]:
    """Each model that can be read as a whole and has numbers alone."""
    with open_model(request.param) as opened:
        if opened.damage or not opened.weights:
            pytest.skip("has nothing to export, or not all of it")
        yield opened


def test_numpy_reads_an_archive_back(opened: Model, tmp_path: Path) -> None:
    """Under the path of each weight."""
    export(opened, tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
        assert arrays.files == [one.path for one in opened.weights]
        for one in opened.weights:
            assert same_bits(arrays[one.path], values_of(one)), one.path


def test_safetensors_reads_its_file_back(opened: Model, tmp_path: Path) -> None:
    """The bytes of each array are those of the model, bfloat16 too."""
    library = pytest.importorskip("safetensors")
    export(opened, tmp_path / "weights.safetensors")
    found = dict(library.deserialize((tmp_path / "weights.safetensors").read_bytes()))
    assert {*found} == {one.path for one in opened.weights}
    for one in opened.weights:
        array = one.array if one.unpacked is None else one.unpacked
        assert bytes(found[one.path]["data"]) == b"".join(map(bytes, array.blocks())), one.path
        assert tuple(found[one.path]["shape"]) == array.shape


def test_json_reads_back(opened: Model, tmp_path: Path) -> None:
    """As nested lists of numbers that become the same bits in the dtype of the weight."""
    export(opened, tmp_path / "weights.json")
    document = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    for one, written in zip(opened.weights, document["weights"], strict=True):
        values = values_of(one)
        assert written["key"] == one.path
        assert same_bits(np.array(written["values"], values.dtype).reshape(written["shape"]), values), one.path


def test_csv_reads_back(opened: Model, tmp_path: Path) -> None:
    """Each weight in a file of its own, with all its numbers in order."""
    for number, one in enumerate(opened.weights):
        path = tmp_path / f"{number}.csv"
        export(replace(opened, weights=(one,)), path)
        values = values_of(one)
        assert same_bits(read_csv(path, values), values), one.path


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (7,), (5, 3), (2, 3, 4), (0, 3), (3, 0, 2)], ids=str)
@pytest.mark.parametrize("form", ["npy", "json", "csv"])
def test_every_dtype_and_rank_reads_back(dtype: str, shape: tuple[int, ...], form: str, tmp_path: Path) -> None:
    """Numbers of any size, among them those that are nearest to the middle of two others."""
    drawn = np.random.default_rng(15).bytes(8 * 5000)
    values = np.frombuffer(drawn, dtype)[: int(np.prod(shape))].reshape(shape)
    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, np.array(-0.0, dtype))
    axes = [f"axis {number}" for number in range(values.ndim)]
    one = model([dense("dense", 2, 1, 0)], own=[weight("odd", "Odd", "state", values, axes)])
    path = tmp_path / f"state.{form}"
    export(one, path, weights=["state"])
    if form == "npy":
        read = np.load(path, allow_pickle=False)
    elif form == "json":
        read = np.array(json.loads(path.read_text())["weights"][0]["values"], dtype).reshape(shape)
    else:
        read = read_csv(path, values)
    assert same_bits(np.asarray(read, dtype).reshape(shape), values)


def test_what_is_not_finite_is_said(tmp_path: Path) -> None:
    """JSON has null and a count, CSV the words that pandas and numpy read."""
    values = np.array([[1.5, np.nan], [np.inf, -np.inf]], "float32")
    one = model([], own=[weight("odd", "Odd", "state", values, ["input", "unit"])])
    export(one, tmp_path / "state.json")
    written = json.loads((tmp_path / "state.json").read_text())["weights"][0]
    assert (written["values"], written["values_not_finite"]) == ([[1.5, None], [None, None]], 3)
    export(one, tmp_path / "state.csv")
    assert (tmp_path / "state.csv").read_text() == "input,unit 0,unit 1\ninput 0,1.5,nan\ninput 1,inf,-inf\n"


@pytest.mark.parametrize("shape", [(700,), (3, 200), (2, 3, 100), (100, 6)], ids=str)
def test_a_row_of_any_length_is_written_in_parts(
    shape: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there at once does not grow with a row, and one of very many numbers is not a row of a table."""
    monkeypatch.setattr(values_module, "_AT_ONCE", 7)
    for module in (values_module, csv_module, json_module):
        monkeypatch.setattr(module, "TEXTS_AT_ONCE", 5)
    monkeypatch.setattr(csv_module, "_WIDEST", 64)
    values = numbers(*shape)
    one = model([], own=[weight("odd", "Odd", "state", values, ["row"] * len(shape))])
    export(one, tmp_path / "state.json")
    written = json.loads((tmp_path / "state.json").read_text())["weights"][0]
    assert same_bits(np.array(written["values"], "float32"), values)
    export(one, tmp_path / "state.csv")
    with (tmp_path / "state.csv").open(newline="") as lines:
        _, *rows = csv.reader(lines)
    cells = np.array([cell for row in rows for cell in (row[1:] if shape[1:] == (6,) else row[-1:])], "float32")
    assert same_bits(cells.reshape(shape), values)


def test_json_says_what_rows_and_columns_are(tmp_path: Path) -> None:
    """A list for each axis whose positions have names, as they stand in a .csv; null where they are only counted."""
    with open_model(SAMPLES / "question_network.keras") as opened:
        export(opened, tmp_path / "weights.json")
        written = {one["key"]: one for one in json.loads((tmp_path / "weights.json").read_text())["weights"]}
        kernel = next(one for one in opened.weights if one.path == "dense_1/kernel")
        assert written["dense_1/kernel"]["labels"] == [[*kernel.axes[0].all_labels()], None]
        assert written["dense/bias"]["labels"] == [None]
        export(opened, tmp_path / "kernel.csv", layers=["dense_1"], weights=["kernel"])
    with (tmp_path / "kernel.csv").open(newline="", encoding="utf-8") as lines:
        _, *rows = csv.reader(lines)
    assert [row[0] for row in rows] == written["dense_1/kernel"]["labels"][0] == [f"dense unit {at}" for at in range(5)]


def test_gates_and_tokens_are_labels_in_json(tmp_path: Path) -> None:
    """So are the blocks of a recurrent kernel, and the tokens of a vocabulary where the model has one."""
    with open_model(SAMPLES / "text_classifier.keras") as opened:
        export(opened, tmp_path / "weights.json")
        written = json.loads((tmp_path / "weights.json").read_text())["weights"]
        for one, weight in zip(written, opened.weights, strict=True):
            for labels, axis in zip(one["labels"], weight.value_axes, strict=True):
                assert (labels or [f"{axis.name} {at}" for at in range(axis.size)]) == [*axis.all_labels()]
            assert (one["labels"][-1] is None) == (not weight.value_axes[-1].blocks)


def test_every_small_float_becomes_float32_where_numpy_lacks_it(tmp_path: Path) -> None:
    """Each of the 65,536 values of bfloat16 and the 256 of each float8, and a note says so."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for dtype, size in (("bfloat16", 2), ("float8_e4m3fn", 1), ("float8_e5m2", 1)):
        raw = np.arange(256**size, dtype=f"<u{size}")
        stored = StoredArray("state", raw.shape, dtype, Encoding(raw.dtype.str), InMemory(raw.tobytes))
        one = replace(weight("odd", "Odd", "state", raw, ["row"]), array=stored)
        written = export(model([], own=[one]), tmp_path / "state.npy")
        assert written.notes == (f"1 array of {dtype} is written as float32, which holds the same values.",)
        read = np.load(tmp_path / "state.npy")
        assert same_bits(read, raw.view(getattr(ml_dtypes, dtype)).astype("float32"))
        assert export(model([], own=[one]), tmp_path / "state.csv", force=True).notes == ()


def test_packed_integers_are_unpacked_or_multiplied_out(tmp_path: Path) -> None:
    """As ``show`` has them."""
    with open_model(next(path for path in MODELS if path.name == "int4.keras")) as opened:
        packed = next(one for one in opened.weights if one.unpacked is not None)
        stored = export(opened, tmp_path / "weights.npz")
        assert "written as int8" in " ".join(stored.notes)
        numbers_of = export(opened, tmp_path / "numbers.npz", dequantize=True)
    assert {one.name: one.shown_as for one in stored}[packed.path] == "unpacked"
    assert {one.name: one.shown_as for one in numbers_of}[packed.path] == "dequantized"


def test_the_one_float_whose_shortest_text_is_rounded_twice() -> None:
    """As float64, which JSON, pandas and numpy read first, 7.038531e-26 is the middle of two numbers of float32."""
    value = np.array([0x15AE43FD], "<u4").view("float32")
    written = str(values_module.number_texts(value)[0])
    assert np.float32(str(value[0])) != value[0] == np.float32(written)


def test_digests_are_those_of_list(tmp_path: Path) -> None:
    """And the fingerprint is there where all of a model is."""
    path = SAMPLES / "bfloat16.keras"
    with open_model(path) as opened:
        digests = [sha256(one.array) for one in opened.weights]
        whole = fingerprint_of(opened).sha256
    export(path, tmp_path / "weights.json")
    document = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))
    assert [one["sha256"] for one in document["weights"]] == digests
    assert document["models"][0]["fingerprint"] == whole
    part = export(path, tmp_path / "part.json", indices=["0"])
    assert [(one.sha256, one.fingerprint) for one in part] == [(digests[0], None)]
    with pytest.raises(RequestError, match="no place for digests"):
        export(path, tmp_path / "weights.npz", hashes=True)


def test_safetensors_says_what_the_model_says(tmp_path: Path) -> None:
    """The Keras version, and for each array its position in ``get_weights()``, its axes and its digest."""
    library = pytest.importorskip("safetensors")
    export(SAMPLES / "question_network.keras", tmp_path / "weights.safetensors", hashes=True)
    with library.safe_open(tmp_path / "weights.safetensors", framework="numpy") as opened:
        metadata = opened.metadata()
        assert (metadata["format"], metadata["keras_version"]) == ("keras", "3.15.1")
        assert len(metadata["fingerprint"]) == 64
        facts = json.loads(metadata["dense_1/bias"])
        assert (facts["index"], facts["axes"], len(facts["sha256"])) == (3, ["unit"], 64)
        assert opened.get_tensor("dense_1/bias").shape == (5,)


def test_several_models_have_the_names_of_their_files(tmp_path: Path) -> None:
    """Two files of one name in two folders are told apart by nothing, and refused."""
    paths = [SAMPLES / "question_network.keras", SAMPLES / "question_network.h5"]
    assert run(["export", *map(str, paths), "-o", str(tmp_path / "weights.npz")]) == 0
    with np.load(tmp_path / "weights.npz") as arrays:
        assert [name.partition("/")[0] for name in arrays.files] == [path.name for path in paths for _ in range(8)]
    (tmp_path / "question_network.h5").write_bytes(paths[1].read_bytes())
    twice = [paths[1], tmp_path / "question_network.h5"]
    assert run(["export", *map(str, twice), "-o", str(tmp_path / "twice.npz")]) == 2
    assert not (tmp_path / "twice.npz").exists()
