"""The package as Python code uses it: names, values, what is said in a session and in a notebook."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import (
    CheckReport,
    ClosedModel,
    Finding,
    Layer,
    Model,
    ModelReport,
    NothingMatches,
    RequestError,
    check,
    compare,
    export,
    open_model,
    series,
)
from tests.makers.handmade import dense, model
from tests.makers.notebooks import bare
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EVERY_SAMPLE = sorted([*SAMPLES.glob("*.keras"), *SAMPLES.glob("*.h5")])


@pytest.fixture
def question_network() -> Iterator[Model]:
    """A network of four Dense layers."""
    with open_model(SAMPLES / "question_network.keras") as opened:
        yield opened


def test_a_weight_is_found_by_its_path(question_network: Model) -> None:
    """As a dict has it: its paths are keys, and whoever asks for keyword arguments gets each weight by its path."""
    kernel = question_network["dense_1/kernel"]
    assert kernel is question_network.weights[2]
    assert "dense_1/kernel" in question_network
    assert "dense_1" not in question_network
    assert [*question_network] == [*question_network.keys()] == [one.path for one in question_network.weights]
    assert dict(question_network) == {one.path: one for one in question_network.weights}


def test_keyword_arguments_of_numpy_are_weights_by_path(question_network: Model, tmp_path: Path) -> None:
    """All values are written by one line, each array under its path."""
    np.savez(tmp_path / "weights.npz", **question_network)
    with np.load(tmp_path / "weights.npz") as found:
        assert found.files == [*question_network]
        assert all(np.array_equal(found[path], question_network[path]) for path in question_network)


@pytest.mark.parametrize("path", EVERY_SAMPLE, ids=lambda path: path.name)
def test_every_weight_and_layer_is_found_by_its_path(path: Path) -> None:
    """At any depth, a layer that is shared by each of its paths."""
    with open_model(path) as opened:
        assert all(opened[one.path] is one for one in opened.weights)
        for layer in opened.walk():
            assert all(opened.layer(name) is layer for name in (layer.path, *layer.also_at))
        listed = [one for layer in opened.layers for one in layer.all_weights]
        assert sorted(one.path for one in listed) == sorted(set(opened) - {one.path for one in opened.own_weights})


SHARED = {
    "keras-3.0.5/nested.keras": "shared/kernel",
    "keras-3.0.0/shared_two_inners.keras": "two/batch_normalization/gamma",
    "keras-3.3.3/shared_inside.h5": "sequential/lstm/lstm_cell/recurrent_kernel",
    "tf.keras-2.15/shared_and_namesake.keras": "sequential/dense_1/dense_2/kernel",
}
"""Files with layers that are at several paths, and a path at which no weight is listed."""


@pytest.mark.parametrize(("name", "further"), SHARED.items(), ids=SHARED)
def test_a_shared_layer_is_found_at_each_of_its_paths(name: str, further: str) -> None:
    """With its weights and what is inside it; listed it is once, and by its name it is one layer."""
    with open_model(DATA / "versions" / name) as opened:
        assert opened[further] in opened.weights
        assert further in opened
        assert further not in [*opened]
        path, _, weight = further.rpartition("/")
        assert opened.layer(path) is opened.layer(opened[further].layer)
        with pytest.raises(KeyError, match=f'No weight is called "{path}".*That is a layer: .*{opened[further].path}'):
            opened[path]
        with pytest.raises(KeyError, match=f'No weight is called "{path}/no{weight}"'):
            opened[f"{path}/no{weight}"]
        for layer in opened.walk():
            assert all(opened.layer(one) is layer for one in layer.also_at)


def test_a_path_of_a_shared_layer_goes_before_a_name() -> None:
    """What is there by name alone has another path."""
    shared = replace(dense("shared", 2, 3, 0), path="left/shared", also_at=("dense",))
    named = replace(dense("dense", 2, 3, 2), path="right/dense")
    again = Layer("dense", "Dense", "dense")
    tops = [Layer(top.path[: -len(top.name) - 1], "Sequential", "", layers=(top,)) for top in (shared, named)]
    assert model([*tops, again]).layer("dense") is shared


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("dense_1/kernl", 'No weight is called "dense_1/kernl". The nearest: dense_1/kernel, '),
        ("dense_1", 'No weight is called "dense_1". That is a layer: its weights are dense_1/kernel, dense_1/bias.'),
        ("zzz", 'No weight is called "zzz". There are dense/kernel, dense/bias, '),
        ("a\x1b[2J\n", r'No weight is called "a\x1b[2J\x0a". '),
        ("x" * 1000, "No weight is called"),
    ],
)
def test_an_unknown_path_names_the_nearest(question_network: Model, asked: str, said: str) -> None:
    """The error is a KeyError and one of the package's own; its sentence is one line without quotes around it."""
    with pytest.raises(KeyError) as caught:
        question_network[asked]
    assert isinstance(caught.value, NothingMatches)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_layer_is_found_by_path_or_by_a_name_that_is_its_alone() -> None:
    """A path goes before a name; a name that several layers have says their paths."""
    inner = [replace(dense("dense", 2, 3, 0), path=f"{outer}/dense") for outer in ("left", "right")]
    tops = [Layer(outer, "Sequential", outer, layers=(below,)) for outer, below in zip("ab", inner, strict=True)]
    only = Layer("outer", "Sequential", "outer", layers=(replace(dense("within", 2, 3, 0), path="o/within"),))
    both = model([*tops, only])
    assert both.layer("left/dense") is inner[0]
    assert both.layer("within").path == "o/within"
    with pytest.raises(RequestError, match=r'2 layers are called "dense"\. Their paths: left/dense, right/dense\.'):
        both.layer("dense")
    with pytest.raises(KeyError, match="The nearest: left/dense"):
        both.layer("left/dens")
    top = dense("dense", 2, 3, 0)
    assert model([*tops, top]).layer("dense") is top


def test_two_weights_of_one_path_are_never_mistaken_for_one() -> None:
    """Nothing is lost without a word where a damaged file has a layer twice."""
    twice = model([dense("dense", 2, 3, 0), dense("dense", 2, 3, 2)])
    assert [*twice] == ["dense/kernel", "dense/bias"]
    with pytest.raises(RequestError, match='2 weights are called "dense/kernel"'):
        twice["dense/kernel"]
    with pytest.raises(RequestError, match="2 weights are called"):
        dict(twice)


def test_an_lstm_has_its_weights_in_its_cell() -> None:
    """``weights`` are a layer's own, ``all_weights`` those below it too."""
    with open_model(SAMPLES / "recurrent.keras") as opened:
        gru = opened.layer("gru")
        assert gru.weights == ()
        assert [one.path for one in gru.all_weights] == [
            f"gru/gru_cell/{name}" for name in ("kernel", "recurrent_kernel", "bias")
        ]


def test_a_weight_is_an_array_to_numpy(question_network: Model) -> None:
    """It is indexed as numpy has it, and converted whole."""
    kernel = question_network["dense/kernel"]
    whole = np.asarray(kernel)
    assert whole.shape == kernel.shape
    assert np.array_equal(kernel[:3, 0], whole[:3, 0])
    assert np.array_equal(kernel[...], whole)
    assert float(np.sum(kernel)) == float(whole.sum())
    assert np.asarray(kernel, np.float64).dtype == np.float64
    with pytest.raises(IndexError, match="out of bounds"):
        kernel[99]
    with pytest.raises(ValueError, match="only as a copy"):
        np.asarray(kernel, copy=False)


def test_a_copy_can_be_written_into(question_network: Model) -> None:
    """What is read without one cannot, since it may be kept for the next read."""
    kernel = question_network["dense/kernel"]
    for copied in (np.array(kernel), np.asarray(kernel, copy=True), np.array(kernel.array), np.array(kernel, "f8")):
        copied[0, 0] = 7
    assert kernel[0, 0] != 7


def test_packed_values_are_stored_unpacked_or_computed() -> None:
    """A weight is what is stored; ``numbers`` are what they stand for."""
    with open_model(DATA / "versions" / "keras-3.15.1" / "quant_int4_block.keras") as opened:
        packed = next(one for one in opened.weights if one.unpacked is not None and one.dequantized is not None)
        plain = next(one for one in opened.weights if one.dequantized is None and one.unpacked is None)
        assert np.asarray(packed).shape == packed.shape
        assert packed.numbers() is packed.unpacked
        assert packed.numbers(dequantize=True) is packed.dequantized
        assert plain.numbers() is plain.numbers(dequantize=True) is plain.array


def test_many_threads_read_one_model(question_network: Model) -> None:
    """By name and by value, with whatever is built at the first question."""
    expected = {one.path: np.asarray(one).tobytes() for one in question_network.weights}
    with open_model(question_network.location) as shared, ThreadPoolExecutor(16) as pool:
        for path, found in pool.map(lambda path: (path, np.asarray(shared[path]).tobytes()), [*expected] * 40):
            assert found == expected[path]


def test_a_closed_model_says_so_whichever_way_it_is_asked() -> None:
    """What is known of it stays; every way to values raises one error, and none gives a value."""
    with open_model(SAMPLES / "question_network.keras") as opened:
        kernel, iteration = opened["dense/kernel"], opened.extras[0]
    ways: list[Callable[[], object]] = [
        lambda: kernel[0, 0],
        lambda: kernel[:0],
        lambda: np.asarray(kernel),
        lambda: np.array(kernel),
        lambda: np.asarray(kernel.array),
        lambda: [*kernel.array.blocks()],
        lambda: kernel.numbers()[...],
        lambda: iteration.array[...],
    ]
    for way in ways:
        with pytest.raises(ClosedModel, match="is closed"):
            way()
    assert opened["dense/kernel"].shape == (8, 5)
    assert repr(opened).startswith("<Model sequential")


@pytest.mark.parametrize("path", EVERY_SAMPLE, ids=lambda path: path.name)
def test_every_repr_is_one_short_line(path: Path) -> None:
    """Of a model and of all that it holds."""
    with open_model(path) as opened:
        things: list[object] = [opened, *opened.walk(), *opened.weights, *opened.extras, *opened.remarks]
        things += [one.array for one in opened.weights]
        for said in map(repr, things):
            assert said.isprintable()
            assert len(said) < 200


def test_reprs_say_what_tells_things_apart(question_network: Model) -> None:
    """Name, class, shape, size."""
    kernel = question_network["dense_1/kernel"]
    assert repr(kernel) == "<Weight dense_1/kernel · (5, 5) · float32>"
    assert repr(kernel.array) == "<StoredArray /layers/dense_1/vars/0 · (5, 5) · float32>"
    assert repr(question_network.layer("dense_1")) == "<Layer dense_1 · Dense · 30 parameters · 2 arrays>"
    assert repr(question_network.extras[0]) == "<Extra optimizer · iteration · () · int64>"
    named = replace(question_network, location="question_network.keras")
    assert repr(named) == "<Model sequential · Sequential · 297 parameters · 8 arrays · question_network.keras>"


def test_a_comparison_is_walked_by_layer() -> None:
    """It is counted, indexed by position and path, and shown."""
    same = compare(SAMPLES / "question_network.keras", SAMPLES / "question_network.h5")
    assert same.equal
    assert repr(same[1]) == "<LayerDiff dense · unchanged · path>"
    assert repr(same["dense"].weights[0]) == "<WeightDiff kernel · equal>"
    other = compare(SAMPLES / "question_network.keras", SAMPLES / "small_cnn.keras")
    assert len(other) == len([*other]) == 12
    assert other["conv2d"] is other[1]
    with pytest.raises(KeyError, match='No layer is called "dens"') as caught:
        other["dens"]
    assert isinstance(caught.value, NothingMatches)
    assert repr(other["dense"].weights[0]) == "<WeightDiff kernel · (8, 5) float32 -> (54, 3) float32>"
    assert repr(other["conv2d"].weights[1]) == "<WeightDiff bias · absent -> (4,) float32>"
    for thing in (other, *other, *(weight for layer in other for weight in layer.weights)):
        assert repr(thing).isprintable()
    renamed = compare(SAMPLES / "small_cnn.keras", SAMPLES / "small_cnn_tuned.keras")["species"]
    assert repr(renamed) == "<LayerDiff dense -> species · trained · values>"
    assert repr(renamed.weights[0]) == "<WeightDiff kernel · relative L2 0.01818 · cosine 0.9998>"
    shown = bare(other._repr_html_())
    assert "<td>dense</td><td>dense</td><td>path</td><td>replaced</td><td>kernel, bias</td>" in shown
    assert "7 added" in shown


def test_a_series_and_an_export_show_themselves(tmp_path: Path) -> None:
    """In a line, and the series in a table."""
    moved = series(SAMPLES / "question_network.keras", SAMPLES / "question_network.h5")
    assert repr(moved) == "<Series 4 layers · 2 files>"
    assert repr(moved["dense"]) == "<LayerSeries dense · Dense · 2 files · sum of changes 0>"
    assert "<td>dense</td><td>Dense</td><td>45</td><td>no</td><td>0</td>" in bare(moved._repr_html_())
    exported = export(SAMPLES / "question_network.keras", tmp_path / "weights.npz")
    assert repr(exported) == f"<Export {tmp_path / 'weights.npz'} · npz · 8 arrays>"


PICKLED = (
    *EVERY_SAMPLE,
    *(
        DATA / "versions" / "keras-3.15.1" / name
        for name in ("quant_int4_block.keras", "quant_gptq.keras", "quant_awq.h5")
    ),
)


@pytest.mark.parametrize("path", PICKLED, ids=lambda path: path.name)
def test_a_closed_model_goes_to_another_process_and_stays_closed(path: Path) -> None:
    """With all that is known of it; an open one says that it cannot."""
    with open_model(path) as opened, pytest.raises(TypeError, match="cannot be copied or pickled"):
        pickle.dumps(opened)
    arrived = pickle.loads(pickle.dumps(opened))  # noqa: S301 - our own
    assert [*map(repr, arrived.weights)] == [*map(repr, opened.weights)]
    for one in arrived.weights:
        with pytest.raises(ClosedModel, match="is closed"):
            one[...]


def test_results_go_to_another_process() -> None:
    """Of a check and of a comparison."""
    for result in (check(SAMPLES / "two_towers.keras"), compare(PICKLED[-2], PICKLED[-1])):
        arrived = pickle.loads(pickle.dumps(result))  # noqa: S301 - our own
        assert arrived is not result
        assert repr(arrived) == repr(result)
        assert arrived._repr_html_() == result._repr_html_()


HOSTILE = "<script>alert(1)</script>\x1b]0;x\x07\n\u202e"


def test_a_name_from_a_file_breaks_neither_line_nor_table() -> None:
    """A repr stays one line that no terminal acts upon; in a notebook nothing becomes a tag."""
    layer = dense(HOSTILE, 2, 3, 0)
    opened = replace(model([replace(layer, class_name=HOSTILE)]), name=HOSTILE, class_name=HOSTILE)
    for said in (repr(opened), repr(layer), repr(opened.weights[0])):
        assert said.isprintable()
    shown = opened._repr_html_()
    assert "<script" not in shown
    assert shown.isprintable()


def test_a_model_is_a_table_in_a_notebook(question_network: Model) -> None:
    """Its layers, a row each; of very many the first, and how many there are."""
    shown = bare(question_network._repr_html_())
    assert "sequential · Sequential · keras-archive · Keras 3.15.1 · 297 parameters · 8 arrays" in shown
    assert "<tr><td>dense_1</td><td>Dense</td><td>(None, 5)</td><td>30</td><td>yes</td></tr>" in shown
    many = replace(question_network, layers=question_network.layers * 100)._repr_html_()
    assert many.count("<tr>") == 201
    assert "and 300 more rows" in many
    assert bare(replace(question_network, layers=())._repr_html_()).count("<table></table></div>")


def test_a_report_is_walked_by_file(tmp_path: Path) -> None:
    """It is counted, indexed by position and location, and shown; a file that cannot be read is part of it."""
    bad = tmp_path / "bad.keras"
    bad.write_bytes(b"PK\x03\x04")
    good = str(SAMPLES / "two_towers.keras")
    report = check(good, bad)
    assert isinstance(report, CheckReport)
    assert len(report) == 2
    assert [*report] == [report[0], report[1]] == [*report.models]
    assert report[good] is report[0]
    assert isinstance(report[-1], ModelReport)
    assert isinstance(report[0].findings[0], Finding)
    with pytest.raises(KeyError, match=r'No model is called "good.keras"\.'):
        report["good.keras"]
    assert repr(report) == "<CheckReport not all could be read · 1 error · 0 warnings · 0 notes · 2 models>"
    assert repr(report[0].findings[0]).startswith("<Finding KI301 · error · two_towers · ")
    assert repr(report[good]).endswith("two_towers.keras · 1 finding>")
    shown = bare(report._repr_html_())
    assert "<td>unreadable</td>" in shown
    assert "<td>KI301</td>" in shown
    assert repr(check(SAMPLES / "question_network.keras")) == (
        "<CheckReport passed · 0 errors · 0 warnings · 0 notes · 1 model>"
    )
