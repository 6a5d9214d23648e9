"""Reads numpy's slice syntax, as in ``--slice "0:3, :, -1"``, without evaluating anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.errors import RequestError
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from types import EllipsisType

Part: TypeAlias = "int | slice | EllipsisType"
"""One part of a slice, as between the commas."""

Window: TypeAlias = "tuple[int | range, ...]"
"""Positions along each axis of an array; a single one drops its axis."""

_EXAMPLE = 'Write one part per axis, as in NumPy: --slice "0:3, :, -1" or --slice "..., 0".'

_INTEGER = late_pattern(r"[+-]?\d{1,18}")


def parse_slice(text: str) -> tuple[Part, ...]:
    """The parts of a slice: integers, slices and at most one ``...``.

    Raises RequestError, with an example, for anything else.
    """
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    parts = tuple(_part(part.strip(), text) for part in inner.split(","))
    if parts.count(...) > 1:
        raise RequestError(f'The slice "{text}" has "..." more than once.', _EXAMPLE)
    return parts


def window_of(parts: tuple[Part, ...], shape: tuple[int, ...], name: str) -> Window:
    """The window that a slice takes of an array.

    Raises RequestError where the slice does not fit the shape; ``name`` says whose shape it is.
    """
    given = len(parts) - parts.count(...)
    if given > len(shape):
        message = f"The slice has {given} parts, but {name} has {_axes(len(shape))}."
        raise RequestError(message, "Choose the weights that it fits with --layer and --weight.")
    whole = [slice(None)] * (len(shape) - given)
    at = parts.index(...) if ... in parts else len(parts)
    spread = [*parts[:at], *whole, *parts[at + 1 :]]
    return tuple(_positions(part, size, name) for part, size in zip(spread, shape, strict=True))


def misfit(parts: tuple[Part, ...], shape: tuple[int, ...], name: str) -> str:
    """The sentence that says why a slice does not fit a shape; empty where it does."""
    try:
        window_of(parts, shape, name)
    except RequestError as error:
        return error.message
    return ""


def _part(part: str, text: str) -> Part:
    """One part between commas."""
    if part == "...":
        return ...
    if _INTEGER.fullmatch(part):
        return int(part)
    ends = [end.strip() for end in part.split(":")]
    if len(ends) not in {2, 3} or not all(end == "" or _INTEGER.fullmatch(end) for end in ends):
        raise RequestError(f'The slice "{text}" has a part that cannot be read: "{part}".', _EXAMPLE)
    numbers = [int(end) if end else None for end in ends]
    if numbers[2:] == [0]:
        raise RequestError(f'The slice "{text}" has a step of 0.', _EXAMPLE)
    return slice(*numbers)


def _positions(part: Part, size: int, name: str) -> int | range:
    """The positions that one part takes of an axis."""
    if isinstance(part, slice):
        return range(*part.indices(size))
    if not isinstance(part, int) or not -size <= part < size:
        raise RequestError(
            f"The slice asks for position {part} of an axis of {name} that has {size}.",
            f"Positions go from 0 to {size - 1}." if size else "",
        )
    return part % size


def _axes(rank: int) -> str:
    """How many axes, in words."""
    return "no axes" if rank == 0 else "1 axis" if rank == 1 else f"{rank} axes"
