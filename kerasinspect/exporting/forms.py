"""THE table of what arrays can be exported as: how each form is written, and what it refuses."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from kerasinspect.arguments import choice_of, in_python
from kerasinspect.errors import RequestError
from kerasinspect.exporting.csv import require_short_names, write_csv
from kerasinspect.exporting.json import write_json
from kerasinspect.exporting.npy import require_members, require_one, write_npy, write_npz
from kerasinspect.exporting.results import FormName
from kerasinspect.exporting.safetensors import require_readable, require_safetensors, write_safetensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from kerasinspect.exporting.results import Exported


def _anything(_: Sequence[Exported]) -> None:
    """Refuse nothing."""


class _Form(NamedTuple):
    """One form."""

    write: Callable[[Sequence[Exported], BinaryIO], None]
    """Writes all arrays to a stream."""
    require: Callable[[Sequence[Exported]], None] = _anything
    """Raises RequestError, before anything is written or read, for what the form cannot hold."""
    prove: Callable[[Sequence[Exported], Path], None] | None = None
    """Reads the written file with the library that it is for."""
    has_small_floats: bool = False
    """Whether bfloat16 and 8-bit floats stay what they are."""
    hashes: Literal["always", "asked", "never"] = "never"
    """Whether the file has the digests of arrays: where text is made of each number they cost nothing more."""


_FORMS: Mapping[FormName, _Form] = {
    "npz": _Form(write_npz, require_members),
    "npy": _Form(write_npy, require_one),
    "safetensors": _Form(
        write_safetensors, require_safetensors, require_readable, has_small_floats=True, hashes="asked"
    ),
    "csv": _Form(write_csv, require_short_names, has_small_floats=True),
    "json": _Form(write_json, has_small_floats=True, hashes="always"),
}

FORM_NAMES: tuple[FormName, ...] = get_args(FormName)
"""What arrays can be exported as."""


def form_of(name: FormName) -> _Form:
    """The form of that name; raises RequestError where there is none."""
    choice_of("form", name, FORM_NAMES)
    return _FORMS[name]


def form_of_path(path: str) -> FormName:
    """The form that the ending of a file's name means; raises RequestError where it means none."""
    ending = PurePath(path).suffix.lower()
    found = next((name for name in FORM_NAMES if ending == f".{name}"), None)
    if found is None:
        known = ", ".join(f".{name}" for name in FORM_NAMES)
        message = f"The ending of {path} does not say what to write: known are {known}."
        raise RequestError(message, f"Give the file one of these endings, or say --format{in_python('form')}.")
    return found
