"""Values with a name for every position along their axes, as pandas and xarray have it.

Both are extras, and values are read only where they are there. A label is what pages show beside the position; a
character that cannot be seen is escaped in it.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from kerasinspect.errors import MissingExtra
from kerasinspect.late.dataclasses import replace
from kerasinspect.shown.escaping import NAME_LIMIT, printable, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import pandas as pd
    import xarray as xr

    from kerasinspect.axes import Axis


def labelled_frame(read: Callable[[], np.ndarray], axes: Sequence[Axis], name: str) -> pd.DataFrame:
    """A row for each position along all axes but the last, a column for each along that; raises MissingExtra.

    Several axes of rows are the levels of one index. A single axis runs down one column, which has the name, and so
    does a single number.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _missing("frame", "pandas") from error
    titles = _distinct_names(axes)
    levels = [pd.Index(_labels(axis), name=title) for axis, title in zip(axes, titles, strict=True)]
    columns = levels.pop() if len(levels) > 1 else pd.Index([name])
    table = read().reshape(prod(map(len, levels)), len(columns))
    if len(levels) > 1:
        return pd.DataFrame(table, pd.MultiIndex.from_product(levels), columns)
    return pd.DataFrame(table, levels[0] if levels else None, columns)


def labelled_array(
    read: Callable[[], np.ndarray], axes: Sequence[Axis], name: str, facts: Mapping[str, object]
) -> xr.DataArray:
    """The values with an axis of labels for each of theirs, and facts as attributes; raises MissingExtra."""
    try:
        import xarray as xr  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _missing("xarray", "xarray") from error
    titles = _distinct_names(axes)
    labels = {title: _labels(axis) for axis, title in zip(axes, titles, strict=True)}
    return xr.DataArray(read(), labels, titles, name, {key: fact for key, fact in facts.items() if fact is not None})


def _distinct_names(axes: Sequence[Axis]) -> list[str]:
    """The names of axes; of several that have one name, the later ones with a number: ``row``, ``row 2``."""
    names = [axis.name for axis in axes]
    before = [names[:at].count(name) for at, name in enumerate(names)]
    return [f"{name} {count + 1}" if count else name for name, count in zip(names, before, strict=True)]


def _labels(axis: Axis) -> np.ndarray:
    """The labels of all positions, each a text of its own, so that one that is long makes no other longer."""
    import numpy as np  # noqa: PLC0415 - opening a model needs none

    labels = (printable(short(label, 2 * NAME_LIMIT)) for label in _with_short_names(axis).all_labels())
    return np.fromiter(labels, object, axis.size)


def _with_short_names(axis: Axis) -> Axis:
    """The axis with names no longer than pages show them, since the label of every position repeats them."""
    origins = tuple(replace(origin, layer=short(origin.layer)) for origin in axis.origins)
    return replace(axis, source=None if axis.source is None else short(axis.source), origins=origins)


def _missing(method: str, extra: str) -> MissingExtra:
    """The error for a library that is not installed."""
    message = f"Weight.{method}() needs {extra}, which is not installed."
    return MissingExtra(message, f"Install the extra: pip install 'kerasinspect[{extra}]'")
