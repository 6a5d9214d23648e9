"""Puts the user's own names on the first rows and the last columns of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.model import Model, Weight

UserLabels: TypeAlias = "Mapping[str, Mapping[int, tuple[str, ...]]]"
"""By where a weight is stored and the number of an axis: names of the positions along that axis.

Two layers of a damaged model may have one path.
"""

_INPUT_AXES = ("input", "channel", "index")
"""Axes that run along what a layer is fed."""
_GROUP = "group"
"""The axis of scales and zero points along blocks of a quantized kernel."""


def user_labels(model: Model, inputs: tuple[str, ...] | None, outputs: tuple[str, ...] | None) -> UserLabels:
    """Labels for the first kernel's input axis and for the last axis of all weights of the last layer.

    Raises RequestError where there are more or fewer names than positions.
    """
    labels: dict[str, dict[int, tuple[str, ...]]] = {}
    kernels = [weight for weight in model.weights if len(weight.shape) > 1 and _GROUP not in _axis_names(weight)]
    if inputs is not None:
        if not kernels:
            raise RequestError(
                "No weight of this model has rows that --input-names could name.", "Leave the option out."
            )
        kernel = kernels[0]
        names = _axis_names(kernel)
        axis = next((names.index(name) for name in _INPUT_AXES if name in names), len(names) - 2)
        _require(inputs, kernel, axis, "input")
        labels.setdefault(kernel.stored_path, {})[axis] = inputs
    if outputs is not None:
        if not kernels:
            raise RequestError(
                "No weight of this model has columns that --output-names could name.", "Leave the option out."
            )
        last = kernels[-1]
        _require(outputs, last, len(last.value_axes) - 1, "output")
        for weight in model.weights:
            sizes = [axis.size for axis in weight.value_axes]
            if weight.layer == last.layer and sizes[-1:] == [len(outputs)] and _GROUP not in _axis_names(weight):
                labels.setdefault(weight.stored_path, {})[len(sizes) - 1] = outputs
    return labels


def _axis_names(weight: Weight) -> list[str]:
    """What runs along the axes of a weight's values."""
    return [axis.name for axis in weight.value_axes]


def _require(names: tuple[str, ...], weight: Weight, axis: int, word: str) -> None:
    """Raise RequestError unless there is one name for each position of the axis."""
    size = weight.value_axes[axis].size
    if len(names) != size:
        count = "1 name" if len(names) == 1 else f"{len(names):,} names"
        raise RequestError(
            f"The {word} names file has {count}, but {weight.path} has {size:,} {word}s.",
            f"Write {size:,} names, one per line.",
        )


def names_in(data: bytes, path: str) -> tuple[str, ...]:
    """The names in the bytes of a file, one per line; empty lines at its end do not count.

    Raises RequestError where they are not UTF-8 text.
    """
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise RequestError(f"The names in {path} are not UTF-8 text.", "Save the file as UTF-8.") from error
    return tuple(text.rstrip("\n").split("\n")) if text.strip() else ()
