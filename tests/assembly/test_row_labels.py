"""What the rows of a kernel are called: the real Keras puts there what the label says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerasinspect.axes import Axis

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own, about numpy

LABEL = re.compile(r"(?P<layer>\w+)(?: \((?P<place>[\d, ]+)\))?(?: (?P<word>[a-z ]+) (?P<unit>\d+))?")

FORWARD = 5
"""Units that read forwards; those that read backwards lie behind them."""


def picture(keras: Any) -> Any:  # noqa: ANN401 - Keras has no types
    """A small picture as an input."""
    return keras.Input((6, 7, 2), name="picture")


def flattened(keras: Any, *between: Any) -> Any:  # noqa: ANN401
    """A convolution of a picture, some layers, and all of it in one row."""
    taken = picture(keras)
    given = keras.layers.Conv2D(3, 2, name="conv")(taken)
    for layer in (*between, keras.layers.Flatten()):
        given = layer(given)
    return taken, given


def of_picture(keras: Any) -> Any:  # noqa: ANN401
    """The picture itself in one row."""
    taken = picture(keras)
    return taken, keras.layers.Flatten()(taken)


def of_steps(keras: Any) -> Any:  # noqa: ANN401
    """The steps of an LSTM in one row, through dropout."""
    taken = keras.Input((4, 3))
    steps = keras.layers.LSTM(5, return_sequences=True, name="lstm")(taken)
    return taken, keras.layers.Dropout(0.5)(keras.layers.Flatten()(steps))


def reshaped(keras: Any, *shape: int) -> Any:  # noqa: ANN401
    """A convolution cut into another shape."""
    taken, given = picture(keras), keras.layers.Conv2D(3, 2, name="conv")
    return taken, keras.layers.Reshape(shape)(given(taken))


def side_by_side(keras: Any) -> Any:  # noqa: ANN401
    """Two branches and an input, one branch through an activation."""
    taken, more = keras.Input((3,), name="age"), keras.Input((2,), name="city")
    first = keras.layers.Dense(4, name="branch_a")(taken)
    second = keras.layers.ReLU()(keras.layers.Dense(5, name="branch_b", bias_initializer="ones")(more))
    return [taken, more], keras.layers.Concatenate(name="joined")([first, more, second])


def side_by_side_in_rows(keras: Any) -> Any:  # noqa: ANN401
    """Two pictures in rows, side by side, of which one was put together of two."""
    taken = picture(keras)
    first, second = (keras.layers.Conv2D(filters, 2, name=f"conv_{filters}")(taken) for filters in (2, 3))
    both = keras.layers.Concatenate(name="both")([first, second])
    return taken, keras.layers.Concatenate()([keras.layers.Flatten()(both), keras.layers.Flatten()(first)])


def turned(keras: Any) -> Any:  # noqa: ANN401
    """The axes of a convolution in another order, in one row."""
    return flattened(keras, keras.layers.Permute((3, 1, 2), name="turned"))


def nested(keras: Any) -> Any:  # noqa: ANN401
    """A model inside the model, whose output goes on."""
    taken, given = keras.Input((3,)), keras.Input((4,))
    inner = keras.Model(given, keras.layers.Dense(2, name="narrow")(given), name="inner")
    return taken, inner(keras.layers.Dense(4, name="wide")(taken))


def both_ways(keras: Any) -> Any:  # noqa: ANN401
    """The last step of a layer that reads forwards, and of one that reads backwards."""
    taken = keras.Input((4, 3))
    return taken, keras.layers.Bidirectional(keras.layers.GRU(FORWARD), name="both")(taken)


MODELS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "a flattened picture": (of_picture, "picture (0, 0, 0)", "picture (5, 6, 1)"),
    "a flattened convolution": (flattened, "conv (0, 0) filter 0", "conv (4, 5) filter 2"),
    "through an activation": (
        lambda keras: flattened(keras, keras.layers.ReLU()),
        "conv (0, 0) filter 0",
        "conv (4, 5) filter 2",
    ),
    "through pooling": (
        lambda keras: flattened(keras, keras.layers.MaxPooling2D(name="pool")),
        "pool (0, 0) channel 0",
        "pool (1, 2) channel 2",
    ),
    "flattened steps": (of_steps, "lstm (0) unit 0", "lstm (3) unit 4"),
    "with turned axes": (turned, "turned (0, 0) channel 0", "turned (4, 5) channel 2"),
    "reshaped into a row": (lambda keras: reshaped(keras, 90), "conv (0, 0) filter 0", "conv (4, 5) filter 2"),
    "reshaped beside the filters": (lambda keras: reshaped(keras, 30, 3), "conv filter 0", "conv filter 2"),
    "reshaped across the filters": (lambda keras: reshaped(keras, 15, 6), "reshape output 0", "reshape output 5"),
    "side by side": (side_by_side, "branch_a unit 0", "branch_b unit 4"),
    "rows side by side": (side_by_side_in_rows, "both (0, 0, 0)", "conv_2 (4, 5) filter 1"),
    "both ways": (both_ways, "both forward unit 0", "both backward unit 4"),
    "a nested model": (nested, "inner output 0", "inner output 1"),
}


def opened_row(path: Path) -> Axis:
    """The axis of the last kernel that runs along what comes in."""
    with open_model(path) as model:
        return next(weight for weight in model.weights if weight.path == "out/kernel").axes[0]


def meant(label: str, given: dict[str, np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """The values that a label means: those of one unit at its place, or at every place."""
    found = LABEL.fullmatch(label)
    assert found is not None
    place = [int(at) for at in (found["place"] or "").split(",") if at]
    before = FORWARD if found["word"] == "backward unit" else 0
    unit = [before + int(found["unit"])] if found["unit"] else []
    at: Any = (0, *unit, *place) if found["layer"] == "turned" else (0, ..., *place, *unit)
    values: np.ndarray[Any, Any] = given[found["layer"]][at]
    return values.reshape(-1)


@pytest.mark.parametrize(("make", "first", "last"), MODELS.values(), ids=MODELS.keys())
def test_keras_puts_there_what_the_label_says(
    keras: Any,  # noqa: ANN401
    tmp_path: Path,
    make: Callable[[Any], Any],
    first: str,
    last: str,
) -> None:
    """At every position of a row of values lies the value of the named layer at the named place."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    taken, given = make(keras)
    model = keras.Model(taken, keras.layers.Dense(1, name="out")(given))
    model.save(tmp_path / "model.keras")
    row = opened_row(tmp_path / "model.keras")
    labels = [row.label(position) for position in range(row.size)]
    assert (labels[0], labels[-1], len({*labels})) == (first, last, row.size)

    layers = [layer for layer in model.layers if layer.name not in {"out", "inner"}]
    inputs = [np.random.default_rng(3).normal(size=(1, *one.shape[1:])).astype("float32") for one in model.inputs]
    outputs = keras.Model(model.inputs, [given, *(layer.output for layer in layers)])(inputs)
    values, *others = (np.asarray(one) for one in outputs)
    by_name = {layer.name: one for layer, one in zip(layers, others, strict=True)} | {"inner": values}
    for position, label in enumerate(labels):
        got, expected = values[0, ..., position].reshape(-1), meant(label, by_name)
        assert np.array_equal(got, expected) or np.array_equal(got, expected.clip(0))
