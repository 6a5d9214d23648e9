"""What callers in Python give: one name for several, an open model for a file, and what is neither."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import pytest

import kerasinspect
from kerasinspect import (
    ClosedModel,
    InspectError,
    Limits,
    Model,
    NothingMatches,
    check,
    compare,
    export,
    fingerprint,
    open_model,
    series,
)
from kerasinspect.commands.program.group import cli
from tests.makers.handmade import model
from tests.places import DATA, ROOT, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KERAS, HDF5 = SAMPLES / "question_network.keras", SAMPLES / "question_network.h5"
TUNED = SAMPLES / "small_cnn_tuned.keras"

UNTYPED: Any = kerasinspect
"""The package to whoever checks no types."""

TABLE = re.findall(
    r"^\| `(\w+)` \| `(-[\w-]+)` \| `(\w+)` \|",
    (ROOT / "docs" / "python.md").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)
"""Functions, options and arguments, as the page has them."""


@pytest.fixture
def network() -> Iterator[Model]:
    """A model that is open."""
    with open_model(KERAS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ({"layers": "dense_1"}, {"layers": ["dense_1"]}),
        ({"weights": "kernel"}, {"weights": ("kernel",)}),
        ({"classes": "Dense"}, {"classes": {"Dense"}}),
        ({"indices": 3}, {"indices": [3]}),
        ({"indices": "3:5"}, {"indices": range(3, 5)}),
        ({"indices": np.int64(3)}, {"indices": np.array([3])}),
    ],
    ids=["layer", "weight", "class", "index", "range", "numpy"],
)
def test_one_name_stands_for_a_list_of_it(
    network: Model, tmp_path: Path, one: dict[str, Any], several: dict[str, Any]
) -> None:
    """A text is a name, never its letters."""
    alone = export(network, tmp_path / "one.npz", **one)
    listed = export(network, tmp_path / "several.npz", **several)
    assert [array.name for array in alone] == [array.name for array in listed]
    assert [layer.path for layer in series(KERAS, HDF5, **one)] == [
        layer.path for layer in series([KERAS, HDF5], **several)
    ]


def test_one_rule_stands_for_a_list_of_it() -> None:
    """Of every list of rules that ``check`` takes, and of its files."""
    found = check([KERAS, HDF5], select="KI3", extend_select="KI101", ignore="KI302")
    assert found == check(KERAS, HDF5, select=["KI3"], extend_select=["KI101"], ignore=["KI302"])


def test_an_open_model_is_compared_and_stays_open(network: Model) -> None:
    """On either side, or on both; it is the same model as in its file."""
    with open_model(HDF5) as other:
        assert compare(network, HDF5).equal
        assert compare(HDF5, network).equal
        assert compare(network, other).equal
        assert compare(network, network).same_file
        assert fingerprint(network) == fingerprint(HDF5) == fingerprint(other)
        assert network["dense/kernel"][0, 0] == other["dense/kernel"][0, 0]
    with pytest.raises(ClosedModel, match="is closed"):
        compare(network, other)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda one, _: one[0], r"asked for by its path, not by 0\. By position it is model\.weights\[0\]\."),
        (lambda one, _: one[one.weights[0]], r"asked for by its path, not by <Weight .*model\.weights has all\."),
        (lambda one, _: one.layer(2), r"asked for by its path, not by 2\. By position it is model\.layers\[2\]\."),
        (
            lambda one, to: UNTYPED.export(one, to, layers=[1]),
            r"layers takes a name or a list of names, and \[1\] is neither",
        ),
        (
            lambda one, to: UNTYPED.export(one, to, weights=None),
            r"weights takes a name or a list of names, and None is",
        ),
        (
            lambda one, to: UNTYPED.export(one, to, indices=2.5),
            r"indices takes positions .*, and 2\.5 are none\. Write indices=3",
        ),
        (lambda one, to: UNTYPED.export(one, to, indices=[-1]), '"-1" is not a position'),
        (
            lambda one, to: UNTYPED.export(one, to, form="xyz"),
            r"form is none of the known: 'xyz'\. Known are \"npz\", ",
        ),
        (lambda one, _: UNTYPED.export(one, 5), r"A file is named by its path, and 5 is none\. Write a path"),
        (
            lambda one, _: UNTYPED.series(one, one),
            r"It is a model that is open already: write its path, which is its location\.",
        ),
        (lambda one, _: UNTYPED.check(one), "It is a model that is open already"),
        (lambda one, _: UNTYPED.open_model(one), "It is a model that is open already"),
        (lambda *_: UNTYPED.open_model(None), "and None is none"),
        (lambda *_: UNTYPED.fingerprint(7), "and 7 is none"),
        (
            lambda *_: UNTYPED.check(KERAS, fail_on="never"),
            r"fail_on is none of the known: 'never'\. Known are \"error\"",
        ),
        (lambda *_: UNTYPED.check(KERAS, select=1), "select takes a name or a list of names, and 1 is neither"),
        (lambda one, _: UNTYPED.compare(one, one, matching="best"), r"matching is none of the known: 'best'"),
        (lambda one, _: UNTYPED.compare(one, [one]), "is none"),
    ],
)
def test_what_is_no_argument_is_said_to_be_none(
    network: Model, tmp_path: Path, ask: Callable[..., object], said: str
) -> None:
    """With what to write; nothing is written to a file."""
    with pytest.raises(InspectError, match=said):
        ask(network, tmp_path / "weights.npz")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda to: export(KERAS, to / "w.npy"),
            r"--layer, --weight or --index \(in Python: layers, weights, indices\)",
        ),
        (lambda to: export(KERAS, to / "weights"), r"say --format \(in Python: form\)"),
        (lambda to: export(KERAS, to / "w.csv", hashes=True), r"leave out --hash \(in Python: hashes\)"),
        (lambda to: export(KERAS, to / "w.npz", layers="kernel"), r"--weight kernel \(in Python: weights\)"),
        (lambda to: export(KERAS, to / "w.npz", weights="dense"), r"--layer dense \(in Python: layers\)"),
        (lambda to: export(KERAS, to / "w.npz", layers="Dense"), r"--class Dense \(in Python: classes\)"),
        (lambda _: open_model(KERAS, Limits(layers=1)), r"--limit layers=VALUE \(in Python: Limits\(layers=VALUE\)\)"),
        (lambda _: check(KERAS, select="KI6"), r"--against \(in Python: against\)"),
    ],
)
def test_a_remedy_names_the_argument_beside_the_option(
    tmp_path: Path, ask: Callable[[Path], object], said: str
) -> None:
    """Whichever of the two somebody wrote."""
    with pytest.raises(InspectError, match=said):
        ask(tmp_path)


def test_a_number_in_a_model_is_a_key_that_is_not_there(network: Model) -> None:
    """As a dict has it."""
    assert 0 not in network
    with pytest.raises(NothingMatches):
        network[0]  # type: ignore[index]


def test_a_model_is_a_dict_of_its_weights(network: Model) -> None:
    """Its length, its items and its values too; one without weights is as true as any other."""
    assert len(network) == len([*network]) == 8
    assert [*network.items()] == [*dict(network).items()] == [*zip(network.keys(), network.weights, strict=True)]
    assert [*network.values()] == [*network.weights]
    assert network.get("dense/kernel") is network["dense/kernel"]
    assert network.get("dense") is None
    assert network.get("dense", 3) == 3
    empty = model([])
    assert (len(empty), bool(empty), [*empty.items()]) == (0, True, [])


@pytest.mark.parametrize(
    "key",
    [([1, 2], 0), np.array([1, 2]), np.ones((8, 5), bool), (None, 0, 0), 1.5, True, "a", (0, (1, 2))],
    ids=["list", "array", "mask", "newaxis", "float", "bool", "text", "tuple"],
)
def test_an_index_that_reads_all_is_left_to_numpy(network: Model, key: Any) -> None:  # noqa: ANN401 - any index
    """The error is an IndexError that says how it is written; packed numbers say so, too."""
    with open_model(DATA / "versions" / "keras-3.15.1" / "quant_int4_block.keras") as opened:
        packed = next(one for one in opened.weights if one.unpacked is not None)
        for array in (network["dense/kernel"], packed.numbers()):
            with pytest.raises(IndexError, match=r"by integers, slices and \.\.\., .*: write numpy\.asarray\(weight\)"):
                array[key]


@pytest.mark.parametrize("key", [np.int64(1), np.array(1), (slice(None, None, -2), 0), (..., 0), ()], ids=repr)
def test_a_basic_index_is_as_in_numpy(network: Model, key: Any) -> None:  # noqa: ANN401 - any index
    """Whatever type a whole number has."""
    kernel = network["dense/kernel"]
    assert np.array_equal(kernel[key], np.asarray(kernel)[key])


@pytest.mark.parametrize("name", ["compare", "series", "export", "check"])
def test_the_page_says_which_option_an_argument_is(name: str) -> None:
    """Every argument, each with an option that the command has."""
    command = cli.commands["diff" if name == "compare" else name]
    listed = {argument: option for function, option, argument in TABLE if function == name}
    options = {text for one in command.params if isinstance(one, click.Option) for text in one.opts}
    models = {"model", "old", "new", "locations"}
    assert set(listed) == set(inspect.signature(getattr(kerasinspect, name)).parameters) - models
    assert set(listed.values()) <= options


def test_bytes_are_no_path() -> None:
    """Neither those of a model nor those of its name: a path is a text."""
    for ask in (UNTYPED.open_model, UNTYPED.check, UNTYPED.fingerprint):
        with pytest.raises(InspectError, match="3,002 bytes are none"):
            ask(b"PK" + b"x" * 3_000)


def test_a_check_keeps_to_the_limits_that_are_given() -> None:
    """What needs more is a sentence in the report of its file, as with `--limit`."""
    (report,) = check(KERAS, limits=Limits(hdf5_objects=3)).models
    assert "hdf5_objects" in (report.error or "")
