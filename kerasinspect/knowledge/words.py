"""Plain sentences: what each kind of weight is, and why a layer's main weight has its shape.

They are for a reader who has trained a model and wonders what the arrays in it are. One idea a sentence, no formulas.
What a layer does, and what is true of a weight in one class alone, stands in the rows of the layer table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.kinds import Explanation, WeightSpec
from kerasinspect.knowledge.layers import row_of, sentence_of, weight_of
from kerasinspect.knowledge.naming import gate_free

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.model import Initializer, Shape

GATE_WORDS: Mapping[str, str] = {
    "i": "input",
    "f": "forget",
    "c": "candidate",
    "o": "output",
    "z": "update",
    "r": "reset",
    "h": "candidate",
}
"""What the letters of the gates stand for: i, f, c, o of an LSTM; z, r, h of a GRU."""


def weight_sentence(weight_name: str, layer_class: str) -> str | None:
    """What a weight is, in one sentence; None for a name that Keras does not use."""
    name, gated = gate_free(weight_name)
    if gated and name in _GATED:
        return f"The part of the {_GATED[name]} that belongs to the {GATE_WORDS[weight_name[-1]]} gate alone."
    own = weight_of(layer_class, name)
    return (own.sentence if own else "") or _WEIGHTS.get(name)


def start_sentence(initializer: Initializer | None) -> str | None:
    """What a weight's values are before training; None where its initializer does not tell."""
    if initializer is None:
        return None
    if initializer.forget_gate and initializer.name == "zeros":
        return "Initial values: 0, and 1 for the forget gate."
    if initializer.constant is not None and not initializer.forget_gate:
        return f"Initial values: {initializer.constant:g}."
    return "Initial values: random." if initializer.stddev else None


def layer_sentence(class_name: str) -> str | None:
    """What a layer does, in one sentence; None for a class that is not Keras's own."""
    return sentence_of(class_name)


def axis_sentence(class_name: str, input_shape: Shape | tuple[Shape, ...] | None, shape: tuple[int, ...]) -> str | None:
    """Which axis of its input a layer works on, and so why its main weight has this shape.

    ``shape`` is that of the kernel, the embeddings or gamma. None where the class has no such rule, or where the
    two shapes contradict each other.
    """
    explanation, known = row_of(class_name).explanation, _one_shape(input_shape)
    source = f"its input ({_sizes(known)})" if known else "its input"
    words = None
    match explanation:
        case Explanation.LAST_AXIS if shape[1:] and not (known and known[-1] not in {None, *shape[:1]}):
            rest = "; the other axes are only repeated over" if known and known[2:] else ""
            words = _dense_axis(source, shape) + rest
        case Explanation.INDICES if shape[1:]:
            words = _lookup_axis(source, shape)
        case Explanation.STEPS if shape[1:]:
            words = _recurrent_axis(max(1, len(_kernel(class_name).gates)), source, shape)
        case Explanation.WINDOW if shape[2:]:
            words = _window_axis(*_ends(class_name), source, shape)
        case Explanation.CHANNELS if shape:
            words = f"keeps one number per channel of {source}: {_sizes(shape)}"
    return f"{class_name} {words}." if words else None


def _one_shape(input_shape: Shape | tuple[Shape, ...] | None) -> Shape | None:
    """The input's shape where there is just one input and its shape is known."""
    sizes = [size for size in input_shape or () if not isinstance(size, tuple)]
    return tuple(sizes) if input_shape and len(sizes) == len(input_shape) else None


def _dense_axis(source: str, shape: tuple[int, ...]) -> str:
    inputs, units = shape[:2]
    ends = f"{_count(inputs, 'input')} by {_count(units, 'unit')}"
    return f"works on the last axis of {source}, so the kernel is {_sizes(shape)}: {ends}"


def _lookup_axis(source: str, shape: tuple[int, ...]) -> str:
    ends = f"{_count(shape[0], 'row')} of {_count(shape[1], 'number')}"
    return f"replaces each index in {source} by a row of the embeddings, which are {_sizes(shape)}: {ends}"


def _recurrent_axis(gates: int, source: str, shape: tuple[int, ...]) -> str:
    units = _count(shape[1] // gates, "unit")
    ends = f"{_count(shape[0], 'input')} by {f'{gates} gates of {units}' if gates > 1 else units}"
    steps = "one step after another"
    return (
        f"works on the last axis of {source}, {steps}, so the kernel is {_sizes(shape)}: {ends}, the same at each step"
    )


def _kernel(class_name: str) -> WeightSpec:
    """The kernel of a class that is explained by it."""
    return weight_of(class_name, "kernel") or WeightSpec("kernel")


def _ends(class_name: str) -> tuple[str, str]:
    """What the last two axes of a convolution kernel run along, in one word each."""
    names = _kernel(class_name).axes[-2:]
    words = [_WINDOW_WORDS.get(name, name) for name in names]
    return (words[0], words[1]) if len(words) == 2 else ("channel", "filter")  # noqa: PLR2004 - both axes are told


def _window_axis(first: str, second: str, source: str, shape: tuple[int, ...]) -> str:
    *window, rows, columns = shape
    span = _count(window[0], "step") if len(window) == 1 else _sizes(tuple(window))
    ends = f"the window by {_count(rows, first)} by {_count(columns, second)}"
    return f"moves a window of {span} over {source}, so the kernel is {_sizes(shape)}: {ends}, the same at every place"


def _sizes(shape: Shape) -> str:
    """A shape in words: ``batch × 4 × 2``."""
    return " × ".join(
        str(size) if size is not None else "any" if position else "batch" for position, size in enumerate(shape)
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_WINDOW_WORDS: Mapping[str, str] = {"multiplier": "pattern"}
"""Axes of a convolution kernel that have another word in a sentence."""

_GATED: Mapping[str, str] = {"kernel": "kernel", "recurrent_kernel": "recurrent kernel", "bias": "bias"}

_WEIGHTS: Mapping[str, str] = {
    "kernel": (
        "Each number says how strongly one input (row) counts in the sum of one unit (column); training adjusts it."
    ),
    "recurrent_kernel": (
        "Each number says how strongly one unit's own output at the step before (row) counts in a unit (column) now."
    ),
    "bias": (
        "One number per unit, added to the unit's sum of weighted inputs before the activation; training adjusts it."
    ),
    "gamma": "One number per channel that the normalized values are multiplied by.",
    "betas": "One number per feature that scales its input inside the curve; training moves it.",
    "beta": "One number per channel that is added to the normalized values.",
    "moving_mean": (
        "The running mean of each channel over the training batches, used when predicting; updated by each batch, "
        "not by gradients."
    ),
    "moving_variance": (
        "The running variance of each channel over the training batches, used when predicting; updated by each batch, "
        "not by gradients."
    ),
    "moving_stddev": "The running standard deviation of each channel over the training batches.",
    "renorm_mean": "The mean of each channel that batch renormalization corrects a batch towards.",
    "renorm_stddev": "The standard deviation of each channel that batch renormalization corrects a batch towards.",
    "embeddings": "Row n is the vector that stands for index n (a word, a category) in the layers that follow.",
    "reverse_embeddings": "The table that turns a vector back into one score per token.",
    "depthwise_kernel": "Small patterns that each look at one channel of the input alone.",
    "pointwise_kernel": "How strongly each channel of the first step counts in each filter, at one place at a time.",
    "alpha": "The slope for negative inputs: 0 cuts them off, 1 lets them pass unchanged.",
    "scale": "One learned number that the values are multiplied by.",
    "concat_score_weight": "One learned number that the attention scores are multiplied by.",
    "mean": "The mean of each feature in the data that the layer was adapted to; it is subtracted.",
    "variance": "The variance of each feature in the data that the layer was adapted to; its square root divides.",
    "count": "How many values the mean and the variance were computed from.",
    "vector_u": "A running estimate of the direction that the kernel stretches most; not trained by gradients.",
    "input_gate_peephole_weights": "How strongly each unit's state opens its own input gate.",
    "forget_gate_peephole_weights": "How strongly each unit's state opens its own forget gate.",
    "output_gate_peephole_weights": "How strongly each unit's state opens its own output gate.",
    "unscaled_kernel": "Random directions onto which each input is projected, which training does not change.",
    "summary": "The bins that the layer was adapted to, in the first row, and how much each weighs, in the second.",
    "idf_weights": "How rare each token was in the texts that the layer was adapted to: rare ones count more.",
    "kernel_scale": "What the stored integers of the kernel must be scaled by to give the values they stand for.",
    "kernel_zero": "The stored integer that stands for 0 in each group of the kernel.",
    "zero_point": "The stored integer that stands for 0 in each group of the kernel.",
    "embeddings_scale": "What the stored integers of each row must be scaled by to give their values.",
    "embeddings_zero": "The stored integer that stands for 0 in each group of a row.",
    "reverse_embeddings_scale": "What the stored integers of the reverse table must be scaled by.",
    "reverse_embeddings_zero": "The stored integer that stands for 0 in each group of the reverse table.",
    "g_idx": "Which group of scales each input row belongs to.",
    "awq_scales": "What each input was scaled by before the kernel was rounded, to protect the inputs that matter.",
    "inputs_scale": "What the inputs are scaled by to fit into 8 bits.",
    "outputs_grad_scale": "What the gradients are scaled by to fit into 8 bits while training.",
    "inputs_amax_history": "The largest input of each recent step, from which its scale is chosen.",
    "kernel_amax_history": "The largest kernel value of each recent step, from which its scale is chosen.",
    "outputs_grad_amax_history": "The largest gradient of each recent step, from which its scale is chosen.",
    "lora_kernel_a": "The first half of a small correction to the frozen kernel: inputs to a few directions.",
    "lora_kernel_b": "The second half of a small correction to the frozen kernel: a few directions to units.",
    "lora_embeddings_a": "The first half of a small correction to the frozen embeddings.",
    "lora_embeddings_b": "The second half of a small correction to the frozen embeddings.",
    "real_kernel": "Fixed cosine waves that the signal is compared with; not learned.",
    "imag_kernel": "Fixed sine waves that the signal is compared with; not learned.",
    "W_carry": "How strongly each input counts in deciding how much of the input is passed on unchanged.",
    "b_carry": "One number per unit that is added when deciding how much of the input is passed on unchanged.",
    "t_left": "Where the left bend of the curve lies.",
    "a_left": "The slope left of the left bend.",
    "t_right": "Where the right bend of the curve lies, counted from the left one.",
    "a_right": "The slope right of the right bend.",
}
"""Weight name to its sentence, where the class makes no difference."""
