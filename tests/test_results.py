"""What Python code gets as a result: it is counted, indexed, walked and shown in one way, whichever result it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import kerasinspect
from kerasinspect import NothingMatches, check, compare, export, fingerprint, open_model, series
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NETWORK, LEGACY = SAMPLES / "question_network.keras", SAMPLES / "question_network.h5"
BEFORE, AFTER = SAMPLES / "small_cnn.keras", SAMPLES / "small_cnn_tuned.keras"
TOWERS = SAMPLES / "two_towers.keras"

COLLECTIONS: dict[str, tuple[Callable[[Path], Any], Callable[[Any], str], str, str]] = {
    "CheckReport": (lambda _: check(NETWORK, TOWERS), lambda one: one.location, "model", "KI301"),
    "Diff": (lambda _: compare(BEFORE, AFTER), lambda one: one.path, "layer", "conv2d"),
    "Export": (lambda folder: export(NETWORK, folder / "w.npz"), lambda one: one.name, "array", "dense_3/bias"),
    "LayerDiff": (lambda _: compare(BEFORE, AFTER)["species"], lambda one: one.name, "weight", "kernel"),
    "Series": (lambda _: series(NETWORK, LEGACY), lambda one: one.path, "layer", "dense_2"),
}
"""How each collection is made, by which name it has its parts, what an error calls these, and a cell of its table."""


@pytest.mark.parametrize(("make", "name_of", "word", "cell"), COLLECTIONS.values(), ids=COLLECTIONS)
def test_a_collection_is_counted_indexed_walked_and_shown(
    make: Callable[[Path], Any], name_of: Callable[[Any], str], word: str, cell: str, tmp_path: Path
) -> None:
    """By position, slice and name; what is not there is an IndexError or a KeyError that says so."""
    result = make(tmp_path)
    parts = [*result]
    assert len(result) == len(parts) > 1
    assert result
    assert [result[at] for at in range(len(parts))] == parts
    assert result[np.int64(0)] is parts[0]
    assert result[-1] is parts[-1]
    assert result[0:1] == (parts[0],)
    assert result[::-1] == tuple(reversed(parts))
    assert result[len(parts) :] == ()
    assert all(result[name_of(part)] is part for part in parts)
    assert all(name_of(part) in result and part in result for part in parts)
    assert "no such name" not in result
    with pytest.raises(IndexError):
        result[len(parts)]
    with pytest.raises(KeyError, match=f'No {word} is called "no such name"') as caught:
        result["no such name"]
    assert isinstance(caught.value, NothingMatches)
    with pytest.raises(TypeError, match="indices must be"):
        result[None]
    assert_line(result)
    assert re.search(rf"<t[dh] [^>]*>{re.escape(cell)}<", result._repr_html_())


def test_a_layer_without_weights_is_true() -> None:
    """It has a length of 0 and is a layer all the same."""
    flatten = compare(BEFORE, AFTER)["flatten"]
    assert (len(flatten), [*flatten], flatten[:]) == (0, [], ())
    assert flatten


def digest() -> kerasinspect.Fingerprint:
    """That of a model."""
    with open_model(NETWORK) as model:
        return fingerprint(model)


RECORDS: dict[str, Callable[[], Any]] = {
    "ArrayChange": lambda: compare(BEFORE, AFTER)["species"]["kernel"].change,
    "ConfigChange": lambda: compare(BEFORE, AFTER)["conv2d"].config[0],
    "Finding": lambda: check(TOWERS).findings[0],
    "Fingerprint": digest,
    "LayerSeries": lambda: series(NETWORK, LEGACY)[0],
    "ModelReport": lambda: check(NETWORK)[0],
    "Spectrum": lambda: compare(BEFORE, AFTER, spectral=True)["species"]["kernel"].spectrum,
    "WeightDiff": lambda: compare(BEFORE, AFTER)["species"]["kernel"],
}
"""Results that are one thing, as their collections give them."""


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_a_record_is_one_line(make: Callable[[], Any]) -> None:
    """Of its own class."""
    assert_line(make())


def test_every_result_is_among_these() -> None:
    """A new public class is a collection, a record, a part of a model, or no result."""
    of_models = {"Axis", "Extra", "Initializer", "Layer", "Limits", "Model", "Remark", "Weight"}
    public = {name: getattr(kerasinspect, name) for name in kerasinspect.__all__}
    classes = {name for name, one in public.items() if isinstance(one, type) and not issubclass(one, Exception)}
    assert classes - of_models == {*COLLECTIONS, *RECORDS}


def test_a_table_stands_as_its_columns_are() -> None:
    """Text to the left and numbers to the right, whatever the page around it does; it brings no colour."""
    shown = series(NETWORK, LEGACY)._repr_html_()
    assert '<td style="text-align:left">Dense</td><td style="text-align:right">45</td>' in shown
    assert "color" not in shown


def test_what_is_found_in_one_file_is_a_table() -> None:
    """As that in all of them is."""
    assert ">KI301<" in check(TOWERS)[0]._repr_html_()


def assert_line(result: object) -> None:
    """Hold that a result says in a short line what it is."""
    assert type(result).__name__ in repr(result)
    assert repr(result).isprintable()
    assert len(repr(result)) < 400
