"""Output shapes of recurrent layers: the last output or all of them, with or without the last states."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.knowledge.config_values import first_of, flag, mapping, size, word
from kerasinspect.knowledge.shapes.images import convolution
from kerasinspect.knowledge.shapes.rule import Config, Inputs, Outputs, need, only

if TYPE_CHECKING:
    from kerasinspect.model import Shape

_STATES = {"LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}
"""How many states a cell hands from step to step."""


def recurrent(states: int, config: Config, inputs: Inputs) -> Outputs:
    """Give one output per unit, with ``states`` states of the same shape."""
    units = need(size(config, "units", "output_dim"))
    return _read(config, inputs, (units,), ((units,),) * states)


def convolutional(config: Config, inputs: Inputs) -> Outputs:
    """Give a picture for each step that a convolutional LSTM reads, with two states."""
    shape = inputs[0]
    only(len(shape) > 2)  # noqa: PLR2004 - batch and steps come first
    picture = convolution(config, [(shape[0], *shape[2:])])
    step: Shape = tuple(length for length in picture[1:] if not isinstance(length, tuple))
    return _read(config, inputs, step, (step, step))


def with_cell(config: Config, inputs: Inputs) -> Outputs:
    """Give what the cell of an RNN layer, or the last of its cells, puts out."""
    cell = mapping(config, "cell")
    stack = first_of(mapping(cell, "config"), "cells") if word(cell, "class_name") == "StackedRNNCells" else [cell]
    only(isinstance(stack, list) and len(stack) > 0 and all(isinstance(inner, dict) for inner in stack))
    units = [need(size(mapping(inner, "config"), "units")) for inner in stack]
    counts = [need(_STATES.get(word(inner, "class_name") or "")) for inner in stack]
    states = tuple((unit,) for unit, count in zip(units, counts, strict=True) for _ in range(count))
    return _read(config, inputs, (units[-1],), states)


def _read(config: Config, inputs: Inputs, step: Shape, states: tuple[Shape, ...]) -> Outputs:
    """Put batch and steps before the shape of one step, and the states behind it."""
    only(len(inputs[0]) > 2)  # noqa: PLR2004 - batch, steps, features
    batch, steps = inputs[0][:2]
    output: Shape = (batch, steps, *step) if flag(config, "return_sequences", default=False) else (batch, *step)
    if flag(config, "return_state", default=False):
        return (output, *((batch, *state) for state in states))
    return output


lstm = partial(recurrent, 2)
gru = partial(recurrent, 1)
