"""``show`` as blocks: for each layer its weights, each with what it is and its labelled values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.output.arrays.grids import draw
from kerasinspect.output.arrays.histograms import histogram_blocks
from kerasinspect.output.blocks import Block, Heading, Paragraph
from kerasinspect.output.figures import statistics_facts
from kerasinspect.output.pages.code import code_blocks
from kerasinspect.output.pages.head import SEPARATOR, extras_blocks, fingerprint_blocks, head_blocks
from kerasinspect.output.pages.list import weight_lines
from kerasinspect.output.pages.overview import with_overview
from kerasinspect.output.show_options import COMMAND_LINE
from kerasinspect.output.wording import (
    beginning,
    counted,
    initializer_in_words,
    shape_in_words,
    shape_text,
    untrained_word,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.analysis.inspection import Inspection, LayerInspection, WeightInspection
    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.model import Layer, Vocabulary, Weight
    from kerasinspect.output.show_options import Hints, ShowOptions

UNBUILT = "no weights yet: Keras creates them at the first call, when the input shape is known"

_NAMELESS = "the file does not store its name: it is called by the place that holds it"

_ORDER = (
    "get_weights() gives all arrays of the model in one list, layer after layer; the number in brackets is an array's "
    "position in that list. Of the arrays of one layer the kernel comes first and its bias follows."
)

_NAMES_LISTED = 8
"""Layers without weights that are named; of more only the number per class is said."""

_TOKENS_LISTED = 10
"""Tokens of a vocabulary that are shown; all that were read are in the JSON."""


_FEWEST_LISTED = 3
"""Weights that are listed before their values where these take more than a screen."""

_HEAD_LINES = 2


def show_blocks(inspection: Inspection, options: ShowOptions) -> Iterator[Block]:
    """The page of ``show``, block by block; it begins with the list of its weights where it is a long one."""
    yield from head_blocks(inspection.model)
    body = _body(inspection, options)
    if len(inspection.weights) < _FEWEST_LISTED:
        yield from body
    else:
        yield from with_overview(body, weight_lines(inspection), options.screen - _HEAD_LINES)


def _body(inspection: Inspection, options: ShowOptions) -> Iterator[Block]:
    """All that follows the head lines."""
    model = inspection.model
    if options.explain and model.weights:
        yield Paragraph(_ORDER)
    yield from own_blocks(inspection, options)
    for layer in inspection.walk():
        if not (layer.is_quiet or layer.holds_quiet_ones):
            yield from layer_blocks(layer, options)
    yield from _without_weights(inspection.quiet_layers)
    yield from extras_blocks(inspection.extra_totals)
    if options.hashes:
        yield from fingerprint_blocks(inspection.fingerprint)
    if not inspection.selection.filtered:
        yield from code_blocks(inspection.code, texts=options.show_code)


def own_blocks(inspection: Inspection, options: ShowOptions) -> Iterator[Block]:
    """The weights that the model itself owns; nothing where there are none."""
    if inspection.own_weights:
        own, name = "the model's own weights", inspection.model.name
        yield Heading(name, 2, own) if name else Heading(own, 2)
    for weight in inspection.own_weights:
        yield from weight_blocks(weight, options)


def layer_blocks(inspected: LayerInspection, options: ShowOptions) -> Iterator[Block]:
    """One layer without those below it."""
    yield from layer_head(inspected, explain=options.explain)
    for weight in inspected.weights:
        yield from weight_blocks(weight, options)


def layer_head(inspected: LayerInspection, *, explain: bool) -> Iterator[Block]:
    """What there is to say of a layer before its weights."""
    layer = inspected.layer
    yield Heading(layer.path, 2, "layer", tuple(_layer_facts(layer)))
    for remark in layer.remarks:
        yield Paragraph(str(remark), "warning", 2)
    if explain and (sentence := inspected.sentence):
        yield Paragraph(sentence, level=2)
    if (explain or not inspected.is_flat) and (sentence := inspected.axis_sentence):
        yield Paragraph(sentence, "quiet", 2)
    if not layer.named:
        yield Paragraph(_NAMELESS, "quiet", 2)
    if explain and layer.class_from == "names and shapes":
        yield Paragraph("its class is told from names and shapes", "quiet", 2)
    if explain and layer.package:
        yield Paragraph(f"what its class holds was read from {layer.package}", "quiet", 2)
    if layer.also_at:
        yield Paragraph(f"the same layer is also at {', '.join(layer.also_at)}", "quiet", 2)
    if layer.vocabulary is not None:
        yield Paragraph(_tokens(layer.vocabulary), level=2)
    elif not (layer.weights or layer.layers or inspected.is_quiet):
        yield Paragraph(UNBUILT if layer.built is False else "no weights in this file", level=2)


def _layer_facts(layer: Layer) -> Iterator[str]:
    """What stands beside the layer's name."""
    yield layer.class_name
    if layer.activation:
        yield layer.activation
    if layer.trainable is not None and (layer.parameters or not layer.built):
        yield untrained_word(layer) or "trainable"
    shapes = [text for text in (shape_text(layer.input_shape), shape_text(layer.output_shape)) if text]
    if shapes:
        yield " → ".join(shapes)
    if layer.calls > 1:
        yield f"used {layer.calls} times"
    if layer.parameters:
        yield counted(layer.parameters, "parameter")


def _tokens(vocabulary: Vocabulary) -> str:
    """The first tokens of a vocabulary, and how many there are."""
    listed = ", ".join(f'"{beginning(token)}"' for token in vocabulary.tokens[:_TOKENS_LISTED])
    more = ", and so on" if vocabulary.count > _TOKENS_LISTED else ""
    return f"vocabulary of {counted(vocabulary.count, 'token')}: {listed}{more}"


def weight_blocks(inspected: WeightInspection, options: ShowOptions) -> Iterator[Block]:
    """One weight: what it is, what it does, and its values."""
    yield from weight_head(inspected, explain=options.explain, hints=options.grid.hints)
    yield from _value_blocks(inspected, options)


def weight_head(inspected: WeightInspection, *, explain: bool, hints: Hints = COMMAND_LINE) -> Iterator[Block]:
    """What there is to say of a weight before its values."""
    weight = inspected.weight
    yield Heading(weight.name, 3, facts=tuple(_weight_facts(weight)))
    origin = SEPARATOR.join(_origin(weight))
    if origin:
        yield Paragraph(origin, "quiet", 3)
    if not weight.named:
        yield Paragraph("the file does not store its name, only its position among the layer's weights", "quiet", 3)
    if weight.remark is not None:
        yield Paragraph(str(weight.remark), "warning", 3)
    if explain and (sentence := inspected.sentence):
        yield Paragraph(sentence, level=3)
    if weight.dequantized is not None or weight.unpacked is not None:
        yield Paragraph(_quantized(inspected, hints), "quiet", 3)


def _weight_facts(weight: Weight) -> Iterator[str]:
    """What stands beside the weight's name."""
    yield _position(weight)
    yield shape_in_words(weight.shape, weight.axes)
    yield weight.dtype
    if weight.trainable is False:
        yield "not trainable"


def _position(weight: Weight) -> str:
    """Where it is in ``get_weights()``, as far as that is known."""
    if weight.index is not None:
        return f"get_weights()[{weight.index}]"
    return "index in get_weights() unknown" if weight.has_entry else "no entry of its own in get_weights()"


def _origin(weight: Weight) -> Iterator[str]:
    """Connectivity, and where the first values came from."""
    if weight.fan_in is not None:
        yield f"fan-in {weight.fan_in:,}"
    if weight.fan_out is not None:
        yield f"fan-out {weight.fan_out:,}"
    if weight.keras_fan_in is not None and weight.keras_fan_out is not None:
        yield f"in keras.initializers {weight.keras_fan_in:,} and {weight.keras_fan_out:,}"
    if weight.initializer is not None:
        yield f"initializer: {initializer_in_words(weight.initializer)}"


def _quantized(inspected: WeightInspection, hints: Hints) -> str:
    """Which of the values of a quantized weight are shown."""
    weight, form = inspected.weight, inspected.shown_as
    if form == "dequantized":
        return f"stored as {weight.dtype}; shown are the values that the layer computes with"
    stored = f"stored as {weight.dtype}" + (", shown unpacked" if form == "unpacked" else "")
    more = "" if weight.dequantized is None else f"; {hints.dequantized}"
    return stored + more


def _value_blocks(inspected: WeightInspection, options: ShowOptions) -> Iterator[Block]:
    """What the values of one weight give, up to the first result that needs values which cannot be read."""
    for found in _results(inspected, options):
        if isinstance(found, Unread):
            yield Paragraph(f"cannot be read: {found.message}", "warning", 3)
            return
        yield from found


def _results(inspected: WeightInspection, options: ShowOptions) -> Iterator[Iterable[Block] | Unread]:
    """The figures of one weight, its hash, and the values themselves."""
    if options.statistics:
        figures = inspected.figures
        yield figures if isinstance(figures, Unread) else [_figures(inspected, figures)]
    if options.hashes:
        digest = inspected.sha256
        yield digest if isinstance(digest, Unread) else [Paragraph(f"sha256 {digest}", "quiet", 3)]
    if inspected.misfit:
        yield [Paragraph("no values: the slice does not fit this shape", "quiet", 3)]
        return
    if options.histogram:
        yield histogram_blocks(inspected, options.grid.width)
    if options.heatmap:
        from kerasinspect.output.arrays.heat_maps import draw_heat_map  # noqa: PLC0415 - numpy comes with it

        yield inspected.attempt(lambda: draw_heat_map(inspected, options.grid))
    elif not options.histogram:
        yield inspected.attempt(lambda: draw(inspected.values, options.grid))


def _figures(inspected: WeightInspection, figures: Statistics) -> Paragraph:
    """The figures of one weight on a line; a slice chooses what is drawn, and they are of the whole."""
    facts = SEPARATOR.join(statistics_facts(inspected.weight, figures))
    whole = "" if inspected.misfit or inspected.shows_all else "of all values: "
    return Paragraph(f"{whole}{facts}", level=3)


def _without_weights(layers: Sequence[Layer]) -> Iterator[Block]:
    """One line for all layers without weights by nature."""
    if not layers:
        return
    if len(layers) <= _NAMES_LISTED:
        said = [f"{layer.path} ({layer.class_name})" for layer in layers]
    else:
        said = [f"{count:,} {name}" for name, count in Counter(layer.class_name for layer in layers).items()]
    yield Paragraph(f"without weights: {', '.join(said)}", "quiet")
