"""Exports what is selected of open models to one file."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.shown_values import shown_array, shown_values
from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.errors import DamagedFile, RequestError
from kerasinspect.exporting.forms import form_of, form_of_path
from kerasinspect.exporting.naming import name_of, require_own_names
from kerasinspect.exporting.results import Export, Exported
from kerasinspect.exporting.values import is_exportable, numpy_dtype, stored_dtype
from kerasinspect.writing import replaced, require_replaceable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.exporting.results import FormName
    from kerasinspect.writing import Target


def export_selections(
    selections: Sequence[Selection], target: Target, form: FormName | None = None, *, dequantize: bool = False
) -> Export:
    """Write the selected arrays of open models, of several under the name of each file; raises as ``export`` does.

    A model that is damaged is not written as a whole; selected arrays that can be read are.
    """
    name = form or form_of_path(target.path)
    read = [selection.model.location for selection in selections]
    require_replaceable(target, *read)
    for selection in selections:
        _require_undamaged(selection)
    several = len(selections) > 1
    arrays = tuple(
        one for selection in selections for one in _exported(selection, several=several, dequantize=dequantize)
    )
    if not arrays:
        raise RequestError(f"{', '.join(read)} has no weights to export.", "kerasinspect list shows what a file holds.")
    require_own_names(arrays)
    form_of(name).require(arrays)
    _write(arrays, selections, target, name)
    return Export(target.path, name, arrays, tuple(_notes(arrays, name)))


def _write(arrays: Sequence[Exported], selections: Sequence[Selection], target: Target, name: FormName) -> None:
    """Write the arrays to the file; raises DamagedFile where the bytes have another checksum than the file says."""
    form = form_of(name)
    prove = None if form.prove is None else partial(form.prove, arrays)
    damage: list[str] = []
    with replaced(target, *(selection.model.location for selection in selections), prove=prove) as stream:
        with ExitStack() as checks:
            checksums = [
                checks.enter_context(verifying(one.model, damage.append, whole=not one.filtered)) for one in selections
            ]
            form.write(arrays, stream)
            for checksum in checksums:
                checksum()
        if damage:
            raise DamagedFile(damage[0], "Nothing was written.")


def _require_undamaged(selection: Selection) -> None:
    """Raise DamagedFile for a model that cannot be exported as a whole."""
    model = selection.model
    if model.damage and not selection.filtered:
        raise DamagedFile(
            f"{model.location} is damaged: {model.damage[0]}",
            "Select arrays that can be read with --layer or --weight.",
        )


def _exported(selection: Selection, *, several: bool, dequantize: bool) -> Iterator[Exported]:
    """Each array that is selected of a model."""
    location = selection.model.location if several else None
    for weight in selection.weights:
        shown_as, array = shown_array(weight, dequantize=dequantize)
        if not is_exportable(array.dtype):
            raise RequestError(
                f"{weight.path} holds no numbers that can be exported: its dtype is {array.dtype}.",
                "Select other weights with --layer, --weight or --index.",
            )
        axes = shown_values(weight.path, array, weight.value_axes).axes
        yield Exported(name_of(weight, location), weight, selection.model, shown_as, array, axes)


def _notes(arrays: Sequence[Exported], name: FormName) -> Iterator[str]:
    """A sentence on each dtype of which the file has another one."""
    for dtype in dict.fromkeys(exported.dtype for exported in arrays):
        written = stored_dtype(dtype) if form_of(name).has_small_floats else numpy_dtype(dtype).name
        if written != dtype:
            count = sum(exported.dtype == dtype for exported in arrays)
            yield f"{count:,} arrays of {dtype} are written as {written}, which holds the same values."
