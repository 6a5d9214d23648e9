"""The names of exported arrays: the path of each weight, which tells it from all others, or nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.arguments import SELECTORS
from kerasinspect.errors import RequestError
from kerasinspect.names import LONGEST_SHOWN, cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kerasinspect.exporting.results import Exported
    from kerasinspect.model import Weight


def name_of(weight: Weight, location: str | None = None) -> str:
    """The path of a weight; where there are several models, behind the name of the file."""
    path = weight.path if weight.layer else weight.name  # a model's own weight, where nothing tells the model's name
    return path if location is None else f"{Path(location).name}/{path}"


def require_own_names(arrays: Iterable[Exported]) -> None:
    """Raise RequestError where two arrays would have one name.

    numpy takes ``.npy`` from the names of members, and some systems write a folder with another stroke.
    """
    taken: dict[str, Exported] = {}
    for exported in arrays:
        key = exported.name.replace("\\", "/").removesuffix(".npy")
        other = taken.setdefault(key, exported)
        if other is not exported:
            raise _namesakes(other, exported)


def _namesakes(first: Exported, second: Exported) -> RequestError:
    """The error for two arrays of one name, of one model or of two whose files are called the same."""
    if first.model is second.model:
        places = (first.weight.stored_path, second.weight.stored_path)
        remedy = f"Export them to files of their own, with {SELECTORS}."
    else:
        places = (f"one of {first.model.location}", f"one of {second.model.location}")
        remedy = "Export each model to a file of its own."
    name = cut(second.name, LONGEST_SHOWN)
    return RequestError(f'Two arrays would have the name "{name}": {" and ".join(places)}.', remedy)
