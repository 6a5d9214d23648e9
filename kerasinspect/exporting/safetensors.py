"""Arrays as ``.safetensors`` has them.

The library writes no file of arrays that are not all in memory. So the file is written by its specification, block by
block, and the library opens it before it takes its place.

Source: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from kerasinspect.dtypes import DTYPES
from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.exporting.values import stored_dtype
from kerasinspect.formats.existing_files import WRITER
from kerasinspect.names import LONGEST_SHOWN, cut, is_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from kerasinspect.exporting.results import Exported

_DTYPES: Mapping[str, str] = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
}
"""The word of the format for each dtype."""

_METADATA = "__metadata__"
"""The key of what is said of the file; no array may have that name."""

_MOST_HEADER = 100_000_000
"""Bytes of a header that the library reads."""

_WORD = 8
"""Bytes of the header's length, of which the header has some number."""


def require_safetensors(arrays: Sequence[Exported]) -> None:
    """Raise MissingExtra where the library is not installed, RequestError for what the format cannot say."""
    try:
        import safetensors  # noqa: F401, PLC0415 - an extra, imported by who needs it
    except ImportError as error:
        raise MissingExtra(
            f".safetensors needs the safetensors library, which cannot be imported ({error}).",
            "Install the extra: pip install 'kerasinspect[safetensors]'",
        ) from error
    for array in arrays:
        if not is_text(array.name) or array.name == _METADATA:
            shown = cut(array.name, LONGEST_SHOWN)
            raise RequestError(f'"{shown}" cannot be a name in a file .safetensors.', "Select other weights.")
    size = len(_header(arrays))
    if size > _MOST_HEADER:
        raise RequestError(
            f"The names of the arrays take {size:,} bytes, and a file .safetensors has {_MOST_HEADER:,} at most.",
            "Write them to a file .npz, or select fewer.",
        )


def write_safetensors(arrays: Sequence[Exported], stream: BinaryIO) -> None:
    """Write the header, then all bytes of each array as the file has them, one block after another."""
    header = _header(arrays)
    stream.write(len(header).to_bytes(_WORD, "little") + header)
    for exported in _in_order(arrays):
        stream.writelines(exported.array.blocks())


def require_readable(arrays: Sequence[Exported], path: Path) -> None:
    """Open the written file with the library; raises RuntimeError where it finds other arrays than were meant."""
    from safetensors import safe_open  # noqa: PLC0415 - as above

    with safe_open(str(path), framework="numpy") as opened:
        slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118 - it is no mapping
        found = {name: (one.get_dtype(), tuple(one.get_shape())) for name, one in slices.items()}
    if found != {one.name: (_word(one), one.shape) for one in arrays}:
        raise RuntimeError(f"safetensors reads other arrays in {path} than were written.")


def _word(exported: Exported) -> str:
    """The word of the format for the dtype of one array."""
    return _DTYPES[stored_dtype(exported.dtype)]


def _in_order(arrays: Sequence[Exported]) -> list[Exported]:
    """The arrays with the largest numbers first, as the library has them, so that each begins at a multiple of its own.

    PyTorch gives a part of a file no dtype whose numbers would begin elsewhere.
    """
    return sorted(arrays, key=_itemsize, reverse=True)


def _itemsize(exported: Exported) -> int:
    """Bytes of one number."""
    return DTYPES[stored_dtype(exported.dtype)].encoding.itemsize


def _header(arrays: Sequence[Exported]) -> bytes:
    """The names of all arrays, with where each lies, as JSON in whole words of eight bytes."""
    entries = {_METADATA: _metadata(arrays), **dict(_entries(arrays))}
    text = json.dumps(entries).encode()
    return text.ljust(-(-len(text) // _WORD) * _WORD)


def _entries(arrays: Sequence[Exported]) -> Iterator[tuple[str, Any]]:
    """What the header says of each array."""
    start = 0
    for exported in _in_order(arrays):
        end = start + math.prod(exported.shape) * _itemsize(exported)
        yield exported.name, {"dtype": _word(exported), "shape": exported.shape, "data_offsets": (start, end)}
        start = end


def _metadata(arrays: Sequence[Exported]) -> dict[str, str]:
    """What the header says of the file, and of each array what the format itself has no place for; texts alone."""
    of_all = {
        "keras_version": {exported.model.keras_version for exported in arrays},
        "fingerprint": {exported.fingerprint for exported in arrays},
    }
    agreed = {key: value for key, values in of_all.items() if len(values) == 1 for value in values if value is not None}
    said = {WRITER[0]: WRITER[1], "format": "keras", **agreed}
    return said | {exported.name: json.dumps(_facts(exported)) for exported in arrays}


def _facts(exported: Exported) -> dict[str, Any]:
    """What is known of one array."""
    axes = [axis.name for axis in exported.axes]
    facts = {"index": exported.weight.index, "axes": axes, "dtype": exported.dtype, "values": exported.shown_as}
    return facts if exported.sha256 is None else {**facts, "sha256": exported.sha256}
