"""The sizes that a layer's config promises for its weights, axis by axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYS: Mapping[str, tuple[str, ...]] = {
    "unit": ("units", "output_dim"),
    "filter": ("filters", "nb_filter"),
    "index": ("input_dim",),
    "multiplier": ("depth_multiplier",),
}
"""Where a config says how long an axis is, by the axis's name; older words follow."""
SPATIAL = ("depth", "height", "width", "step")
OTHERWISE_SIZED = frozenset({"EinsumDense", "MultiHeadAttention", "GroupQueryAttention", "LocallyConnected1D"})
"""Classes in which such an axis is something else, or several."""


def promised_shape(
    class_name: str, weight: str, config: Mapping[str, Any], axes: Sequence[str], blocks: int = 1
) -> tuple[int | None, ...]:
    """The size that the config promises for each axis; None where it says nothing.

    ``axes`` are the names of the axes, ``blocks`` how many gates the last one holds side by side.
    """
    if class_name in OTHERWISE_SIZED:
        return (None,) * len(axes)
    window = [name for name in axes if name in SPATIAL]
    config = {**config, "kernel_size": 1} if weight == "pointwise_kernel" else config
    sizes = [promised(config, name, window.index(name) if name in SPATIAL else 0) for name in axes]
    if sizes and sizes[-1] is not None and axes[-1] in KEYS:
        sizes[-1] *= blocks
    return tuple(sizes)


def promised(config: Mapping[str, Any], axis: str, place: int) -> int | None:
    """The size that the config promises for one axis, the ``place``-th of its window where it is spatial."""
    if axis in SPATIAL:
        window = config.get("kernel_size")
        value = window[place] if isinstance(window, list) and place < len(window) else window
    else:
        value = next((config[key] for key in KEYS.get(axis, ()) if key in config), None)
    return value if type(value) is int and value > 0 else None
