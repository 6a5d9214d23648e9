"""What an address leads to: a file, a folder that is a model, or the prefix of a checkpoint."""

from __future__ import annotations

from contextlib import ExitStack, closing
from itertools import islice
from typing import TYPE_CHECKING

from kerasinspect.containers.remote.addresses import folder_address
from kerasinspect.containers.remote_folders import RemoteFolder
from kerasinspect.containers.sources import open_source
from kerasinspect.errors import NotAModel
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT
from kerasinspect.formats.foreign_files import NAME_A_MODEL, listed
from kerasinspect.formats.locating.folder_search import ends_as_model
from kerasinspect.formats.recognising import file_contents, folder_contents

if TYPE_CHECKING:
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits

_LOOKED_AT = 1_000
"""Names in a folder that a message chooses some of."""


def contents_at(address: str, limits: Limits, files: ExitStack) -> Contents:
    """The contents of what an address leads to, of a folder only where its name ends in a slash.

    Where no file is a model there, a folder may be, or a checkpoint with that prefix. Raises NotAModel where none is.
    """
    no_file = None
    if not address.endswith("/"):
        try:
            return _file_at(address, limits, files)
        except NotAModel as error:
            no_file = error
    folder = RemoteFolder(address, limits)
    try:
        contents = folder_contents(folder, limits, files)
        if contents is None and no_file is not None and not _is_there(folder, limits):
            return _file_at(folder_address(address) + INDEX_OF_CHECKPOINT, limits, files)
    except NotAModel:
        if no_file is None or _is_there(folder, limits):
            raise
        raise no_file from None
    if contents is None:
        raise _without_model(folder, limits)
    return contents


def _file_at(address: str, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a file, which is closed again where it is no model."""
    with ExitStack() as own:
        contents = file_contents(own.enter_context(closing(open_source(address))), limits, own)
        files.push(own.pop_all())
    return contents


def _is_there(folder: RemoteFolder, limits: Limits) -> bool:
    """Whether anything is in a folder whose machine says so."""
    try:
        return folder.lists and any(True for _ in folder.names(limits))
    except NotAModel:
        return False


def _without_model(folder: RemoteFolder, limits: Limits) -> NotAModel:
    """The error for a folder that is no model."""
    if not folder.lists:
        message = f"{folder} has none of the files that are in the folder of a model, and its server lists no others."
        return NotAModel(message, "Name a file in it.")
    names = sorted(islice(folder.names(limits), _LOOKED_AT))
    if not names:
        return NotAModel(f"{folder} does not exist, or is an empty folder.", "Check the address.")
    found = [name for name in names if ends_as_model(name) or name.endswith(INDEX_OF_CHECKPOINT)]
    if not found and not folder.folders:
        return NotAModel(f"{folder} is a folder without a Keras model: it holds {listed(names)}.", NAME_A_MODEL)
    message = f"{folder} is a folder, not a model: it holds {listed(found or names)}."
    return NotAModel(message, "Name one of them; list, stats, series, check and export take all that are models.")
