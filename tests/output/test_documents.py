"""JSON documents: the schema, strictness, values of any kind."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest

from kerasinspect.analysis.inspection import InspectionOptions, inspect
from kerasinspect.analysis.selection import select
from kerasinspect.analysis.slicing import parse_slice
from kerasinspect.analysis.summarising import summarise
from kerasinspect.output.documents.show import show_document
from kerasinspect.output.documents.summary import summary_document
from kerasinspect.output.formats.json import Deferred, write_json
from kerasinspect.output.show_options import ShowOptions
from tests.makers.handmade import dense, model, numbers, question_network, varied, weight
from tests.output.snapshots import assert_as_kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.model import Model


PLAIN = ShowOptions()


def written(document: Mapping[str, Any]) -> str:
    """The text of a document."""
    stream = io.StringIO()
    write_json(document, stream)
    return stream.getvalue()


def parsed(document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The document as a strict parser reads it."""

    def refuse(word: str) -> NoReturn:
        raise AssertionError(word)

    return json.loads(written(document), parse_constant=refuse)


def shown(subject: Selection, options: ShowOptions = PLAIN) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The document of ``show``."""
    return parsed(show_document(inspect(subject), options))


def single(values: np.ndarray[Any, Any]) -> Model:
    """A model with one weight that has these values."""
    axes = [f"axis {n}" for n in range(values.ndim)]
    layer = dense("dense", 2, 2, 0)
    return model([type(layer)("dense", "Dense", "dense", weights=(weight("dense", "Dense", "kernel", values, axes),))])


def test_show_is_as_it_was_looked_at() -> None:
    """The whole document of a small model."""
    assert_as_kept("show.json", written(show_document(inspect(select(question_network())), ShowOptions(hashes=True))))


def test_summary_is_as_it_was_looked_at() -> None:
    """The whole document of a nested model."""
    assert_as_kept("summary.json", written(summary_document(summarise(select(varied())))))


def test_layers_point_into_the_list_of_weights() -> None:
    """With a filter positions are those of the printed list, while ``index`` stays that of ``get_weights()``."""
    document = shown(select(question_network(), ["dense_2"]))
    assert document["layers"][0]["weights"] == [0, 1]
    assert [weight["index"] for weight in document["weights"]] == [4, 5]


def test_the_hash_is_that_of_the_bytes() -> None:
    """SHA-256 of the little-endian bytes in C order."""
    document = shown(select(single(numbers(3, 4))), ShowOptions(hashes=True))
    assert document["weights"][0]["sha256"] == hashlib.sha256(numbers(3, 4).tobytes()).hexdigest()


VALUES = [
    pytest.param(numbers(2, 3, 4), id="float32"),
    pytest.param(np.array([1e-45, 3.4e38, 0.1, -0.0], "float32"), id="extreme float32"),
    pytest.param(numbers(5).astype("float16"), id="float16"),
    pytest.param(np.array([5e-324, 1.7e308, 0.1]), id="float64"),
    pytest.param(np.array([2**63, 1], "uint64"), id="uint64"),
    pytest.param(np.array(7, "int64"), id="scalar"),
    pytest.param(np.array(0.5, "float32"), id="float scalar"),
    pytest.param(np.zeros((0, 3), "float32"), id="empty"),
    pytest.param(np.array([[True, False]]), id="bool"),
    pytest.param(numbers(300, 400), id="in parts"),
    pytest.param(numbers(2, 70000), id="long rows"),
    pytest.param(numbers(70000), id="long vector"),
]


@pytest.mark.parametrize("values", VALUES)
def test_values_are_exact(values: np.ndarray[Any, Any]) -> None:
    """Reading the numbers back into the same dtype gives the same bits."""
    written = shown(select(single(values)), ShowOptions(values=True))["weights"][0]
    read = np.array(written["values"], values.dtype).reshape(values.shape)
    assert read.tobytes() == values.tobytes()
    assert written["values_not_finite"] == 0


def test_float32_is_written_without_digits_that_it_does_not_have() -> None:
    """0.1 in float32 is written as 0.1."""
    subject = inspect(select(single(np.array([0.1], "float32"))))
    text = written(show_document(subject, ShowOptions(values=True)))
    assert '"values": [0.1]' in text


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_json_cannot_say_is_null_and_counted(dtype: str) -> None:
    """NaN and infinities become null, and their number is said."""
    values = np.array([[np.nan, 1.5], [-np.inf, np.inf]], dtype)
    written = shown(select(single(values)), ShowOptions(values=True))["weights"][0]
    assert written["values"] == [[None, 1.5], [None, None]]
    assert written["values_not_finite"] == 3


def test_a_slice_gives_its_part_of_the_values() -> None:
    """With --slice the values are those that numpy gives."""
    subject = inspect(select(single(numbers(3, 4))), InspectionOptions(parts=parse_slice("::-1, 1")))
    values = parsed(show_document(subject, ShowOptions(values=True)))["weights"][0]["values"]
    assert np.array(values, "float32").tolist() == numbers(3, 4)[::-1, 1].tolist()


def test_a_broken_weight_leaves_the_document_whole() -> None:
    """Hash and values of a broken weight are null beside the sentence that says why; it is reported."""
    subject = inspect(select(varied(), ["mine"]))
    document = parsed(show_document(subject, ShowOptions(hashes=True, values=True)))
    broken = document["weights"][1]
    assert (broken["sha256"], broken["values"]) == (None, None)
    assert broken["error"] == broken["values_error"] == "The values end after 12 of 160 bytes."
    assert subject.damage.sentences == ("mine/weight 1 of MyLayer: The values end after 12 of 160 bytes.",)


def test_iterators_and_late_values_are_written_in_turn() -> None:
    """An iterator is a list, and a late value may depend on what was written before it."""
    seen: list[int] = []

    def items() -> Iterator[int]:
        for number in range(3):
            seen.append(number)
            yield number

    document = {"items": items(), "count": Deferred(lambda: len(seen)), "none": iter(())}
    assert parsed(document) == {"items": [0, 1, 2], "count": 3, "none": []}


def test_nan_is_refused() -> None:
    """A document that still holds NaN is a bug, not a file that other parsers choke on."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        written({"a": float("nan")})
