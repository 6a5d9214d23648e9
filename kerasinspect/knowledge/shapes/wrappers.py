"""Output shapes of layers that compute with layers inside them: wrappers, chains, cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import mapping, size, word
from kerasinspect.knowledge.shapes.rule import Inputs, Inside, Outputs, need, objects, one, only
from kerasinspect.knowledge.shapes.sequences import read

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Shape


def inner(config: JsonObject, inputs: Inputs, inside: Inside) -> Outputs:
    """What the layer inside puts out."""
    return inside.output(mapping(config, "layer"), inputs)


def time_distributed(config: JsonObject, inputs: Inputs, inside: Inside) -> Outputs:
    """What the layer inside puts out for one step, with the axis of the steps after the batch."""
    only(len(inputs[0]) > 1)
    batch, *rest = one(inner(config, [(inputs[0][0], *inputs[0][2:])], inside))
    return (batch, inputs[0][1], *rest)


def bidirectional(config: JsonObject, inputs: Inputs, inside: Inside) -> Outputs:
    """What both directions put out, merged or beside each other, with the states of both behind."""
    outputs = inner(config, inputs, inside)
    several = [shape for shape in outputs if isinstance(shape, tuple)]
    forward, states = (several[0], several[1:]) if several else (one(outputs), [])
    match config.get("merge_mode", "concat"):
        case None:
            return (forward, forward, *states, *states)
        case "concat":
            last = need(forward[-1])
            forward = (*forward[:-1], 2 * last)
        case mode:
            only(mode in ("sum", "mul", "ave"))
    return (forward, *states, *states) if states else forward


def chain(config: JsonObject, inputs: Inputs, inside: Inside) -> Outputs:
    """What the last of several layers puts out, each of which takes what the one before gives."""
    shape: Outputs = inputs[0]
    for layer in objects(config, "layers"):
        shape = inside.output(layer, [one(shape)])
    return shape


def with_cell(config: JsonObject, inputs: Inputs, inside: Inside) -> Outputs:
    """What the cell of an RNN layer, or the last of its cells, puts out."""
    cells = inside.cells(mapping(config, "cell"))
    units = [need(size(mapping(entry, "config"), "units")) for entry in cells]
    counts = [need(inside.states(word(entry, "class_name") or "")) for entry in cells]
    states: tuple[Shape, ...] = tuple((unit,) for unit, count in zip(units, counts, strict=True) for _ in range(count))
    return read(config, inputs, (units[-1],), states)
