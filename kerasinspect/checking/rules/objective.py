"""Rules about what a model was compiled with: whether its outputs, its losses and their weights fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kerasinspect.analysis.interface import output_layers
from kerasinspect.analysis.stored_code.references import is_core
from kerasinspect.checking.rule import Hit
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.kinds import Remains
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.naming import snake_case
from kerasinspect.knowledge.serialized import mapping, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Layer

_CATEGORICAL = frozenset(
    {"categorical_crossentropy", "sparse_categorical_crossentropy", "categorical_focal_crossentropy"}
)
_BINARY = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
_EACH_FOR_ITSELF = frozenset({"sigmoid", "hard_sigmoid"})
"""Activations that give each unit a probability of its own, which need not add up to 1."""
_PROBABILITIES = frozenset({"softmax", "sigmoid"})
_NO_PROBABILITIES = frozenset(
    {
        *("linear", "relu", "tanh", "elu", "selu", "gelu", "silu", "swish", "leaky_relu", "softsign"),
        *("softplus", "exponential", "log_softmax", "log_sigmoid", "mish", "relu6", "celu", "hard_tanh"),
    }
)
_SHORT_NAMES = frozenset({"mse", "mae", "mape", "msle", "kld", "bce"})
"""Losses that Keras 3.0 to 3.15 takes for metrics of the same name, in legacy HDF5."""
_Giving: TypeAlias = "tuple[str | None, int | None]"
"""An activation and a number of units, each None where the config does not tell."""


class Loss(NamedTuple):
    """A loss of Keras, and whether it was told to expect logits."""

    name: str
    from_logits: bool = False


UNKNOWN = Loss("")


def output_against_loss(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The activation of an output does not fit the loss that the model was compiled with.

    A softmax over one unit is always 1; a crossentropy that expects probabilities is wrong on a linear output, and
    one that expects logits on a softmax; classes that exclude each other want a softmax, labels that do not a
    sigmoid. Training runs all the same, and learns little, nothing or something else. One unit or several labels
    take a sigmoid and `binary_crossentropy`, several classes a softmax and `categorical_crossentropy`; a linear
    output takes either with `from_logits=True`.

    Change the activation or the loss so that they fit each other, and train again.
    """
    layers = {layer.path: layer for layer in evidence.model.walk()}
    outputs = {layer.path: layer for layer in output_layers(evidence.model)}
    losses = losses_of((evidence.model.training_config or {}).get("loss"), outputs)
    told: dict[str, _Giving] = {}
    for name, layer in outputs.items():
        words = misfit(*_giving(layers, layer, told), losses.get(name, UNKNOWN))
        if words:
            yield Hit(layer.path, words)


def misfit(activation: str | None, units: int | None, loss: Loss) -> str | None:
    """Why an output does not fit its loss, as a sentence; None where it does or where nothing can be said."""
    name, is_crossentropy = loss.name, loss.name in _CATEGORICAL | _BINARY
    several = units is not None and units > 1 and not loss.from_logits
    given = f"Its activation is {activation}, but the loss {name}"
    misfits = (
        (units == 1 and activation == "softmax", "Its softmax runs over one unit, so that its output is always 1."),
        (units == 1 and name in _CATEGORICAL, f"It has one unit, over which {name} is always 0."),
        (is_crossentropy and loss.from_logits and activation in _PROBABILITIES, f"{given} was told to expect logits."),
        (
            is_crossentropy and not loss.from_logits and activation in _NO_PROBABILITIES,
            f"{given} expects probabilities.",
        ),
        (
            several and name in _CATEGORICAL and activation in _EACH_FOR_ITSELF,
            f"{given} expects the probabilities of its {units} units to add up to 1, as those of a softmax do.",
        ),
        (
            several and name in _BINARY and activation == "softmax",
            f"{given} judges each of its {units} units by itself, as labels that do not exclude each other.",
        ),
    )
    return next((words for applies, words in misfits if applies), None)


def _giving(layers: Mapping[str, Layer], output: Layer, told: dict[str, _Giving]) -> _Giving:
    """The activation that an output's values come from, and its number of units, as far as the config tells.

    ``told`` keeps it for each layer on the way, so that outputs which share a way go it once.
    """
    way: list[str] = []
    layer: Layer | None = output
    while layer is not None and layer.path not in told:
        way.append(layer.path)
        told[layer.path] = _own_values(layer)
        layer = _passed_on(layers, layer)
    told.update(dict.fromkeys(way, told[layer.path if layer is not None else way[-1]]))
    return told[output.path]


def _own_values(layer: Layer) -> _Giving:
    """The activation of a layer that computes its values itself, and its number of units."""
    spec = row_of(layer.class_name)
    if not layer.known:
        return None, None
    if spec.remains is Remains.ONE:
        return "softmax", _last_size(layer)
    if spec.has_activation:
        return layer.activation or "linear", _last_size(layer)
    return None, None


def _passed_on(layers: Mapping[str, Layer], layer: Layer) -> Layer | None:
    """The layer whose values a layer passes on as they are; None where it changes them."""
    spec = row_of(layer.class_name)
    if not layer.known:
        return None
    if spec.is_stepwise and layer.layers:
        return layer.layers[0]
    if spec.keeps_values and len(layer.inbound) == 1:
        return layers.get(layer.inbound[0])
    return None


def _last_size(layer: Layer) -> int | None:
    """The size of the last axis that a layer gives: its units or filters."""
    kernel = next((weight for weight in layer.weights if weight.name == "kernel"), None)
    if kernel is not None and kernel.shape and not row_of(layer.class_name).is_equation:
        return kernel.shape[-1]
    last = layer.output_shape[-1] if layer.output_shape else None
    return last if isinstance(last, int) else None


def losses_of(value: object, outputs: Mapping[str, Layer]) -> dict[str, Loss]:
    """The loss of each output: one for all, one for each by name, or one for each in order."""
    one = loss_of(value)
    if one is not None:
        return dict.fromkeys(outputs, one)
    items: Iterator[tuple[str, object]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, JSON_LISTS) and len(value) == len(outputs):
        items = zip(outputs, value, strict=True)
    return {name: loss for name, item in items if (loss := loss_of(item)) is not None}


def loss_of(value: object) -> Loss | None:
    """A loss from its name, or from a serialized function or object."""
    if isinstance(value, str):
        return Loss(snake_case(value))
    if not isinstance(value, dict):
        return None
    name = word(value, "class_name")
    if name == "function":
        name = word(value, "config")
    if name is None or _is_custom(value):
        return None
    return Loss(snake_case(name), mapping(value, "config").get("from_logits") is True)


def _is_custom(entry: JsonObject) -> bool:
    """Whether a serialized object is a class or function of one's own, whatever it is called."""
    module = word(entry, "module")
    names = f"{word(entry, 'class_name')}{word(entry, 'registered_name')}"
    return ">" in names or not (module in {None, "", "builtins"} or is_core(module or ""))


def wrong_loss_weights(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """The model was compiled with another number of loss weights than it has outputs.

    It has one for each output: weights of classes or of samples were given in their place.

    Give `loss_weights` one number for each output, and `fit` the weights of classes or samples.
    """
    given = (evidence.model.training_config or {}).get("loss_weights")
    outputs = len(output_layers(evidence.model))
    if isinstance(given, JSON_LISTS) and outputs and len(given) != outputs:
        places = "output" if outputs == 1 else "outputs"
        yield Hit(evidence.name, f"Its loss_weights are a list of {len(given):,}, but it has {outputs} {places}.")


def short_loss_name(evidence: Evidence, _: Thresholds) -> Iterator[Hit]:
    """A legacy HDF5 file names its loss in short, as in `mse`, and Keras 3 before 3.16 fails to load it.

    It looks for a metric of that name and ends with "Could not deserialize 'keras.metrics.mse'" or "Could not
    locate function 'mse'".

    Load it with `compile=False` in Keras 3.3 or later, or compile it with the full name of the loss and save it anew.
    """
    loss = (evidence.model.training_config or {}).get("loss")
    parts = [*loss.values()] if isinstance(loss, dict) else loss if isinstance(loss, JSON_LISTS) else [loss]
    short = [part for part in parts if isinstance(part, str) and part.lower() in _SHORT_NAMES]
    if short and evidence.model.format == "legacy-hdf5":
        names = ", ".join(dict.fromkeys(short))
        fails = "Keras 3.3 to 3.15 fails to load it unless compile=False, Keras 3.0 to 3.2 even so"
        yield Hit(evidence.name, f"Its loss is named in short, {names}: {fails}.")
