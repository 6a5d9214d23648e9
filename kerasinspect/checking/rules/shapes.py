"""The rule about shapes: whether each array is as large as its layer's config and what comes into the layer ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.described import described_layers, filled, is_adapted_untold, outer_layers
from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.expectations import (
    asked_shape,
    can_have_axes,
    one_shape,
    promised_shape,
)
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.weight_shapes import Size, expected_shape, fits, fits_size, wrapped_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.analysis.described import DescribedLayer
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.knowledge.kinds import WeightSpec
    from kerasinspect.knowledge.weight_shapes import Sizes
    from kerasinspect.model import Extra, Weight


def wrong_shapes(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A weight has another shape than the config or the input of its layer requires.

    Keras refuses to load it. The weights come from another version of the model than its config does.

    Save the model again, its config and its weights together.
    """
    extras = {extra.stored_path: extra for extra in evidence.model.extras if extra.kind == "unclaimed"}
    for top in outer_layers(evidence.model.layers):
        for one in described_layers(evidence.model, top):
            if one.is_plain:
                hits = [*_misfits(one), *_wrong_copies(one, extras)]
                yield from () if hits and is_adapted_untold(one) else hits


def _misfits(one: DescribedLayer) -> list[Hit]:
    """The weights of a layer that have another shape than they must have."""
    is_placed = bool(one.ways) and one.is_whole
    pairs = filled(one).pairs if is_placed else ()
    hits = [Hit(weight.path, words) for kind, weight in pairs for words in _wrongs(one, kind, weight)]
    if not is_placed:
        hits = [Hit(weight.path, words) for weight in one.layer.weights for words in _disagreements(one, weight)]
    if row_of(one.layer.class_name).keeps_statistics and not hits:
        hits = [*_unequal([weight for kind, weight in pairs if kind.axes])]
    return hits


def _wrongs(one: DescribedLayer, kind: WeightSpec, weight: Weight) -> Iterator[str]:
    """A sentence for each thing that is wrong with the shape of a weight."""
    class_name, config = one.layer.class_name, one.layer.config
    expected = expected_shape(class_name, kind, config, one.incoming)
    if expected is None:
        if can_have_axes(class_name, kind, len(weight.shape)):
            yield from _disagreements(one, weight)
        else:
            yield f"It has {_axes(len(weight.shape))}, which the {kind.name} of {class_name} never has."
    elif len(expected) != len(weight.shape):
        yield f"It has {_axes(len(weight.shape))}, where the {kind.name} of {class_name} has {len(expected)}."
    elif not fits(expected, weight.shape):
        promised = expected_shape(class_name, kind, config, None) or ()
        yield from _wrong_sizes(one, kind, weight, expected, promised)


def _wrong_sizes(
    one: DescribedLayer, kind: WeightSpec, weight: Weight, expected: Sizes, promised: Sizes
) -> Iterator[str]:
    """A sentence for each axis of a weight whose size is not what the config says or the input requires."""
    names = kind.axis_names(len(weight.shape)) or tuple(axis.name for axis in weight.axes)
    for place, (name, wanted, length) in enumerate(zip(names, expected, weight.shape, strict=True)):
        if not fits_size(wanted, length):
            is_told = place < len(promised) and promised[place] is not None
            why = f"the config of {one.layer.class_name} says" if is_told else "its input requires"
            yield f"Its {name} axis has {length}, where {why} {_size_words(wanted)}."


def _axes(count: int) -> str:
    """A number of axes in words."""
    return "1 axis" if count == 1 else f"{count} axes"


def _size_words(size: Size) -> str:
    """A size, or the sizes of which one must be, in words."""
    return " or ".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _unequal(weights: list[Weight]) -> Iterator[Hit]:
    """The weights of a normalization that are not as long as its first: it has a number of each kind for a position."""
    for weight in weights[1:]:
        if weight.shape != weights[0].shape:
            shapes = " and ".join(" × ".join(map(str, one.shape)) or "()" for one in (weight, weights[0]))
            yield Hit(weight.path, f"Its shape is not that of {weights[0].name}: {shapes}.")


def _wrong_copies(one: DescribedLayer, extras: Mapping[str, Extra]) -> Iterator[Hit]:
    """The copy of the kernel inside that a SpectralNormalization stores, where it has another shape than the kernel."""
    kept = one.layer.weights[0].stored_path.rpartition("/")[0] if one.copies and one.layer.weights else None
    copy = extras.get(f"{kept}/0")
    expected = wrapped_kernel(one.layer.config, one.incoming) if copy else None
    if copy and expected and not fits(expected, copy.array.shape):
        shape = " × ".join(map(str, copy.array.shape))
        yield Hit(copy.stored_path, f"It is a copy of the kernel in {one.layer.path}, and has another shape: {shape}.")


def _disagreements(one: DescribedLayer, weight: Weight) -> Iterator[str]:
    """A sentence for each axis of a weight whose size is wrong, as far as the names of its axes tell."""
    layer, names = one.layer, [axis.name for axis in weight.axes]
    blocks = max(1, len(weight.axes[-1].blocks)) if names else 1
    promised = promised_shape(layer.class_name, weight.name, layer.config, names, blocks)
    asked = asked_shape(layer.class_name, weight.name, layer.config, names, one_shape(one.incoming))
    for axis, said, wanted in zip(weight.axes, promised, asked, strict=True):
        if said not in (None, axis.size):
            yield f"Its {axis.name} axis has {axis.size}, where the config of {layer.class_name} says {said}."
        elif wanted not in (None, axis.size):
            yield f"Its {axis.name} axis has {axis.size}, where its input requires {wanted}."
