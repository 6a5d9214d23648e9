"""The errors for filters that match nothing: what is nearest, or which other option was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.selection.names import names_of_class, names_of_layer, names_of_weights
from kerasinspect.arguments import in_python
from kerasinspect.errors import NothingMatches
from kerasinspect.names import number_of
from kerasinspect.shown.lookup import first, nearest_names, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.model import Model, Weight


def no_layer(model: Model, pattern: str, which: str = "") -> NothingMatches:
    """The error for a layer that is not there; ``which`` says of which model, where there are several."""
    everything = list(model.walk())
    names = [layer.path for layer in everything]
    meant = _meant_position(model, pattern) or _meant_weight(model, pattern) or _meant_class(model, pattern)
    word = f"layer of the {which} model" if which else "layer"
    return _nothing(word, pattern, meant or nearest_names("layer", pattern, names, [one.name for one in everything]))


def no_class(model: Model, pattern: str, there: Iterable[str]) -> NothingMatches:
    """The error for a class that none of the layers has that the other filters leave."""
    left_out = [one.path for one in model.walk() if pattern in names_of_class(one.class_name)]
    spelt = [f"It is written {shown(name)}." for name in there if name.casefold() == pattern.casefold()]
    meant = _left_out(left_out) or "".join(spelt[:1]) or _meant_layer(model, pattern)
    return _nothing("class", pattern, meant or nearest_names("class", pattern, list(there)))


def no_weight(model: Model, pattern: str, candidates: Sequence[Weight]) -> NothingMatches:
    """The error for a weight that none of the layers has that the other filters leave."""
    names_of = names_of_weights(model)
    left_out = [one.path for one in model.weights if pattern in names_of(one)]
    meant = _left_out(left_out) or _meant_position(model, pattern) or _meant_layer(model, pattern)
    names = list(dict.fromkeys(weight.name for weight in candidates))
    return _nothing(
        "weight", pattern, meant or nearest_names("weight", pattern, names, [one.path for one in candidates])
    )


def no_index(model: Model, text: str, positions: range) -> NothingMatches:
    """The error for positions at which there is no array that the other filters leave."""
    left_out = [one.path for one in model.weights if one.index in positions]
    none = "None of the chosen arrays" if left_out else "No array"
    message = f"{none} is at position {shown(text)} of get_weights()."
    return NothingMatches(message, _left_out(left_out) or _known_positions(model))


def _known_positions(model: Model) -> str:
    """Which positions the file tells."""
    known = sorted(one.index for one in model.weights if one.index is not None)
    if not known:
        return (
            f"The file does not say the position of any array: use --layer and --weight{in_python('layers, weights')}."
        )
    return f"The known positions lie between {known[0]} and {known[-1]}."


def _nothing(word: str, pattern: str, remedy: str) -> NothingMatches:
    """The error for a pattern that matches nothing."""
    return NothingMatches(f'No {word} matches "{shown(pattern)}".', remedy)


def _left_out(paths: Sequence[str]) -> str:
    """What is there, were it not for the other filters; nothing where nothing is."""
    return f"The other options leave out {first(paths)}." if paths else ""


def _meant_position(model: Model, text: str) -> str:
    """Which layer and which array a number may stand for; nothing for any other text."""
    number = number_of(text)
    if number is None:
        return ""
    return " ".join(("Layers and weights go by their names.", *_at(model, number)))


def _at(model: Model, number: int) -> Iterator[str]:
    """The layer and the array of a number."""
    if 0 < number <= len(model.layers):
        yield f"Layer {number} of summary, counted from 1, is {shown(model.layers[number - 1].path)}."
    array = next((weight.path for weight in model.weights if weight.index == number), None)
    of = "" if array is None else f": {shown(array)}"
    index = f"--index {number}{in_python(f'indices={number}')}"
    yield f"{index} chooses the array at position {number} of get_weights(){of}."


def _meant_weight(model: Model, pattern: str) -> str:
    """That a name is a weight's, where it is."""
    is_weight = any(pattern in names for names in map(names_of_weights(model), model.weights))
    return f"That is a weight: choose it by --weight {shown(pattern)}{in_python('weights')}." if is_weight else ""


def _meant_class(model: Model, pattern: str) -> str:
    """That a name is a class, where it is."""
    is_class = any(pattern in names_of_class(layer.class_name) for layer in model.walk())
    return f"That is a class: choose its layers by --class {shown(pattern)}{in_python('classes')}." if is_class else ""


def _meant_layer(model: Model, pattern: str) -> str:
    """That a name is a layer's, where it is."""
    is_layer = any(pattern in names_of_layer(layer) for layer in model.walk())
    return f"That is a layer: choose it by --layer {shown(pattern)}{in_python('layers')}." if is_layer else ""
