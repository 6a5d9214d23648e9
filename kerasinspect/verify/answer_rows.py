"""The JSON objects that a worker answers with, as types that each of its lines is held against.

Code from the file may have run in the worker's process, so that a line may be anything.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, TypedDict, TypeGuard, TypeVar, get_args, get_origin, get_type_hints, is_typeddict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.json_values import Json


class LibraryRow(TypedDict):
    """A Keras in the worker's interpreter."""

    module: str
    version: str
    tensorflow: str


class _ModuleErrorRow(TypedDict):
    """A module of the user's own that could not be imported."""

    module: str
    message: str


class ProcessRow(TypedDict):
    """The first line: the process itself."""

    network: str
    memory_limit: int | None
    missing: dict[str, str]
    libraries: list[LibraryRow]
    python: str
    import_seconds: float
    import_bytes: int | None
    custom_error: _ModuleErrorRow | None


class RefusalRow(LibraryRow):
    """A Keras that did not load the model, and what it raised."""

    kind: str
    message: str


class InputRow(TypedDict):
    """One input of a model."""

    name: str
    shape: list[int | None]
    dtype: str


class _OutputRow(TypedDict):
    """One output of a forward pass."""

    name: str
    shape: list[int]
    dtype: str
    not_finite: int


class _CaseRow(TypedDict):
    """One forward pass."""

    name: str
    outputs: list[_OutputRow]
    same_again: bool
    seconds: float


class WeightRow(TypedDict):
    """One weight of a model that was loaded."""

    index: int | None
    layer: str
    name: str
    shape: list[int]
    dtype: str
    sha256: str


class ForwardRow(TypedDict):
    """All forward passes of a model."""

    inputs: list[InputRow] | None
    cases: list[_CaseRow]
    error: str | None
    misfit: str | None


class RefusedRow(TypedDict):
    """The line about a model that no library loads."""

    library: None
    refusals: list[RefusalRow]
    peak_bytes: int | None


class LoadedRow(TypedDict):
    """The line about a model that a library loads."""

    library: LibraryRow
    refusals: list[RefusalRow]
    peak_bytes: int | None
    load_seconds: float
    weights: list[WeightRow]
    forward: ForwardRow


_AnyRow = TypeVar("_AnyRow")


def is_row(value: Json, row: type[_AnyRow]) -> TypeGuard[_AnyRow]:
    """Whether a JSON value is an object of a type of row."""
    return _has_form(value, row)


def _has_form(value: Json, form: object) -> bool:
    """Whether a JSON value has a form: a row, a list or an object of one form, one of several forms, or a type."""
    origin, inner = get_origin(form), get_args(form)
    if origin is UnionType:
        return any(_has_form(value, one) for one in inner)
    if origin is list:
        return isinstance(value, list) and all(_has_form(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(_has_form(one, inner[1]) for one in value.values())
    if isinstance(form, type) and is_typeddict(form):
        return isinstance(value, dict) and all(
            key in value and _has_form(value[key], one) for key, one in _forms(form).items()
        )
    return type(value) is form


@cache
def _forms(row: type) -> Mapping[str, object]:
    """The form of each value of a row, by key."""
    return get_type_hints(row)
