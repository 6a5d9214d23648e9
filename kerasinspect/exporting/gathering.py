"""Gathers what is exported of open models: which arrays, under which names, and their digests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.digests import sha256
from kerasinspect.analysis.fingerprint import fingerprint_by
from kerasinspect.analysis.shown_values import shown_array, shown_values
from kerasinspect.arguments import SELECTORS
from kerasinspect.errors import DamagedFile, RequestError
from kerasinspect.exporting.naming import name_of, require_own_names
from kerasinspect.exporting.results import Exported
from kerasinspect.exporting.values import is_exportable
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.model import Weight

_LEFT_OUT = frozenset({"string", "complex64", "complex128"})
"""Dtypes of arrays that are whole, and that no form of export has a place for."""


def exported_arrays(
    selections: Sequence[Selection], *, dequantize: bool
) -> tuple[tuple[Exported, ...], tuple[Weight, ...]]:
    """Each array that is selected of some models, under a name of its own, and what is left out; reads none.

    What holds texts or complex numbers is whole, and is left out, as long as there is anything else.

    A damaged model is not exported as a whole; arrays that are asked for are, where they can be read. Raises
    DamagedFile for the one, RequestError where there are no arrays or not all of them have numbers and names.
    """
    for selection in selections:
        if selection.model.damage and not selection.filtered:
            remedy = f"Select arrays that can be read with {SELECTORS}."
            raise DamagedFile(selection.model.damage[0], remedy)
    several = len(selections) > 1
    left_out = tuple(one for selection in selections for one in selection.weights if one.array.dtype in _LEFT_OUT)
    arrays = tuple(
        one for selection in selections for one in _arrays(selection, several=several, dequantize=dequantize)
    )
    if left_out and not arrays:
        raise _without_numbers(left_out[0], left_out[0].array.dtype)
    if not arrays:
        locations = ", ".join(selection.model.location for selection in selections)
        raise RequestError(f"{locations} has no weights to export.", "kerasinspect list shows what a file holds.")
    require_own_names(arrays)
    return arrays, left_out


def _arrays(selection: Selection, *, several: bool, dequantize: bool) -> Iterator[Exported]:
    """Each array that is selected of one model."""
    location = selection.model.location if several else None
    for weight in selection.weights:
        if weight.array.dtype in _LEFT_OUT:
            continue
        shown_as, array = shown_array(weight, dequantize=dequantize)
        if not is_exportable(array.dtype):
            raise _without_numbers(weight, array.dtype)
        axes = shown_values(weight.path, array, weight.value_axes).axes
        yield Exported(name_of(weight, location), weight, selection.model, shown_as, array, axes)


def _without_numbers(weight: Weight, dtype: str) -> RequestError:
    """The error for an array that no form of export has a place for."""
    message = f"{weight.path} holds no numbers that can be exported: its dtype is {dtype}."
    return RequestError(message, f"Select other weights with {SELECTORS}.")


def hashed(arrays: Sequence[Exported], selections: Sequence[Selection]) -> tuple[Exported, ...]:
    """The arrays with the digest of what each is stored as, and the fingerprint of a model of which all are exported.

    Reads all of them; raises what reading raises. What came of a checksum ends the export later.
    """
    digests = {(one.model.location, one.weight.stored_path): sha256(one.weight.array) for one in arrays}

    def digest(location: str, weight: Weight) -> str:
        """The digest of one array."""
        return digests[location, weight.stored_path]

    whole = [
        selection.model
        for selection in selections
        if not selection.filtered and not any(one.array.dtype in _LEFT_OUT for one in selection.weights)
    ]
    found = {model.location: fingerprint_by(model, partial(digest, model.location), None).sha256 for model in whole}
    return tuple(
        replace(one, sha256=digest(one.model.location, one.weight), fingerprint=found.get(one.model.location))
        for one in arrays
    )
