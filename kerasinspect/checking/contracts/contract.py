"""Contracts: what was agreed about a model, and whether a model keeps to it.

A contract starts as an exact description of one model (``contract_of``) and may be loosened by hand: names, classes,
dtypes and versions may be globs, sizes may be ranges, and whatever is None may be anything.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.fingerprint import fingerprint_by
from kerasinspect.analysis.globs import Globs, fits_glob
from kerasinspect.analysis.interface import input_layers, output_layers
from kerasinspect.analysis.placed_layers import known_class, placed_layers
from kerasinspect.checking.contracts.agreed_config import agreed_config
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Layer, Model, Shape, Weight


@dataclass(frozen=True, slots=True)
class Range:
    """A number that may lie anywhere between two others, both included; None stands for no bound."""

    least: int | None = None
    most: int | None = None


_Open: TypeAlias = Literal["open"]
"""The size of an axis that is open in the model: the batch, a variable number of steps."""

AgreedSize: TypeAlias = "int | Range | _Open | None"
"""What is agreed about a number; None allows any, an open axis too."""


@dataclass(frozen=True, slots=True)
class AgreedWeight:
    """What is agreed about a weight, or about all whose names fit a glob."""

    name: str
    shape: tuple[AgreedSize, ...] | None = None
    dtype: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class AgreedLayer:
    """What is agreed about a layer, or about all whose paths fit a glob."""

    name: str
    """Its path."""
    class_name: str | None = None
    weights: tuple[AgreedWeight, ...] | None = None
    config: JsonObject | None = None
    """Values of its config by key; a key that is left out may have any."""


@dataclass(frozen=True, slots=True)
class AgreedTensor:
    """What is agreed about one input or output of the model."""

    layer: str | None = None
    shape: tuple[AgreedSize, ...] | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed about a model; what is None was not agreed."""

    source: str | None = None
    """The lock file that it was read from."""
    is_absent: bool = False
    """Whether there is no lock for the model, where there is a folder of locks: then nothing is agreed."""
    exact_names: bool = False
    """Whether a layer must have just its name where that is one that Keras gives by itself and numbers anew."""
    keras_version: str | None = None
    inputs: tuple[AgreedTensor, ...] | None = None
    outputs: tuple[AgreedTensor, ...] | None = None
    parameters: AgreedSize = None
    nbytes: AgreedSize = None
    """Of all weights."""
    fingerprint: str | None = None
    """Of their values, whatever the layers are called."""
    layers: tuple[AgreedLayer, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tensor:
    """One input or output of a model: the layer it goes to or comes from, and its shape where that is known."""

    layer: str
    shape: Shape | None


def contract_of(model: Model, *, hashes: bool = False) -> Contract:
    """The contract that only models with the same layers, weights, inputs and outputs keep; sizes in all are budgets.

    With hashes it has a fingerprint where the file proves the order of the weights, as another format may then tell it.
    Raises DamagedFile where hashes are wanted and bytes are missing; whether they are those that were saved, whoever
    keeps the contract has to verify.
    """
    has_config = model.config is not None
    digests = {weight.stored_path: sha256(weight.array) for weight in model.weights} if hashes else {}
    return Contract(
        keras_version=model.keras_version,
        inputs=_agreed_tensors(inputs_of(model)) if has_config else None,
        outputs=_agreed_tensors(outputs_of(model)) if has_config else None,
        parameters=Range(most=model.parameters),
        nbytes=Range(most=model.nbytes),
        fingerprint=_proven_fingerprint(model, digests) if hashes else None,
        layers=tuple(
            AgreedLayer(
                layer.path,
                known_class(layer),
                tuple(_agreed_weight(weight, digests.get(weight.stored_path)) for weight in layer.weights),
                agreed_config(layer, around),
            )
            for layer, around in placed_layers(model)
        ),
    )


def _agreed_weight(weight: Weight, digest: str | None) -> AgreedWeight:
    """One weight as it is."""
    return AgreedWeight(weight.name, weight.shape, weight.dtype, digest)


def _proven_fingerprint(model: Model, digests: Mapping[str, str]) -> str | None:
    """The fingerprint of a model where the file proves the order that it is of."""
    found = fingerprint_by(model, lambda weight: digests[weight.stored_path], None)
    return found.sha256 if found.order == "get_weights" else None


def _agreed_tensors(tensors: Iterable[Tensor]) -> tuple[AgreedTensor, ...]:
    """Inputs or outputs as they are; an unknown shape may be any."""
    return tuple(
        AgreedTensor(
            tensor.layer,
            None if tensor.shape is None else tuple("open" if size is None else size for size in tensor.shape),
        )
        for tensor in tensors
    )


def inputs_of(model: Model) -> Iterator[Tensor]:
    """The inputs of the model, in order."""
    for layer in input_layers(model):
        yield from _tensors(layer.path, layer.input_shape)


def outputs_of(model: Model) -> Iterator[Tensor]:
    """The outputs of the model, in order."""
    for layer in output_layers(model):
        yield from _tensors(layer.path, layer.output_shape)


def _tensors(path: str, shape: Shape | tuple[Shape, ...] | None) -> Iterator[Tensor]:
    """One tensor, or those of a layer that has several."""
    parts = [part for part in shape or () if isinstance(part, tuple)]
    if parts:
        yield from (Tensor(path, part) for part in parts)
    else:
        yield Tensor(path, None if shape is None else tuple(size for size in shape if not isinstance(size, tuple)))


def fits_text(agreed: str | None, actual: str | None) -> bool:
    """Whether a text is the agreed one, or fits it as a glob; an unknown text fits whatever is agreed."""
    return agreed is None or actual is None or fits_glob(actual, agreed)


def fits_size(agreed: AgreedSize, actual: int | None) -> bool:
    """Whether a number is as agreed."""
    match agreed:
        case None:
            return True
        case "open":
            return actual is None
        case Range():
            least, most = agreed.least, agreed.most
            return actual is not None and (least is None or actual >= least) and (most is None or actual <= most)
        case _:
            return actual == agreed


def fits_shape(agreed: tuple[AgreedSize, ...] | None, actual: Shape | None) -> bool:
    """Whether a shape is as agreed; an unknown shape fits whatever is agreed."""
    if agreed is None or actual is None:
        return True
    return len(agreed) == len(actual) and all(map(fits_size, agreed, actual))


class _Named(Protocol):
    """Something that is agreed under a name or a glob."""

    @property
    def name(self) -> str:
        """The name or the glob."""


_AgreedT = TypeVar("_AgreedT", bound=_Named)
_ActualT = TypeVar("_ActualT")


def with_agreed(
    agreed: Sequence[_AgreedT], actual: Sequence[tuple[str, _ActualT]]
) -> Iterator[tuple[_AgreedT | None, _ActualT | None]]:
    """Things with what is agreed about each, in order; then what is agreed and fits none of them.

    What is agreed under just this name counts before the first glob that fits, once for each of that name.
    """
    exact: dict[str, deque[int]] = {}
    for number, entry in enumerate(agreed):
        exact.setdefault(entry.name, deque()).append(number)
    globs = Globs((entry.name, number) for number, entry in enumerate(agreed))
    unused = dict.fromkeys(range(len(agreed)))
    for name, thing in actual:
        same = exact.get(name)
        place = same.popleft() if same else globs.first(name, other=True)
        if place is None:
            yield None, thing
        else:
            unused.pop(place, None)
            yield agreed[place], thing
    yield from ((agreed[place], None) for place in unused)


def layer_pairs(
    contract: Contract, model: Model, names: Mapping[str, str]
) -> Iterator[tuple[AgreedLayer | None, Layer | None]]:
    """The layers of a model, each with what is agreed about it; then what is agreed about layers that it lacks.

    ``names`` has the path in the contract of each layer that has another one there.
    """
    if contract.layers is not None:
        named = [(names.get(layer.path, layer.path), layer) for layer, _ in placed_layers(model)]
        yield from with_agreed(contract.layers, named)
