"""What one call of a layer takes, argument by argument: tensors of other layers, and plain values."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.configs.calls import tensor_of, tensors_in
from kerasinspect.analysis.comparison.configs.plain_values import plain_value
from kerasinspect.knowledge.serialized import as_list, as_mapping
from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from kerasinspect.analysis.comparison.configs.calls import Tensor
    from kerasinspect.json_values import Json, JsonObject

    _Placing: TypeAlias = Callable[[Tensor], Tensor | None]


@dataclass(frozen=True, slots=True)
class _Fed:
    """A tensor as an argument."""

    told: Json
    place: Tensor | None
    """By the name that the new model has for its layer; None where that is not compared."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one call, by position or name; what is in a list has its number there behind that."""

    fed: dict[str, _Fed] = field(default_factory=dict)
    plain: dict[str, Json] = field(default_factory=dict)


def arguments_of(call: JsonObject, place: _Placing) -> Arguments:
    """The arguments of a call, its tensors where ``place`` has them."""
    found = Arguments()
    for number, value in enumerate(as_list(call.get("args"))):
        _add(found, str(number), value, place)
    for name, value in as_mapping(call.get("kwargs")).items():
        _add(found, name, value, place)
    return found


def _add(found: Arguments, key: str, value: Json, place: _Placing) -> None:
    """Add one argument, or those in it where it has tensors."""
    tensor = tensor_of(value)
    if tensor is not None:
        found.fed[key] = _Fed(tensor.told, place(tensor))
    elif next(tensors_in(value), None) is not None:
        for name, inner in _parts(value, place):
            _add(found, f"{key}.{name}", inner, place)
    elif isinstance(value, list):
        found.plain[key] = [plain_value("", inner) for inner in value]
    else:
        found.plain[key] = plain_value(key, value)


def _parts(value: Json, place: _Placing) -> Iterable[tuple[object, Json]]:
    """What is in an object or a list by its name or number, without tensors that are not compared."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(inner for inner in as_list(value) if (one := tensor_of(inner)) is None or place(one) is not None)
