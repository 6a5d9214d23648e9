"""The forms in which a config may ask for one name, and what the loaders would resolve it to, without calling it."""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def splits(path: str) -> Iterator[tuple[str, str]]:
    """A dotted path as a module and a name, wherever the dots between them are cut."""
    parts = path.split(".")
    for place in range(1, len(parts)):
        yield ".".join(parts[:place]), ".".join(parts[place:])


def forms(module: str, name: str) -> Iterator[Json]:
    """An object that names a class, one that names a function, and each with the name registered as it is."""
    yield {"module": module, "class_name": name, "config": {}}
    yield {"module": module, "class_name": name, "config": {}, "registered_name": name}
    yield {"module": module, "class_name": "function", "config": name}
    yield {"module": module, "class_name": "function", "config": name, "registered_name": name}


def alone(name: str) -> Iterator[Json]:
    """A name without a module: as a legacy file has it, as a function of Keras's own modules, as text."""
    yield {"class_name": name, "config": {}}
    yield {"module": "builtins", "class_name": "function", "config": name, "registered_name": name}
    yield {"loss": name}


def resolved(library: str, form: Json) -> object | None:
    """What the loader of a library resolves a form to; None where it refuses."""
    loader = importlib.import_module(f"{library}.src.saving.serialization_lib")
    is_function = form["class_name"] == "function"
    name = form["config"] if is_function else form["class_name"]
    with suppress(TypeError, ValueError, ImportError):
        found: object = loader._retrieve_class_or_fn(  # noqa: SLF001 - resolving alone has no public name
            name,
            form.get("registered_name", name),
            form["module"],
            obj_type="function" if is_function else "class",
            full_config=form,
            custom_objects={},
        )
        return found
    return None
