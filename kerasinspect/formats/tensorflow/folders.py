"""Folders that TensorFlow writes: a SavedModel, or checkpoints with a list that tells the newest."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.containers.sources import cannot_open, open_beside
from kerasinspect.formats.contents import SAVED_MODEL
from kerasinspect.formats.tensorflow.checkpoint import newest_index, read_checkpoint
from kerasinspect.formats.tensorflow.saved_model import read_saved_model
from kerasinspect.limits import Tally
from kerasinspect.platforms import system_path

if TYPE_CHECKING:
    from contextlib import ExitStack

    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits


def read_tensorflow_folder(folder: str, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a SavedModel, or of the newest checkpoint in a folder of them; None for any other folder."""
    if os.path.lexists(Path(folder, SAVED_MODEL)):
        return read_saved_model(folder, limits, files)
    index = newest_index(folder, _names_in(folder, limits))
    if index is None:
        return None
    source = files.enter_context(closing(open_beside(Path(folder), Path(index).name)))
    return read_checkpoint(source, limits, files)


def _names_in(folder: str, limits: Limits) -> set[str]:
    """The names in a folder; raises NotAModel where it cannot be listed, RefusedFile where it holds too many."""
    tally = Tally("folder_entries", limits.folder_entries, folder)
    names = set()
    try:
        with os.scandir(system_path(folder)) as entries:
            for entry in entries:
                tally.add()
                names.add(entry.name)
    except (OSError, ValueError) as error:
        raise cannot_open(folder, error) from error
    return names
