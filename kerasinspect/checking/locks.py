"""Contracts as lock files hold them: one made by ``kerasinspect lock``, and perhaps loosened by hand.

``schemas/lock-1.json`` in the package describes the same as a JSON Schema. Whatever is not understood is an error,
since a term that is silently passed over would never be held against a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from kerasinspect.checking.contract import AgreedLayer, AgreedTensor, AgreedWeight, Contract, Range
from kerasinspect.errors import RequestError
from kerasinspect.names import LONGEST_SHOWN, cut, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.checking.contract import Size

LOCK_SCHEMA = "kerasinspect.lock/1"

Item = TypeVar("Item")


def parse_lock(value: Any, path: str) -> Contract:  # noqa: ANN401 - any JSON
    """The contract in the document of a lock file; raises RequestError, which names the place, for what is none."""
    schema = value.get("schema") if isinstance(value, dict) else None
    if not isinstance(schema, str) or not schema.startswith("kerasinspect.lock/"):
        raise RequestError(f"{path} is no lock file.", "Make one with `kerasinspect lock MODEL -o MODEL.lock.json`.")
    if schema != LOCK_SCHEMA:
        raise RequestError(
            f"{path} is a lock file of another version, {schema}; this release reads {LOCK_SCHEMA}.",
            "Make it anew with `kerasinspect lock`.",
        )
    try:
        return _contract(value)
    except RequestError as error:
        raise RequestError(f"{path}: {error.message}", error.remedy) from error


def _contract(value: Any) -> Contract:  # noqa: ANN401 - any JSON
    """The whole document."""
    keys = ("schema", "keras_version", "inputs", "outputs", "parameters", "bytes", "layers")
    table = _object(value, "The file", keys)
    return Contract(
        keras_version=_text(table.get("keras_version"), "keras_version"),
        inputs=_list(table.get("inputs"), "inputs", _tensor),
        outputs=_list(table.get("outputs"), "outputs", _tensor),
        parameters=_total(table.get("parameters"), "parameters"),
        nbytes=_total(table.get("bytes"), "bytes"),
        layers=_list(table.get("layers"), "layers", _layer),
    )


def _tensor(value: Any, place: str) -> AgreedTensor:  # noqa: ANN401 - any JSON
    """One input or output."""
    table = _object(value, place, ("layer", "shape"))
    layer = _text(table.get("layer"), f"{place}.layer")
    return AgreedTensor(layer, _list(table.get("shape"), f"{place}.shape", _size))


def _layer(value: Any, place: str) -> AgreedLayer:  # noqa: ANN401 - any JSON
    """One layer."""
    table = _object(value, place, ("path", "class_name", "weights", "config"))
    return AgreedLayer(
        _name(table.get("path"), f"{place}.path"),
        _text(table.get("class_name"), f"{place}.class_name"),
        _list(table.get("weights"), f"{place}.weights", _weight),
        _config(table.get("config"), f"{place}.config"),
    )


def _config(value: Any, place: str) -> Mapping[str, Any] | None:  # noqa: ANN401 - any JSON
    """The values of a layer's config, of any keys, or anything."""
    if value is not None and not isinstance(value, dict):
        _wrong(place, "an object, or null for any")
    return value


def _weight(value: Any, place: str) -> AgreedWeight:  # noqa: ANN401 - any JSON
    """One weight."""
    table = _object(value, place, ("name", "shape", "dtype", "sha256"))
    return AgreedWeight(
        _name(table.get("name"), f"{place}.name"),
        _list(table.get("shape"), f"{place}.shape", _size),
        _text(table.get("dtype"), f"{place}.dtype"),
        _text(table.get("sha256"), f"{place}.sha256"),
    )


def _size(value: Any, place: str) -> Size:  # noqa: ANN401 - any JSON
    """The size of an axis."""
    return "open" if value == "open" else _total(value, place)


def _total(value: Any, place: str) -> int | Range | None:  # noqa: ANN401 - any JSON
    """A number, a range or anything."""
    if value is None or _is_whole(value):
        return value  # type: ignore[no-any-return]
    if not isinstance(value, dict):
        _wrong(place, 'a whole number, a range such as {"min": 1, "max": 8}, or null for any')
    ends = _object(value, place, ("min", "max"))
    for key, end in ends.items():
        if end is not None and not _is_whole(end):
            _wrong(f"{place}.{key}", "a whole number")
    return Range(ends.get("min"), ends.get("max"))


def _is_whole(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a value is a whole number that is not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _text(value: Any, place: str) -> str | None:  # noqa: ANN401 - any JSON
    """A text or a glob, or anything."""
    if value is not None and not isinstance(value, str):
        _wrong(place, "text, or null for any")
    return value


def _name(value: Any, place: str) -> str:  # noqa: ANN401 - any JSON
    """A text or a glob."""
    if not isinstance(value, str):
        _wrong(place, 'text; "*" means any')
    return value


def _list(value: Any, place: str, read: Callable[[Any, str], Item]) -> tuple[Item, ...] | None:  # noqa: ANN401
    """A list of things that are read in the same way, or anything."""
    if value is None:
        return None
    if not isinstance(value, list):
        _wrong(place, "a list, or null for any")
    return tuple(read(item, f"{place}[{at}]") for at, item in enumerate(value))


def _object(value: Any, place: str, keys: tuple[str, ...]) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
    """An object with no other keys than these."""
    if not isinstance(value, dict):
        _wrong(place, "an object")
    for key in value:
        if key not in keys:
            message = f'{place} has no key "{cut(key, LONGEST_SHOWN)}".'
            raise RequestError(message, f"The nearest is {nearest(key, keys)}.")
    return value


def _wrong(place: str, words: str) -> NoReturn:
    """Raise the error for a value of the wrong type."""
    raise RequestError(f"{place} is not {words}.", "Correct it, or make the file anew with `kerasinspect lock`.")
