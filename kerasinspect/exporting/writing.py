"""Exports what is selected of open models to one file."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.weights_checksum import verifying
from kerasinspect.arguments import in_python
from kerasinspect.errors import DamagedFile, RequestError
from kerasinspect.exporting.forms import form_of, form_of_path
from kerasinspect.exporting.gathering import exported_arrays, hashed
from kerasinspect.exporting.results import Export
from kerasinspect.exporting.values import numpy_dtype, stored_dtype
from kerasinspect.progress import begin
from kerasinspect.writing import replaced, require_replaceable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.exporting.results import Exported, FormName
    from kerasinspect.model import Weight
    from kerasinspect.writing import Target

_NOTHING = "Nothing was written."
_MOST_NAMED = 3
"""Arrays that are named of those that are left out."""


def export_selections(
    selections: Sequence[Selection],
    target: Target,
    form: FormName | None = None,
    *,
    dequantize: bool = False,
    hashes: bool = False,
) -> Export:
    """Write the selected arrays of open models, of several under the name of each file; raises as ``export`` does."""
    name = form or form_of_path(target.path)
    read = [selection.model.location for selection in selections]
    require_replaceable(target, *read)
    if hashes and form_of(name).hashes == "never":
        raise RequestError(
            f"A file .{name} has no place for digests.",
            f"Write .json or .safetensors, or leave out --hash{in_python('hashes')}.",
        )
    arrays, left_out = exported_arrays(selections, dequantize=dequantize)
    form_of(name).require(arrays)
    if hashes or form_of(name).hashes == "always":
        begin("reading", _nbytes(arrays))
        arrays = hashed(arrays, selections)
    begin("writing", _nbytes(arrays))
    with _replacing(arrays, selections, target, name) as stream:
        form_of(name).write(arrays, stream)
    return Export(target.path, name, arrays, (*_notes(arrays, name), *_notes_on(left_out)))


def _nbytes(arrays: Sequence[Exported]) -> int:
    """Bytes that the values of some arrays take in the files that they are read from."""
    return sum(one.weight.array.nbytes for one in arrays)


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


def _notes_on(left_out: Sequence[Weight]) -> Iterator[str]:
    """A sentence on each dtype of what was left out."""
    for dtype in dict.fromkeys(weight.array.dtype for weight in left_out):
        paths = [weight.path for weight in left_out if weight.array.dtype == dtype]
        more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
        subject = f"1 array of {dtype} was" if len(paths) == 1 else f"{len(paths):,} arrays of {dtype} were"
        yield f"{subject} left out, for which no file has a place: {', '.join(paths[:_MOST_NAMED])}{more}."


def _notes(arrays: Sequence[Exported], name: FormName) -> Iterator[str]:
    """A sentence on each dtype of which the file has another one."""
    for dtype in dict.fromkeys(exported.dtype for exported in arrays):
        written = stored_dtype(dtype) if form_of(name).has_small_floats else numpy_dtype(dtype).name
        if written != dtype:
            count = sum(exported.dtype == dtype for exported in arrays)
            subject = f"1 array of {dtype} is" if count == 1 else f"{count:,} arrays of {dtype} are"
            yield f"{subject} written as {written}, which holds the same values."
