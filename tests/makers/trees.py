"""Trees of weights in memory, as the file of a model would hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kerasinspect.assembly import assemble
from kerasinspect.containers.stored import Group, InMemory, StoredArray
from kerasinspect.dtypes import Encoding
from kerasinspect.formats.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from kerasinspect.model import Model

    Arrays: TypeAlias = "list[np.ndarray]"
    Layout: TypeAlias = "Mapping[str, Arrays | tuple[str, Arrays] | Layout]"
    """Groups by name: a layer's own arrays, or its name and these, lie under ``vars``."""


def tree_of(layout: Layout, path: str = "") -> Group:
    """The group with everything in a layout."""
    group = Group(path or "/")
    for name, held in layout.items():
        below = f"{path}/{name}"
        group.groups[name] = tree_of(held, below) if hasattr(held, "items") else own_group(held, below)  # type: ignore[arg-type]
    return group


def own_group(held: Arrays | tuple[str, Arrays], path: str) -> Group:
    """A ``vars`` group with its arrays, and the layer's name where there is one."""
    name, arrays = held if isinstance(held, tuple) else (None, held)
    stored = {str(key): stored_array(f"{path}/{key}", array) for key, array in enumerate(arrays)}
    return Group(path, {} if name is None else {"name": name}, arrays=stored)


def stored_array(path: str, array: np.ndarray) -> StoredArray:
    """An array as a file would hold it."""
    return StoredArray(path, array.shape, array.dtype.name, Encoding(array.dtype.str), InMemory(array.tobytes))


def model_of(layout: Layout, *, version: str | None = None, config: Mapping[str, Any] | None = None) -> Model:
    """The model that a tree means."""
    return assemble(
        Contents(
            "memory",
            "keras-archive" if config else "keras-weights",
            tree=tree_of(layout),
            config=config,
            keras_version=version,
        )
    )


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers that no other array has."""
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype("float32")


def functional(*layers: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """The config of a Functional model of these layers."""
    return {"class_name": "Functional", "config": {"name": "m", "layers": [*layers]}, **more}


def custom(name: str, class_name: str = "Block") -> dict[str, Any]:
    """A custom layer in a config."""
    return {
        "module": "mine",
        "class_name": class_name,
        "registered_name": f"mine>{class_name}",
        "config": {"name": name},
        "inbound_nodes": [],
    }


def dense(name: str, **config: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A Dense layer in a config."""
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": name, **config},
        "inbound_nodes": [],
    }
