"""Exports what is selected of open models to one file."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack, contextmanager
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
    from typing import BinaryIO

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.exporting.results import FormName
    from kerasinspect.writing import Target

_NOTHING = "Nothing was written."


def export_selections(
    selections: Sequence[Selection], target: Target, form: FormName | None = None, *, dequantize: bool = False
) -> Export:
    """Write the selected arrays of open models, of several under the name of each file; raises as ``export`` does.

    A model that is damaged is not written as a whole; selected arrays that can be read are.
    """
    name = form or form_of_path(target.path)
    read = [selection.model.location for selection in selections]
    before = [*map(_written_at, read)]
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
    with _replacing(arrays, selections, target, name) as stream:
        form_of(name).write(arrays, stream)
        _require_unchanged(read, before)
    return Export(target.path, name, arrays, tuple(_notes(arrays, name)))


@contextmanager
def _replacing(
    arrays: Sequence[Exported], selections: Sequence[Selection], target: Target, name: FormName
) -> Iterator[BinaryIO]:
    """The stream of the file; raises DamagedFile at the end where a model has another checksum than its file says."""
    prove = form_of(name).prove
    damage: list[str] = []
    with (
        replaced(
            target,
            *(selection.model.location for selection in selections),
            prove=None if prove is None else partial(prove, arrays),
        ) as stream,
        ExitStack() as checks,
    ):
        checksums = [
            checks.enter_context(verifying(one.model, damage.append, whole=not one.filtered)) for one in selections
        ]
        yield stream
        for checksum in checksums:
            checksum()
        if damage:
            raise DamagedFile(damage[0], _NOTHING)


def _written_at(location: str) -> tuple[int, ...] | None:
    """Which file a location is, and when it was written last; None for what is no file, or has none."""
    try:
        status = os.stat(location)  # noqa: PTH116 - standard input has no path
    except (OSError, ValueError):
        return None
    return (status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


def _require_unchanged(locations: Sequence[str], before: Sequence[tuple[int, ...] | None]) -> None:
    """Raise DamagedFile for a file that was written to meanwhile; one that another took the place of is still whole."""
    for location, old in zip(locations, before, strict=True):
        new = _written_at(location)
        if old is not None and new is not None and old[:2] == new[:2] and old != new:
            raise DamagedFile(f"{location} was changed while it was read.", f"{_NOTHING} Export it again.")


def _require_undamaged(selection: Selection) -> None:
    """Raise DamagedFile for a model that cannot be exported as a whole."""
    model = selection.model
    if model.damage and not selection.filtered:
        raise DamagedFile(model.damage[0], "Select arrays that can be read with --layer or --weight.")


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
            subject = f"1 array of {dtype} is" if count == 1 else f"{count:,} arrays of {dtype} are"
            yield f"{subject} written as {written}, which holds the same values."
