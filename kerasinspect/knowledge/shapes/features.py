"""Output shapes of layers that change what runs along the axes: dense, lookup, reshaping, encoding, attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.axes import einsum_terms
from kerasinspect.knowledge.serialized import first_of, flag, is_whole, size, whole_numbers, word
from kerasinspect.knowledge.shapes.rule import Inputs, Outputs, need, only, product

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Shape


def dense(config: JsonObject, inputs: Inputs) -> Outputs:
    """The last axis replaced by one of units."""
    only(len(inputs[0]) > 0)
    return (*inputs[0][:-1], need(size(config, "units", "output_dim")))


def einsum_dense(config: JsonObject, inputs: Inputs) -> Outputs:
    """The axes that the equation puts out: each is an input's, or stands in ``output_shape``, which has no batch."""
    shape, (incoming, _, outgoing) = inputs[0], need(einsum_terms(config))
    told = _sizes(first_of(config, "output_shape"))
    dots = len(shape) - len(incoming)
    only(dots >= 0)
    left = (word(config, "equation") or "").startswith("...")
    kept, named = (shape[:dots], shape[dots:]) if left else (shape[len(incoming) :], shape[: len(incoming)])
    known = dict(zip(incoming, named, strict=True))
    # Only axes after the batch are told; under dots on the left all named ones are.
    first = 0 if left else 1
    only(len(told) == len(outgoing) - first)
    sizes = [
        known.get(letter) if position < first or told[position - first] is None else told[position - first]
        for position, letter in enumerate(outgoing)
    ]
    return (*kept, *sizes) if left else (*sizes, *kept)


def embedding(config: JsonObject, inputs: Inputs) -> Outputs:
    """A row of numbers for each whole number, as another axis."""
    shape = inputs[0]
    lengths = _sizes(first_of(config, "input_length"))
    if len(lengths) == len(shape) - 1:
        shape = (
            *shape[:1],
            *(told if open_ is None else open_ for open_, told in zip(shape[1:], lengths, strict=True)),
        )
    return (*shape, need(size(config, "output_dim")))


def flatten(_: JsonObject, inputs: Inputs) -> Outputs:
    """All axes but the batch in one."""
    only(len(inputs[0]) > 0)
    return inputs[0][0], product(inputs[0][1:])


def reshape(config: JsonObject, inputs: Inputs) -> Outputs:
    """The target shape, in which -1 stands for what is left."""
    target = need(whole_numbers(config, "target_shape", "dims"))
    only(len(inputs[0]) > 0 and target.count(-1) in (0, 1) and all(side > 0 or side == -1 for side in target))
    total = product(inputs[0][1:])
    fixed = product([side for side in target if side != -1])
    only(total is None or fixed is None or (total % fixed == 0 if -1 in target else total == fixed))
    rest = None if total is None or fixed is None else total // fixed
    return (inputs[0][0], *(rest if side == -1 else side for side in target))


def permute(config: JsonObject, inputs: Inputs) -> Outputs:
    """The axes in another order, counted from one."""
    order = need(whole_numbers(config, "dims"))
    only(len(inputs[0]) > 0 and sorted(order) == list(range(1, len(inputs[0]))))
    return (inputs[0][0], *(inputs[0][axis] for axis in order))


def repeat_vector(config: JsonObject, inputs: Inputs) -> Outputs:
    """An axis of repetitions after the batch."""
    only(len(inputs[0]) in (1, 2))
    return (inputs[0][0], need(size(config, "n")), *inputs[0][1:])


def attention(_: JsonObject, inputs: Inputs) -> Outputs:
    """For each step of the query as many features as the value has."""
    only(len(inputs) > 1 and all(len(shape) > 0 for shape in inputs[:2]))
    return (*inputs[0][:-1], inputs[1][-1])


def multi_head_attention(config: JsonObject, inputs: Inputs) -> Outputs:
    """The shape of the query, with another last axis where the config says so."""
    told = _sizes(first_of(config, "output_shape"))
    return (*inputs[0][:-1], *told) if told else inputs[0]


def category_encoding(config: JsonObject, inputs: Inputs) -> Outputs:
    """Rows of ``num_tokens`` for category numbers."""
    return _encoded(config, inputs[0], size(config, "num_tokens", "max_tokens"), "multi_hot")


def discretization(config: JsonObject, inputs: Inputs) -> Outputs:
    """Bin numbers, or rows of as many numbers as there are bins."""
    shape, mode = inputs[0], word(config, "output_mode") or "int"
    edges = first_of(config, "bin_boundaries")
    bins = len(edges) + 1 if isinstance(edges, JSON_LISTS) else size(config, "num_bins")
    if mode in {"int", "one_hot"} or not shape[1:]:
        return _encoded(config, shape, bins, "int")
    return (shape[0], *shape[2:], bins)


def hashing(config: JsonObject, inputs: Inputs) -> Outputs:
    """Bin numbers, or rows of as many numbers as there are bins."""
    if (word(config, "output_mode") or "int") == "int":
        return inputs[0]
    return (*inputs[0][:-1], need(size(config, "num_bins")))


def hashed_crossing(config: JsonObject, inputs: Inputs) -> Outputs:
    """A bin number for each pair of values, or a row of as many numbers as there are bins."""
    return _encoded(config, inputs[0], size(config, "num_bins"), "int")


def lookup(config: JsonObject, inputs: Inputs) -> Outputs:
    """Vocabulary numbers, or rows as long as the vocabulary."""
    return _encoded(config, inputs[0], _vocabulary_size(config), "int")


def text_vectorization(config: JsonObject, inputs: Inputs) -> Outputs:
    """A row of word numbers for each text, or a row as long as the vocabulary."""
    only(len(inputs[0]) > 0)
    if (word(config, "output_mode") or "int") == "int":
        return inputs[0][0], size(config, "output_sequence_length")
    return inputs[0][0], _vocabulary_size(config)


def random_height(_: JsonObject, inputs: Inputs) -> Outputs:
    """The input with an open height."""
    only(len(inputs[0]) in (3, 4))
    return (*inputs[0][:-3], None, *inputs[0][-2:])


def random_width(_: JsonObject, inputs: Inputs) -> Outputs:
    """The input with an open width."""
    only(len(inputs[0]) in (3, 4))
    return (*inputs[0][:-2], None, *inputs[0][-1:])


def _encoded(config: JsonObject, shape: Shape, depth: int | None, default: str) -> Shape:
    """Numbers as they are, or rows of ``depth`` in place of the last axis or after it."""
    mode = word(config, "output_mode") or default
    if mode == "int":
        return shape
    keeps_axis = mode == "one_hot" and (len(shape) == 1 or shape[-1:] != (1,))
    return (*(shape if keeps_axis else shape[:-1]), depth)


def _vocabulary_size(config: JsonObject) -> int | None:
    if flag(config, "pad_to_max_tokens", default=False):
        return size(config, "max_tokens")
    return size(config, "vocabulary_size")


def _sizes(value: object) -> Shape:
    """An integer or a list of integers and nulls as sizes; none where it is neither."""
    sizes = value if isinstance(value, list | tuple) else [value]
    if value is None or not all(side is None or is_whole(side) for side in sizes):
        return ()
    return tuple(sizes)
