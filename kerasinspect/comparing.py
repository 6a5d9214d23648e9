"""Compares saved models, file against file: opens both, says what differs, and closes them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.models import compare_models, compare_with_itself
from kerasinspect.analysis.comparison.results import ComparisonOptions
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.comparison.results import Diff, Matching


def compare(  # noqa: PLR0913 - the options of the command
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    pairs: Mapping[str, str] | None = None,
    matching: Matching = "auto",
    rtol: float = 1e-5,
    atol: float = 1e-8,
    spectral: bool = False,
    limits: Limits = DEFAULT,
) -> Diff:
    """What differs between two saved models, of whatever formats; where both are one file, none of its values is read.

    ``pairs`` has paths of layers of the new model by those of the old one, which are pairs in any case. Both models are
    closed when it returns: figures are there, values are not.

    Raises what ``open_model`` raises, and RequestError where ``pairs`` names a layer that is not there.
    """
    options = ComparisonOptions(pairs or {}, matching, rtol, atol, spectral)
    with open_model(old, limits) as before:
        if _are_one_file(old, new):
            return compare_with_itself(before)
        with open_model(new, limits) as after:
            return compare_models(before, after, options)


def _are_one_file(old: str | os.PathLike[str], new: str | os.PathLike[str]) -> bool:
    """Whether two names lead to the same file or folder."""
    with suppress(OSError):
        return os.path.samefile(old, new)  # noqa: PTH121 - either may be a text
    return False
