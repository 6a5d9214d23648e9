"""Which layers the positions along an axis come from, by the config alone; what it does not prove is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.assembly.skeleton import root_of
from kerasinspect.assembly.wiring import connect
from kerasinspect.axes import Axis, Origin

if TYPE_CHECKING:
    from kerasinspect.assembly.graph import AxisSource


def layer(class_name: str, name: str, *inbound: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A serialised layer that is called once, on the outputs of others."""
    calls = [[[before, 0, 0] for before in inbound]] if inbound else []
    return {"class_name": class_name, "config": {"name": name, **config}, "inbound_nodes": calls}


def taken(name: str, *sizes: int) -> dict[str, Any]:
    """A serialised InputLayer."""
    return layer("InputLayer", name, batch_shape=[None, *sizes])


def functional(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """A serialised Functional model."""
    return {"class_name": "Functional", "config": {"name": name, "layers": [*layers]}}


def sequential(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """A serialised Sequential model."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": [*layers]}}


def source_of_last(config: dict[str, Any]) -> AxisSource | None:
    """The source of what the last layer takes; that of its last layer where it is a model."""
    root = root_of(config)
    assert root is not None
    graph, last = connect(root), root.children[-1]
    return graph.of(last.children[-1] if last.children else last).source


def runs(source: AxisSource | None) -> list[tuple[str, str, int]] | None:
    """The runs of a source by name."""
    if source is None:
        return None
    return [(run.layer.name if run.layer else "", run.word, run.size) for run in source.runs]


PICTURE, LAST = taken("picture", 4, 6, 2), layer("Dense", "last", "before", units=1)
CONV: dict[str, Any] = {"filters": 3, "kernel_size": 1}
FIRST = {"data_format": "channels_first"}
TWO = (layer("Dense", "a", "vector", units=2), layer("Dense", "b", "vector", units=3))
VECTOR = taken("vector", 5)

RUNS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, int]]]] = {
    "side by side": ([VECTOR, *TWO, layer("Concatenate", "before", "a", "b")], [("a", "unit", 2), ("b", "unit", 3)]),
    "through dropout": (
        [VECTOR, *TWO, layer("Dropout", "c", "b", rate=0.5), layer("Concatenate", "before", "a", "c")],
        [("a", "unit", 2), ("b", "unit", 3)],
    ),
    "side by side twice": (
        [VECTOR, *TWO, layer("Concatenate", "c", "a", "b"), layer("Concatenate", "before", "c", "vector")],
        [("a", "unit", 2), ("b", "unit", 3), ("vector", "input", 5)],
    ),
    "one of them twice": (
        [VECTOR, *TWO, layer("Concatenate", "c", "a", "b"), layer("Concatenate", "before", "c", "b")],
        [("c", "output", 5), ("b", "output", 3)],
    ),
    "a tower on two inputs": (
        [VECTOR, *TWO, layer("Concatenate", "before", "a", "b", "a")],
        [("before", "input 0 position", 2), ("before", "input 1 position", 3), ("before", "input 2 position", 2)],
    ),
    "along the steps": (
        [taken("a", 3, 2), taken("b", 4, 2), layer("Concatenate", "before", "a", "b", axis=1)],
        [],
    ),
    "along no axis": ([VECTOR, *TWO, layer("Concatenate", "before", "a", "b", axis=[1])], []),
    "with one of a class that nobody knows": (
        [VECTOR, *TWO, layer("Mine", "c", "b"), layer("Concatenate", "before", "a", "c")],
        [],
    ),
    "after a class that nobody knows": ([PICTURE, layer("Mine", "c", "picture"), layer("Flatten", "before", "c")], []),
    "channels first": (
        [PICTURE, layer("Conv2D", "c", "picture", **CONV, **FIRST), layer("Flatten", "before", "c", **FIRST)],
        [("c", "filter", 36)],
    ),
    "channels first of a picture": ([PICTURE, layer("Flatten", "before", "picture", **FIRST)], []),
}


@pytest.mark.parametrize(("layers", "expected"), RUNS.values(), ids=RUNS.keys())
def test_runs_along_an_axis(layers: list[dict[str, Any]], expected: list[tuple[str, str, int]]) -> None:
    """Each run has its layer; where they cannot be told apart or are not known, there are fewer or none."""
    source = source_of_last(functional(*layers, LAST))
    assert (runs(source) or []) == expected


def test_channels_that_come_first_lie_last_in_a_row() -> None:
    """Flatten turns them before it lays everything out, which Reshape does not."""
    config = [PICTURE, layer("Conv2D", "c", "picture", **CONV, **FIRST), layer("Flatten", "before", "c", **FIRST)]
    source = source_of_last(functional(*config, LAST))
    assert source is not None
    (run,) = source.runs
    row = np.moveaxis(np.arange(36).reshape(3, 6, 2), 0, -1).ravel()
    label = Origin("c", run.word, run.size, run.shape, run.axis).label
    for position, stored in enumerate(row):
        filter_, high, wide = np.unravel_index(stored, (3, 6, 2))
        assert label(position) == f"c ({high}, {wide}) filter {filter_}"


def test_too_many_runs_are_one() -> None:
    """A layer that puts hundreds of others side by side is named itself."""
    inputs = [taken(f"i{number}", 1) for number in range(300)]
    joined = layer("Concatenate", "before", *(one["config"]["name"] for one in inputs))
    source = source_of_last(functional(*inputs, joined, LAST))
    assert source is not None
    assert (source.layer.name, source.size, source.runs) == ("before", 300, ())


def test_what_comes_into_a_model_inside_goes_on_in_it() -> None:
    """The first layer inside takes the units of the layer before the model."""
    for inner in (
        functional(taken("given", 2), layer("Dense", "inside", "given", units=1), name="inner"),
        sequential(taken("given", 2), layer("Dense", "inside", units=1), name="inner"),
        sequential(layer("Dense", "inside", units=1), name="inner"),
    ):
        outer = functional(VECTOR, TWO[0], inner | {"inbound_nodes": [[["a", 0, 0]]]})
        source = source_of_last(outer)
        assert source is not None
        assert source.layer.name == "a"


def test_a_model_with_several_inputs_names_none_of_them_inside() -> None:
    """Nothing tells which of them is which."""
    inner = functional(taken("x", 2), taken("y", 3), layer("Dense", "inside", "x", units=1), name="inner")
    outer = functional(VECTOR, *TWO, inner | {"inbound_nodes": [[["a", 0, 0], ["b", 0, 0]]]})
    assert source_of_last(outer) is None


def test_a_row_of_what_the_model_takes() -> None:
    """A Flatten that comes first, without an InputLayer, lays out the input."""
    first = layer("Flatten", "before", batch_input_shape=[None, 2, 3])
    assert runs(source_of_last(sequential(first, LAST))) == [("", "", 6)]


def test_labels_of_an_axis_of_several_origins() -> None:
    """Each run counts for itself; behind the last one, and on an axis of another size, positions count alone."""
    origins = (Origin("a", "unit", 2), Origin("c", "filter", 4, (2, 2), 0), Origin("p", "", 2, (1, 2)))
    axis = Axis("input", 9, source="joined", source_word="output", origins=origins)
    assert [axis.label(position) for position in range(9)] == [
        *("a unit 0", "a unit 1", "c (0) filter 0", "c (1) filter 0", "c (0) filter 1", "c (1) filter 1"),
        *("p (0, 0)", "p (0, 1)", "joined output 8"),
    ]
    assert axis.resized(9) is axis
    assert axis.resized(3).label(0) == "joined output 0"


@pytest.mark.parametrize(("second", "expected"), [("a", "a"), ("b", None)])
def test_a_layer_at_two_places_has_a_source_where_both_agree(second: str, expected: str | None) -> None:
    """Labels of its rows are true at either place."""
    inner = [
        sequential(layer("Dense", "shared", units=1), name=name) | {"inbound_nodes": [[[before, 0, 0]]]}
        for name, before in (("first", "a"), ("second", second))
    ]
    root = root_of(functional(VECTOR, TWO[0], layer("Dense", "b", "vector", units=2), *inner))
    assert root is not None
    shared, again = (model.children[0] for model in root.children[-2:])
    again.same_as = shared
    source = connect(root).of(shared).source
    assert (source and source.layer.name) == expected


@pytest.mark.parametrize("module", ["keras.src.ops.numpy", "mine.layers"])
def test_what_only_has_the_name_of_a_layer_is_none(module: str) -> None:
    """A function of Keras's, or a class of the user's, may put its inputs side by side otherwise."""
    joined = layer("Concatenate", "before", "a", "b", axis=-1) | {"module": module, "registered_name": "Concatenate"}
    assert not runs(source_of_last(functional(VECTOR, *TWO, joined, LAST)))
