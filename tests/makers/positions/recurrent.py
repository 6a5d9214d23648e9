"""Recurrent layers around cells: custom ones, stacked ones, cells with sublayers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.makers.positions.kit import WIDTH, Made, between, dense, layers, register

if TYPE_CHECKING:
    from collections.abc import Callable


class Cell(layers.Layer):
    """A recurrent cell with one state."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.state_size = WIDTH
        self.output_size = WIDTH


@register
class OwnCell(Cell):
    """A cell with arrays of its own, one of which is not trained."""

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], WIDTH), name="kernel")
        self.decay = self.add_weight(shape=(WIDTH,), trainable=False, name="decay")
        self.recurrent = self.add_weight(shape=(WIDTH, WIDTH), name="recurrent")
        self.built = True

    def call(self, inputs: Any, states: Any) -> Any:
        now = inputs @ self.kernel + (states[0] * self.decay) @ self.recurrent
        return now, [now]


@register
class LayeredCell(Cell):
    """A cell that is made of Dense layers and an own gain."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.update = dense("update")
        self.candidate = dense("candidate")

    def build(self, _shape: Any) -> None:
        self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
        for part in (self.update, self.candidate):
            if not part.built:
                part.build((None, WIDTH))
        self.built = True

    def call(self, inputs: Any, states: Any) -> Any:
        now = self.update(inputs) + self.candidate(states[0]) * self.gain
        return now, [now]


@register
class HoldingCell(Cell):
    """A cell around a SimpleRNNCell, with a projection."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.project = dense("project")
        self.inner = layers.SimpleRNNCell(WIDTH, name="inner")

    def call(self, inputs: Any, states: Any) -> Any:
        output, states = self.inner(self.project(inputs), states)
        return output, states


def steps(layer: Any) -> Made:
    """A model of sequences with this recurrent layer between a BatchNormalization and a Dense."""
    return between(layers.BatchNormalization(name="norm"), layer, dense("after"), shape=(4, WIDTH), flat=True)


def stack(*cells: Any, **options: Any) -> Any:
    """A recurrent layer of several cells."""
    return layers.RNN(list(cells), return_sequences=True, name="stack", **options)


RECURRENT: dict[str, Callable[[], Made]] = {
    "own_cell": lambda: steps(layers.RNN(OwnCell(), return_sequences=True)),
    "layered_cell": lambda: steps(layers.RNN(LayeredCell(), return_sequences=True)),
    "holding_cell": lambda: steps(layers.RNN(HoldingCell(), return_sequences=True)),
    "both_directions": lambda: steps(layers.Bidirectional(layers.RNN(OwnCell(), return_sequences=True))),
    "stack": lambda: steps(stack(layers.LSTMCell(3), layers.GRUCell(WIDTH))),
    "stack_of_custom": lambda: steps(stack(LayeredCell(), OwnCell(), layers.LSTMCell(3))),
    "stack_of_twelve": lambda: steps(stack(*(layers.SimpleRNNCell(WIDTH) for _ in range(12)))),
}
