"""Takes arrays out of models: ``export`` writes them to a file of another program, each under its right name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.selection import select
from kerasinspect.analysis.selection.several import filters_of
from kerasinspect.arguments import path_of
from kerasinspect.exporting.writing import export_selections
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.opening import opened
from kerasinspect.writing import Target

if TYPE_CHECKING:
    from kerasinspect.arguments import Names, PathName, Positions
    from kerasinspect.exporting.results import Export, FormName
    from kerasinspect.model import Model

__all__ = ["export"]


def export(  # noqa: PLR0913 - as the options of the command
    model: Model | PathName,
    path: PathName,
    *,
    layers: Names = (),
    weights: Names = (),
    classes: Names = (),
    indices: Positions = (),
    dequantize: bool = False,
    hashes: bool = False,
    form: FormName | None = None,
    force: bool = False,
    limits: Limits = DEFAULT,
) -> Export:
    """Write the arrays of a model, or those that match, to a file whose ending says what it is.

    ``.npz`` and ``.safetensors`` hold any number of arrays by name, ``layer/weight``; ``.npy`` holds one; ``.csv`` has
    labelled rows and columns, ``.json`` nested lists. ``dequantize`` writes quantized weights as the values that the
    layer computes with, ``hashes`` the SHA-256 of each array to a ``.safetensors``; ``.json`` always has it. The
    file is there as a whole at the end, or not at all.

    Raises RequestError where the file cannot be written or must not be replaced, NothingMatches where nothing is
    selected, MissingExtra where the library for the form is not installed, UnreadableFile where the model is damaged.
    """
    filters = filters_of(layers, weights, classes, indices)
    target = Target(path_of(path), force)
    with opened(model, limits) as found:
        selection = select(found, *filters)
        return export_selections((selection,), target, form, dequantize=dequantize, hashes=hashes)
