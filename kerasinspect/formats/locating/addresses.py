"""The models that an address means where it is a folder on another machine, or a pattern of names there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.errors import RequestError
from kerasinspect.formats.locating.folder_search import ENDINGS, Location
from kerasinspect.limits import Tally

if TYPE_CHECKING:
    from kerasinspect.limits import Limits

_MAGIC = re.compile(r"[*?\[]")
_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|\[!?[^\]/]+\]|[^*?\[]+|.", re.DOTALL)
_WEB = ("http://", "https://")
"""What a question mark means there is a query."""


def models_at(address: str, limits: Limits) -> list[Location]:
    """The models that an address means: itself, those in a folder, whose name ends in ``/``, or what fits a pattern.

    Raises RequestError where there is none, NotAModel where a folder cannot be listed, RefusedFile for more names or
    models than the limits allow.
    """
    magic = None if address.lower().startswith(_WEB) else _MAGIC.search(address)
    if magic is None and not address.endswith("/"):
        return [Location(address)]
    from kerasinspect.containers.remote.transport import files_below  # noqa: PLC0415 - most models are files here

    folder = address if magic is None else address[: address.rindex("/", 0, magic.start()) + 1]
    fits = re.compile(".*" if magic is None else _expression(address), re.DOTALL)
    entries = Tally("folder_entries", limits.folder_entries, address)
    models = Tally("found_models", limits.found_models, address)
    found = []
    for name in files_below(folder):
        entries.add()
        if fits.fullmatch(name) and (magic or name.lower().endswith(ENDINGS)):
            models.add()
            found.append(Location(name))
    if not found:
        what = "No file fits the pattern" if magic else "No saved model is in the folder"
        raise RequestError(f"{what} {address}.", f"Names of models end in {', '.join(ENDINGS)}.")
    return found


def _expression(pattern: str) -> str:
    """The regular expression of a pattern: ``*`` and ``?`` stand for no slash, ``**`` for any number of folders."""
    return "".join(map(_part, _PARTS.findall(pattern)))


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
