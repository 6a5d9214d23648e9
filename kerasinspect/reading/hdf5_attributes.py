"""Attributes of HDF5 objects as texts and numbers, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.reading.hdf5_header import parsing, text_of
from kerasinspect.reading.limits import passed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.reading.hdf5_header import Header, OpenFile
    from kerasinspect.reading.limits import Limits
    from kerasinspect.reading.stored import Attribute


def attributes_of(file: OpenFile, header: Header, path: str) -> Mapping[str, Attribute]:
    """The attributes of an object.

    Raises DamagedFile where they cannot be read, RefusedFile where they pass a limit.
    """
    if not header.has_attributes:
        return {}
    with parsing(file.source, f"the attributes of {path}"):
        values = header.get_attributes()
        return {name: plain_attribute(value, file.limits, f"{name} of {path}") for name, value in values.items()}


def text_attribute(header: Header, name: str) -> str | None:
    """One attribute of a dataset, where it is a text."""
    value = header.get_attributes().get(name)
    value = text_of(value) if isinstance(value, bytes) else value
    return value if isinstance(value, str) else None


def plain_attribute(value: Any, limits: Limits, where: str) -> Attribute:  # noqa: ANN401 - whatever pyfive gives
    """An attribute as text, texts or number; None for anything that Keras does not write."""
    if isinstance(value, bytes | np.bytes_):
        return bounded_text(bytes(value), limits, where)
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "SO":
        items = [item for item in value.tolist() if isinstance(item, bytes | str)]
        total = sum(len(item) for item in items)
        if total > limits.hdf5_attribute_bytes:
            raise passed("hdf5_attribute_bytes", total, limits.hdf5_attribute_bytes, where)
        return [text_of(item) if isinstance(item, bytes) else item for item in items]
    if isinstance(value, np.ndarray) and value.size == 0:
        return []
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, int | float) else None


def bounded_text(data: bytes, limits: Limits, where: str) -> str:
    """One text attribute, within the limit."""
    if len(data) > limits.hdf5_attribute_bytes:
        raise passed("hdf5_attribute_bytes", len(data), limits.hdf5_attribute_bytes, where)
    return text_of(data.rstrip(b"\0"))
