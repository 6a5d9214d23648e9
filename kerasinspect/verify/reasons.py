"""Says in one sentence why Keras did not load a file; its own words are shown below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_UNKNOWN_CLASS = re.compile(
    r"(?:Could not locate (?:class|function)|Unknown (?:layer|object|activation function|[a-z ]*function):?|"
    r"Cannot deserialize object of type) [`'\"]?([\w>.]+)"
)

_REASONS = (
    ("without --unsafe", "The file names a module outside Keras."),
    (
        "Please ensure the file is an accessible `.keras` zip",
        "It is HDF5 under a name that ends in .keras, and Keras 3 goes by the name: rename it to end in .h5.",
    ),
    ("File format not supported", "Keras goes by the name of a file, and this one ends in neither .keras nor .h5."),
    ("allow_pickle=False", "Its weights are pickles, which Keras no longer loads."),
    ("No cast function available", "Its bfloat16 arrays are not marked as such, and h5py cannot read them."),
    ("because its parent module", "Another generation of Keras saved it, and this one does not have its classes."),
    ("objects could not be loaded", "Arrays that Keras expects are not in the file, or have other shapes."),
    ("hape mismatch", "An array in the file has another shape than this Keras builds."),
    ("either has loops or disconnected", "This Keras cannot rebuild its graph."),
    ("deserializ", "This Keras does not accept the config of one of its layers."),
    ("positional argument", "This Keras does not accept the config of one of its layers."),
    ("argument", "This Keras does not accept the config of one of its layers."),
)
"""What a message holds, and what that means; the first that fits counts."""


def reason(kind: str, message: str, custom: Collection[str]) -> str:
    """Why Keras refused: ``kind`` is the class of its exception, ``custom`` the classes that are not Keras's own."""
    unknown = _UNKNOWN_CLASS.search(message)
    if unknown is not None:
        name = unknown[1].rpartition(">")[2]
        if name in custom:
            return f"It has the custom class {name}: say with --custom-objects which module defines it."
        return f"This Keras does not know {name}."
    return next((said for part, said in _REASONS if part in message), f"Keras raised {kind} while it loaded the file.")


def innermost(message: str) -> str:
    """Keras's words about the innermost exception: what comes before repeats the whole config."""
    return message.rpartition("Exception encountered: ")[2]
