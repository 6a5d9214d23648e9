"""The models that an address means where it is a folder on another machine, or a pattern of names there.

Names come a page at a time, however many there are; only those are held that may be models, or parts of some.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from kerasinspect.containers.remote.listing import files_below
from kerasinspect.containers.remote_folders import RemoteFolder
from kerasinspect.errors import FailedRead, NotAModel, RequestError
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT, ORBAX, SAVED_MODEL
from kerasinspect.formats.keras_folder import describes_model
from kerasinspect.formats.locating.folder_search import (
    ENDINGS,
    OF_SAVED_MODEL,
    PARTS,
    Location,
    ends_as_model,
    is_checkpoint,
    models_among,
)
from kerasinspect.formats.orbax_checkpoint import is_unfinished
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from kerasinspect.limits import Limits

_MAGIC = re.compile(r"[*?\[]")
_PATTERN_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|[^*?\[]+|.", re.DOTALL)
_DATA = re.compile(r"\.data-00000-of-\d{5}$")
"""What the name of the first data file of a checkpoint ends in."""
_NAMELESS = "\0"
"""Stands for a first folder without a name, so that it is another one than none; no key has one."""
_WEB = ("http://", "https://")
"""What a question mark means there is a query, and where nothing is listed."""


def models_at(address: str, limits: Limits) -> list[Location]:
    """The models that an address means: itself, those in a folder, or what fits a pattern and lies in folders that do.

    A name that may be that of a folder is asked for. Raises RequestError where there is none, NotAModel where a folder
    cannot be listed, RefusedFile for more names or models than the limits allow.
    """
    is_web = address.lower().startswith(_WEB)
    magic = None if is_web else _MAGIC.search(address)
    if is_web or (magic is None and not address.endswith("/") and not _is_folder(address)):
        return [Location(address)]
    folder = address.removesuffix("/") if magic is None else address[: address.rindex("/", 0, magic.start())]
    fits = None if magic is None else re.compile(_expression(address[len(folder) + 1 :]), re.DOTALL)
    found = _models_below(folder, _Search(fits), limits)
    if found:
        return sorted(found, key=lambda location: location.path.replace("/", "\0"))
    if magic is None and is_unfinished(RemoteFolder(folder, limits), limits):
        return [Location(folder)]
    what = "No file fits the pattern" if magic else "No saved model is in the folder"
    raise RequestError(f"{what} {address}.", f"Names of models end in {', '.join(ENDINGS)}.")


def _is_folder(address: str) -> bool:
    """Whether something is in a folder of this name, unless it is that of a model in one file."""
    if ends_as_model(address):
        return False
    try:
        return next(files_below(address), None) is not None
    except (NotAModel, FailedRead, RequestError):  # which is for its reader to say
        return False


@dataclass(slots=True)
class _Search:
    """What is held of the names that were listed."""

    fits: re.Pattern[str] | None
    """The pattern, from the folder that it begins in; None where all of that is searched."""
    named: list[str] = field(default_factory=list)
    """Files that fit the pattern, whatever they are called."""
    tops: set[str] = field(default_factory=set)
    """Folders that fit the pattern, which are searched."""
    inside: dict[str, set[str]] = field(default_factory=dict)
    """By folder, the names that models and parts of some bear."""
    bearing: set[str] = field(default_factory=set)
    """Folders that bear the name of a model."""

    def add(self, path: str) -> None:
        """Take in a file."""
        folder, _, name = _told(path).rpartition("/")
        above = _around(folder)
        if self.fits is None:
            self.tops.add("")
        else:
            self.tops.update(filter(self.fits.fullmatch, above))
            if self.fits.fullmatch(path):
                self.named.append(_told(path))
        if self.tops.isdisjoint(above):
            return
        self.bearing.update(filter(ends_as_model, above))
        if _matters(name):
            self.inside.setdefault(folder, set()).add(name)


def _matters(name: str) -> bool:
    """Whether a file of this name is a model or tells of one."""
    is_named = ends_as_model(name) or name.endswith(INDEX_OF_CHECKPOINT)
    return is_named or name in PARTS or name == ORBAX or _DATA.search(name) is not None


def _around(folder: str) -> list[str]:
    """A folder and those that it lies in, from the outermost on, which has no name."""
    return ["", *accumulate(folder.split("/"), "{}/{}".format)] if folder else [""]


def _models_below(address: str, search: _Search, limits: Limits) -> list[Location]:
    """The models in a folder that a search finds, in no order, each once."""
    entries = Tally("folder_entries", limits.folder_entries, address)
    models = Tally("found_models", limits.found_models, address)
    for path in files_below(address):
        entries.add()
        search.add(path)
    found = {}
    for place in (*search.named, *_models_in(address, search, limits)):
        if place not in found:
            models.add()
            found[place] = Location(_address_of(address, place))
    return [*found.values(), *(Location(_address_of(address, place)) for place in _empty(search.bearing, found))]


def _models_in(address: str, search: _Search, limits: Limits) -> Iterator[str]:
    """The places of models, a folder that is one before those below it."""
    stores: set[str] = set()
    own: set[str] = set()
    for folder in sorted(search.inside):
        above, names = _around(folder), search.inside[folder]
        if not (stores.isdisjoint(above) and own.isdisjoint(above)):
            continue
        data = set(filter(_DATA.search, names))
        if ORBAX in names:
            stores.add(folder)
        elif SAVED_MODEL in names:
            own.update(_joined(folder, name) for name in OF_SAVED_MODEL)
        is_described = partial(describes_model, RemoteFolder(_address_of(address, folder), limits), limits)
        for name in models_among(names - data, is_described, is_top=folder in search.tops):
            place = _joined(folder, name)
            if not name.endswith(INDEX_OF_CHECKPOINT):
                yield place
            elif _has_data(name, data) or is_checkpoint(_address_of(address, place)):
                yield place.removesuffix(INDEX_OF_CHECKPOINT)


def _has_data(index: str, data: Iterable[str]) -> bool:
    """Whether a data file is beside what is called the index of a checkpoint, so that it need not be looked into."""
    stem = index.removesuffix(INDEX_OF_CHECKPOINT)
    return any(name.startswith(f"{stem}.data-") and _DATA.sub("", name) == stem for name in data)


def _empty(folders: Iterable[str], found: Collection[str]) -> Iterator[str]:
    """The folders that bear a model's name and hold none of those that are found."""
    around = {folder for place in found for folder in _around(place)}
    return (folder for folder in sorted(folders) if folder not in around)


def _joined(folder: str, name: str) -> str:
    """The path of a name in a folder, either of which may be empty."""
    return f"{folder}/{name}" if folder and name else folder or name


def _told(path: str) -> str:
    """The path of a file, by which one in a first folder without a name is told from one in none."""
    return f"{_NAMELESS}{path}" if path.startswith("/") else path


def _address_of(address: str, place: str) -> str:
    """The address of a place below a folder; a folder without a name ends in a slash of its own and another one."""
    whole = _joined(address, place).replace(_NAMELESS, "")
    return f"{whole}/" if place.endswith(("/", _NAMELESS)) else whole


def _expression(pattern: str) -> str:
    """The regular expression of a pattern: ``*`` and ``?`` stand for no slash, ``**`` for any number of folders."""
    return "".join(map(_part, _PATTERN_PARTS.findall(pattern)))


def _part(text: str) -> str:
    """The regular expression of a piece of a pattern."""
    if text == "**/":
        return "(?:.*/)?"
    if text == "**":
        return ".*"
    if text == "*":
        return "[^/]*"
    if text == "?":
        return "[^/]"
    if text.startswith("[") and len(text) > 2:  # noqa: PLR2004 - more than a bracket that stands for itself
        inside = text[1:-1].replace("\\", "\\\\")
        return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(text)
