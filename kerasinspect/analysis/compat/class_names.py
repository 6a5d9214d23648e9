"""Under which full names a release of Keras looks for a class that a config names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.releases.table import Releases

_OF_LAYERS = ("keras.layers", "keras", "keras.models", "keras.src.models.functional")
"""Where the loader of HDF5 files looks for a layer."""
_BY_WORD = frozenset({"initializers", "regularizers", "constraints"})
"""Kinds of which a loader looks up the class by its name alone, whatever the module."""


def names_of(entry: JsonObject, class_name: str, kind: str | None, releases: Releases) -> list[str] | None:
    """The full names under which a class is looked for; None where it is none that Keras is known to have had."""
    module = entry.get("module")
    named = [f"{module}.{class_name}"]
    if isinstance(module, str):
        if module.split(".", 1)[0] not in {"keras", "tf_keras"}:
            return None
    elif kind is None or ">" in class_name:
        return None
    elif kind == "layers":
        named = [*(f"{module}.{class_name}" for module in _OF_LAYERS), *releases.homes_of("layers", class_name)]
        return named if any(map(releases.having, named)) else None
    else:
        named = [f"keras.{kind}.{class_name}"]
    return [*named, *releases.homes_of(kind, class_name)] if kind in _BY_WORD else named


def having(names: list[str], class_name: str, kind: str | None, releases: Releases) -> int:
    """The releases that find a class by one of its names."""
    if kind in _BY_WORD:
        return releases.words[kind].get(class_name, 0)
    found = 0
    for name in names:
        found |= releases.having(name)
    return found
