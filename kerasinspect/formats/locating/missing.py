"""What was probably meant by a path that leads to nothing: a name like it, or something that is no path."""

from __future__ import annotations

import os
from glob import has_magic
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import is_folder
from kerasinspect.errors import NotAModel
from kerasinspect.formats.foreign_files import listed
from kerasinspect.formats.locating.folder_search import ENDINGS
from kerasinspect.names import LONGEST_SHOWN, alike
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LOOKED_AT = 2_000
"""Names in a folder that are compared with one that is not there."""
_FOLDERS_LOOKED_INTO = 100
"""Folders below in which a file of the very name is looked for."""
_SUGGESTED = 3
"""Names that a message suggests at most."""

_FILE = "file://"
_AROUND = " \t\r\n'\""
"""What scripts leave around a name: quotes within quotes, the end of a line of Windows."""


def missing_model(path: str) -> NotAModel:
    """The error for the path of a model that leads to nothing, with what was probably meant."""
    if path.lower().startswith(_FILE):
        return NotAModel(f"{path} is the address of a file, not its path.", f"Name the path: {path[len(_FILE) :]}")
    return NotAModel(f"{path} does not exist.", _what_was_meant(path))


def _what_was_meant(path: str) -> str:
    """A sentence that says what was probably meant by a path that leads to nothing."""
    home = os.path.expanduser(path)  # noqa: PTH111 - pathlib raises errors where there is no home
    if home != path and os.path.lexists(home):
        return f"In quotes the shell leaves ~ as it is: name {home}."
    slashed = path.replace("\\", "/")
    if slashed != path and os.path.lexists(slashed):
        return f"Did you mean {slashed}?"
    gone = Path(path)
    while not is_folder(str(gone.parent)) and gone.parent != gone:
        gone = gone.parent
    if gone == Path(path):
        return _near_file(gone)
    folders = _like(gone.name, (entry.name for entry in _entries(gone.parent) if entry.is_dir()))
    return f"There is no folder {gone}. {_suggestion(gone.parent, folders)}".rstrip()


def why_nothing_fits(pattern: str) -> str:
    """A sentence on a pattern that nothing fits: its folder is not there, or what is."""
    folder = Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts))
    return _models_in(folder) if is_folder(str(folder)) else _what_was_meant(str(folder / "*"))


def _models_in(folder: Path) -> str:
    """A sentence that lists the files in a folder that bear the name of a model."""
    models = [entry.name for entry in _entries(folder) if entry.name.lower().endswith(ENDINGS)]
    return f"The models there are {listed(models)}." if models else "Check the path."


def _near_file(path: Path) -> str:
    """What in the folder of a path, or right below it, has such a name; else which models are there."""
    entries = _entries(path.parent)
    folders = islice((entry.name for entry in entries if entry.is_dir()), _FOLDERS_LOOKED_INTO)
    below = (os.path.join(folder, path.name) for folder in folders)  # noqa: PTH118 - a text, as names are
    moved = [name for name in below if os.path.lexists(path.parent / name)]
    near = moved or _like(path.name, (entry.name for entry in entries))
    return _suggestion(path.parent, near) or _models_in(path.parent)


def _suggestion(folder: Path, names: Sequence[str]) -> str:
    """A question that suggests a few names in a folder; nothing where there are none."""
    if len(names) <= 1:
        return "".join(f"Did you mean {folder / name}?" for name in names)
    *others, last = names[:_SUGGESTED]
    place = "" if folder == Path() else f" in {folder}"
    return f"Did you mean {', '.join(others)} or {last}{place}?"


def _like(name: str, names: Iterable[str]) -> list[str]:
    """The names most like one that is not there; those alone that differ from it in letter case or ending only.

    Of names that are as much like it, those with its ending come first.
    """
    known: dict[str, list[str]] = {}
    for other in names:
        known.setdefault(_stem(other), []).append(other)
    stem = _stem(name)
    stems = [stem] if stem in known else alike(stem[:LONGEST_SHOWN], known)
    ending = Path(name).suffix.lower()
    return [
        other for one in stems for other in sorted(known[one], key=lambda other: not other.lower().endswith(ending))
    ]


def _stem(name: str) -> str:
    """A name in small letters, without what all names of models end in and what scripts leave around them."""
    plain = name.lower().strip(_AROUND)
    return next((plain.removesuffix(ending) for ending in ENDINGS if plain.endswith(ending)), plain)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """What is in a folder, as far as it is looked at; nothing where it cannot be listed."""
    try:
        with os.scandir(system_path(str(folder))) as entries:
            return sorted(islice(entries, _LOOKED_AT), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return []
