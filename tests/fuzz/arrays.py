"""Every array of a model as it was read, to be compared with what another reading gives."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.model import Model


class Seen(NamedTuple):
    """One array as it was read."""

    place: str
    """Its path in the HDF5 file."""
    shape: tuple[int, ...]
    dtype: str
    digest: str


Arrays: TypeAlias = "dict[tuple[str, str], Seen]"
"""By the path of the layer and the name of the weight; or by the path in the file, of what is no layer's."""


class Answer(NamedTuple):
    """What a model was read as."""

    arrays: Arrays
    remarks: tuple[str, ...]


def listed(model: Model) -> Iterator[tuple[tuple[str, str], Seen]]:
    """Every array of an open model with what it is called."""
    weights = [((layer.path, weight.name), weight.array) for layer in model.walk() for weight in layer.weights]
    extras = [((extra.stored_path, extra.name), extra.array) for extra in model.extras]
    for key, array in [*weights, *extras]:
        digest = hashlib.sha256(b"".join(array.blocks())).hexdigest()
        yield key, Seen(getattr(array, "path", ""), array.shape, array.dtype, digest)
