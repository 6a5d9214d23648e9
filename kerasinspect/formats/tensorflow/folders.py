"""Folders that TensorFlow writes: a SavedModel, or checkpoints with a list that tells the newest."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from kerasinspect.formats.contents import SAVED_MODEL
from kerasinspect.formats.tensorflow.checkpoint import newest_index, read_checkpoint
from kerasinspect.formats.tensorflow.saved_model import read_saved_model

if TYPE_CHECKING:
    from contextlib import ExitStack

    from kerasinspect.containers.folders import Folder
    from kerasinspect.formats.contents import Contents
    from kerasinspect.limits import Limits


def read_tensorflow_folder(folder: Folder, limits: Limits, files: ExitStack) -> Contents | None:
    """The contents of a SavedModel, or of the newest checkpoint in a folder of them; None for any other folder."""
    if folder.has(SAVED_MODEL):
        return read_saved_model(folder, limits, files)
    index = newest_index(folder, limits)
    return None if index is None else read_checkpoint(files.enter_context(closing(folder.source(index))), limits, files)
