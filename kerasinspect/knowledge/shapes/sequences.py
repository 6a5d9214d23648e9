"""Output shapes of recurrent layers: the last output or all of them, with or without the last states."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import flag, size
from kerasinspect.knowledge.shapes.images import convolution
from kerasinspect.knowledge.shapes.rule import Inputs, Outputs, need, only

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Shape


def _recurrent(states: int, config: JsonObject, inputs: Inputs) -> Outputs:
    """One output per unit, with ``states`` states of that shape."""
    units = need(size(config, "units", "output_dim"))
    return read(config, inputs, (units,), ((units,),) * states)


def convolutional(config: JsonObject, inputs: Inputs) -> Outputs:
    """A picture for each step that a convolutional LSTM reads, with two states."""
    shape = inputs[0]
    only(len(shape) > 2)  # noqa: PLR2004 - batch and steps come first
    picture = convolution(config, [(shape[0], *shape[2:])])
    step: Shape = tuple(length for length in picture[1:] if not isinstance(length, tuple))
    return read(config, inputs, step, (step, step))


def read(config: JsonObject, inputs: Inputs, step: Shape, states: tuple[Shape, ...]) -> Outputs:
    """Batch, steps where all are asked for, and the shape of one step, with the states behind where they are."""
    only(len(inputs[0]) > 2)  # noqa: PLR2004 - batch, steps, features
    batch, steps = inputs[0][:2]
    output: Shape = (batch, steps, *step) if flag(config, "return_sequences", default=False) else (batch, *step)
    if flag(config, "return_state", default=False):
        return (output, *((batch, *state) for state in states))
    return output


lstm = partial(_recurrent, 2)
gru = partial(_recurrent, 1)
