"""``show`` as blocks: for each layer its weights, each with what it is and its labelled values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.slicing import windows
from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.statistics.survey import measured_array
from kerasinspect.analysis.stored_code.code_in_config import code_in_model
from kerasinspect.errors import UnreadableFile
from kerasinspect.knowledge.words import axis_sentence, layer_sentence, weight_sentence
from kerasinspect.output.arrays.grids import GridOptions, describe, draw
from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.figures import statistics_facts
from kerasinspect.output.pages.code import code_blocks
from kerasinspect.output.pages.head import SEPARATOR, extras_blocks, head_blocks
from kerasinspect.output.wording import beginning, counted, initializer_in_words, shape_in_words, shape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.analysis.selection import Listed, Selection
    from kerasinspect.analysis.user_labels import UserLabels
    from kerasinspect.model import Array, Layer, Vocabulary, Weight

UNBUILT = "no weights yet: Keras creates them when the layer first sees an input"

ORDER = (
    "get_weights() gives all arrays of the model in one list, layer after layer; the number in brackets is an array's "
    "position in that list. Of the arrays of one layer the kernel comes first and its bias follows."
)

NAMES_LISTED = 8
"""Layers without weights that are named; of more only the number per class is said."""


TOKENS_LISTED = 10
"""Tokens of a vocabulary that are shown; all that were read are in the JSON."""


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What is said of each weight beside its values."""

    grid: GridOptions = field(default_factory=GridOptions)
    explain: bool = False
    dequantize: bool = False
    hashes: bool = False
    statistics: bool = False
    show_code: bool = False
    labels: UserLabels = field(default_factory=dict)


def show_blocks(selection: Selection, options: ShowOptions, damaged: Callable[[str], None]) -> Iterator[Block]:
    """The page of ``show``, block by block; each sentence about values that cannot be read also goes to ``damaged``.

    Raises RequestError, before the first block, where the slice does not fit one of the weights.
    """
    for weight in selection.weights:
        windows(options.grid.parts, _shown_array(weight, options).shape, weight.path)
    yield from head_blocks(selection.model)
    if options.explain:
        yield Paragraph(ORDER)
    if selection.own_weights:
        yield Heading(selection.model.name or "model", 2, "the model's own weights")
        for weight in selection.own_weights:
            yield from _weight_blocks(weight, options, damaged)
    for listed in selection.walk():
        yield from _layer_blocks(listed, options, damaged)
    yield from _without_weights([listed.layer for listed in selection.walk() if _quiet(listed.layer)])
    yield from extras_blocks(selection.model.extras)
    if not selection.filtered:
        yield from code_blocks(code_in_model(selection.model), texts=options.show_code)


def _quiet(layer: Layer) -> bool:
    """Whether the layer has no weights by nature."""
    empty = not layer.weights and not layer.layers and layer.vocabulary is None
    return empty and (layer.weightless or layer.kind in {"input", "operation"})


def _layer_blocks(listed: Listed, options: ShowOptions, damaged: Callable[[str], None]) -> Iterator[Block]:
    """One layer without those below it; nothing for one that only holds layers without weights."""
    layer = listed.layer
    if _quiet(layer) or (layer.layers and all(_quiet(inner) for inner in layer.walk() if inner is not layer)):
        return
    yield Heading(layer.path, 2, "layer", tuple(_layer_facts(layer)))
    for remark in layer.remarks:
        yield Paragraph(str(remark), "warning", 2)
    if options.explain and (sentence := layer_sentence(layer.class_name)):
        yield Paragraph(sentence, level=2)
    if sentence := _axis_line(listed, options):
        yield Paragraph(sentence, "quiet", 2)
    if layer.also_at:
        yield Paragraph(f"the same layer is also at {', '.join(layer.also_at)}", "quiet", 2)
    if layer.vocabulary is not None:
        yield Paragraph(_tokens(layer.vocabulary), level=2)
    elif not layer.weights and not layer.layers:
        yield Paragraph(UNBUILT if layer.built is False else "no weights in this file", level=2)
    for weight in listed.weights:
        yield from _weight_blocks(weight, options, damaged)


def _layer_facts(layer: Layer) -> Iterator[str]:
    """What stands beside the layer's name."""
    yield layer.class_name
    if layer.activation:
        yield layer.activation
    if layer.trainable is not None:
        yield "trainable" if layer.trainable else "frozen"
    shapes = [text for text in (shape_text(layer.input_shape), shape_text(layer.output_shape)) if text]
    if shapes:
        yield " → ".join(shapes)
    if layer.calls > 1:
        yield f"used {layer.calls} times"
    if layer.parameters:
        yield counted(layer.parameters, "parameter")


def _tokens(vocabulary: Vocabulary) -> str:
    """The first tokens of a vocabulary, and how many there are."""
    listed = ", ".join(f'"{beginning(token)}"' for token in vocabulary.tokens[:TOKENS_LISTED])
    more = ", and so on" if vocabulary.count > TOKENS_LISTED else ""
    return f"vocabulary of {counted(vocabulary.count, 'token')}: {listed}{more}"


MULTIPLIED = ("kernel", "depthwise_kernel", "embeddings", "gamma", "scale")
"""Weights whose shape tells what a layer does with the axes of its input."""


def _axis_line(listed: Listed, options: ShowOptions) -> str | None:
    """What the kernel multiplies, where it is not plain from a flat input."""
    kernels = [weight for weight in listed.weights if weight.name in MULTIPLIED]
    if not kernels:
        return None
    shape = listed.layer.input_shape
    flat = shape is not None and len(shape) <= 2  # noqa: PLR2004 - batch and features
    if flat and not options.explain:
        return None
    sizes = shape_as_explained(kernels[0])
    return None if sizes is None else axis_sentence(listed.layer.class_name, shape, sizes)


def shape_as_explained(weight: Weight) -> tuple[int, ...] | None:
    """The shape of a kernel with its window first, as in today's Keras; None where nothing tells its order."""
    names = [axis.name for axis in weight.value_axes]
    shape = tuple(axis.size for axis in weight.value_axes)
    if names[:1] == ["axis 0"]:
        return None
    filters_first = names[:2] == ["filter", "channel"]
    sizes = (*shape[2:], shape[1], shape[0]) if filters_first else shape
    return sizes if "one" not in names else (*sizes[:1], *sizes[2:])


def _weight_blocks(weight: Weight, options: ShowOptions, damaged: Callable[[str], None]) -> Iterator[Block]:
    """One weight: what it is, what it does, and its values."""
    yield Heading(weight.name, 3, facts=tuple(_weight_facts(weight)))
    origin = SEPARATOR.join(_origin(weight))
    if origin:
        yield Paragraph(origin, "quiet", 3)
    if not weight.named:
        yield Paragraph("the file does not tell its name, only its place among the layer's weights", "quiet", 3)
    if weight.remark is not None:
        yield Paragraph(str(weight.remark), "warning", 3)
    if options.explain and (sentence := weight_sentence(weight.name, weight.layer_class)):
        yield Paragraph(sentence, level=3)
    if weight.dequantized is not None or weight.unpacked is not None:
        yield Paragraph(_quantised(weight, options), "quiet", 3)
    try:
        yield from _value_blocks(weight, options)
    except UnreadableFile as error:
        damaged(f"{weight.path}: {error.message}")
        yield Paragraph(f"cannot be read: {error.message}", "warning", 3)


def _weight_facts(weight: Weight) -> Iterator[str]:
    """What stands beside the weight's name."""
    yield "place in get_weights() unknown" if weight.index is None else f"get_weights()[{weight.index}]"
    yield shape_in_words(weight.shape, weight.axes)
    yield weight.dtype
    if weight.trainable is False:
        yield "not trainable"


def _origin(weight: Weight) -> Iterator[str]:
    """Connectivity, and where the first values came from."""
    if weight.fan_in is not None:
        yield f"fan-in {weight.fan_in:,}"
    if weight.fan_out is not None:
        yield f"fan-out {weight.fan_out:,}"
    if weight.initializer is not None:
        yield f"started from {initializer_in_words(weight.initializer)}"


def _quantised(weight: Weight, options: ShowOptions) -> str:
    """Which of the values of a quantised weight are shown."""
    if options.dequantize and weight.dequantized is not None:
        return f"stored as {weight.dtype}; shown are the values that the layer computes with"
    stored = f"stored as {weight.dtype}" + ("" if weight.unpacked is None else ", shown unpacked")
    more = "" if weight.dequantized is None else "; --dequantize shows the values that the layer computes with"
    return stored + more


def _shown_array(weight: Weight, options: ShowOptions) -> Array:
    """The values to show: as stored, unpacked, or as the layer computes with them."""
    if options.dequantize and weight.dequantized is not None:
        return weight.dequantized
    return weight.array if weight.unpacked is None else weight.unpacked


def _value_blocks(weight: Weight, options: ShowOptions) -> Iterator[Block]:
    """The values of one weight, and their hash."""
    if options.statistics:
        figures = statistics_facts(weight, measure(measured_array(weight)))
        yield Paragraph(SEPARATOR.join(figures), level=3)
    if options.hashes:
        yield Paragraph(f"sha256 {sha256(weight.array)}", "quiet", 3)
    labels = options.labels.get(weight.stored_path)
    subject = describe(weight.path, _shown_array(weight, options), weight.value_axes, labels)
    yield from draw(subject, options.grid)


def _without_weights(layers: list[Layer]) -> Iterator[Block]:
    """One line for all layers without weights by nature."""
    if not layers:
        return
    if len(layers) <= NAMES_LISTED:
        said = [f"{layer.path} ({layer.class_name})" for layer in layers]
    else:
        said = [f"{count:,} {name}" for name, count in Counter(layer.class_name for layer in layers).items()]
    yield Paragraph(f"without weights: {', '.join(said)}", "quiet")
