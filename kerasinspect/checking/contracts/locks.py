"""Contracts as lock files hold them: one made by ``kerasinspect lock``, and perhaps loosened by hand.

``schemas/lock-1.json`` in the package describes the same as a JSON Schema. Whatever is not understood is an error,
since a term that is silently passed over would never be held against a model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn, TypeGuard, TypeVar

from kerasinspect.checking.contracts.contract import AgreedLayer, AgreedTensor, AgreedWeight, Contract, Range
from kerasinspect.containers.hdf5.superblock import SIGNATURE
from kerasinspect.containers.sources import read_user_file
from kerasinspect.containers.strict_json import parse_json
from kerasinspect.containers.zip.members import LOCAL_SIGNATURE
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.json_values import DIGEST, json_sha256
from kerasinspect.late.dataclasses import replace
from kerasinspect.late.patterns import late_pattern
from kerasinspect.limits import DEFAULT
from kerasinspect.names import LONGEST_SHOWN, cut, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.checking.contracts.contract import AgreedSize
    from kerasinspect.json_values import Json, JsonObject

LOCK_SCHEMA = "kerasinspect.lock/1"

_KEYS = (
    *("schema", "keras_version", "inputs", "outputs", "parameters", "bytes", "fingerprint", "layers", "exact_names"),
    DIGEST,
)
"""What the document of a lock may have."""

_MODEL_SIGNATURES = (SIGNATURE, LOCAL_SIGNATURE)
"""What HDF5 files and archives begin with."""
_MODEL_ENDING = late_pattern(r"(?:\.weights)?\.(?:keras|h5|hdf5)$", re.IGNORECASE)
_MAKE_A_LOCK = "Make one with `kerasinspect lock MODEL -o MODEL.lock.json`."
"""What to do where there is no lock file; never to write over what is there."""

_Item = TypeVar("_Item")


def sealed(document: Mapping[str, _Item]) -> dict[str, _Item | str]:
    """The document of a lock file with its digest, by which a later run tells whether it was edited by hand."""
    return {**document, DIGEST: json_sha256(document)}


def read_lock(path: str) -> Json:
    """The document in a lock file; ``parse_lock`` says whether that is a lock.

    Raises RequestError where it cannot be read, is not JSON, or says something twice.
    """
    data = bytes_of_lock(path)
    if data.startswith(_MODEL_SIGNATURES):
        lock = f"{_MODEL_ENDING.sub('', path)}.lock.json"
        raise RequestError(
            f"{path} is a model or a file of weights, not a lock file.",
            f"Lock it with `kerasinspect lock {path} -o {lock}`, then check --against {lock}.",
        )
    try:
        parsed = parse_json(data, path)
    except UnreadableFile as error:
        raise RequestError(error.message, _MAKE_A_LOCK) from error
    if parsed.duplicate_keys:
        raise RequestError(f'{path} has the key "{parsed.duplicate_keys[0]}" twice in one object.', "Keep one of them.")
    document: Json = parsed.value
    return document


def bytes_of_lock(path: str) -> bytes:
    """The bytes of a lock file; raises RequestError where it cannot be read."""
    try:
        return read_user_file(path, DEFAULT.json_bytes, f"the lock file {path}")
    except RequestError as error:
        raise RequestError(error.message, _MAKE_A_LOCK) from error


def parse_lock(document: Json, path: str) -> Contract:
    """The contract in the document of a lock file; raises RequestError, which names the place, for what is none."""
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith("kerasinspect.lock/"):
        raise RequestError(f"{path} is not a lock file.", _MAKE_A_LOCK)
    if schema != LOCK_SCHEMA:
        raise RequestError(
            f"{path} is a lock file of another version, {schema}; this release reads {LOCK_SCHEMA}.",
            "Make it again with `kerasinspect lock`.",
        )
    try:
        agreed = _contract(document)
    except RequestError as error:
        raise RequestError(f"{path}: {error.message}", error.remedy) from error
    if replace(agreed, exact_names=False) == Contract():
        message = f"{path} is a lock file in which nothing is agreed: it would hold no model to anything."
        raise RequestError(message, _MAKE_A_LOCK)
    return replace(agreed, source=path)


def _contract(value: Json) -> Contract:
    """The whole document."""
    table = _object(value, "The file", _KEYS)
    _text(table.get(DIGEST), DIGEST)
    exact_names = table.get("exact_names", False)
    if not isinstance(exact_names, bool):
        _wrong("exact_names", "true or false")
    return Contract(
        exact_names=exact_names,
        keras_version=_text(table.get("keras_version"), "keras_version"),
        inputs=_list(table.get("inputs"), "inputs", _tensor),
        outputs=_list(table.get("outputs"), "outputs", _tensor),
        parameters=_total(table.get("parameters"), "parameters"),
        nbytes=_total(table.get("bytes"), "bytes"),
        fingerprint=_text(table.get("fingerprint"), "fingerprint"),
        layers=_list(table.get("layers"), "layers", _layer),
    )


def _tensor(value: Json, place: str) -> AgreedTensor:
    """One input or output."""
    table = _object(value, place, ("layer", "shape"))
    layer = _text(table.get("layer"), f"{place}.layer")
    return AgreedTensor(layer, _list(table.get("shape"), f"{place}.shape", _size))


def _layer(value: Json, place: str) -> AgreedLayer:
    """One layer."""
    table = _object(value, place, ("path", "class_name", "weights", "config"))
    return AgreedLayer(
        _name(table.get("path"), f"{place}.path"),
        _text(table.get("class_name"), f"{place}.class_name"),
        _list(table.get("weights"), f"{place}.weights", _weight),
        _config(table.get("config"), f"{place}.config"),
    )


def _config(value: Json, place: str) -> JsonObject | None:
    """The values of a layer's config, of any keys, or anything."""
    if value is not None and not isinstance(value, dict):
        _wrong(place, "an object, or null for any")
    return value


def _weight(value: Json, place: str) -> AgreedWeight:
    """One weight."""
    table = _object(value, place, ("name", "shape", "dtype", "sha256"))
    return AgreedWeight(
        _name(table.get("name"), f"{place}.name"),
        _list(table.get("shape"), f"{place}.shape", _size),
        _text(table.get("dtype"), f"{place}.dtype"),
        _text(table.get("sha256"), f"{place}.sha256"),
    )


def _size(value: Json, place: str) -> AgreedSize:
    """The size of an axis."""
    return "open" if value == "open" else _total(value, place)


def _total(value: Json, place: str) -> int | Range | None:
    """A number, a range or anything."""
    if value is None or _is_whole(value):
        return value
    if not isinstance(value, dict):
        _wrong(place, 'a whole number, a range such as {"min": 1, "max": 8}, or null for any')
    ends = {key: _end(end, f"{place}.{key}") for key, end in _object(value, place, ("min", "max")).items()}
    return Range(ends.get("min"), ends.get("max"))


def _end(value: Json, place: str) -> int | None:
    """An end of a range, or none."""
    if value is not None and not _is_whole(value):
        _wrong(place, "a whole number")
    return value


def _is_whole(value: Json) -> TypeGuard[int]:
    """Whether a value is a whole number that is not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _text(value: Json, place: str) -> str | None:
    """A text or a glob, or anything."""
    if value is not None and not isinstance(value, str):
        _wrong(place, "text, or null for any")
    return value


def _name(value: Json, place: str) -> str:
    """A text or a glob."""
    if not isinstance(value, str):
        _wrong(place, 'text; "*" means any')
    return value


def _list(value: Json, place: str, read: Callable[[Json, str], _Item]) -> tuple[_Item, ...] | None:
    """A list of things that are read in the same way, or anything."""
    if value is None:
        return None
    if not isinstance(value, list):
        _wrong(place, "a list, or null for any")
    return tuple(read(item, f"{place}[{at}]") for at, item in enumerate(value))


def _object(value: Json, place: str, keys: tuple[str, ...]) -> JsonObject:
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
    raise RequestError(f"{place} is not {words}.", "Correct it, or make it again with `kerasinspect lock`.")
