"""The models that a command line means: files, folders to search, and patterns that the shell did not expand."""

from __future__ import annotations

import re
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.errors import RefusedFile, RequestError
from kerasinspect.platforms import is_device
from kerasinspect.reading.keras_archive import CONFIG, WEIGHTS
from kerasinspect.reading.sharded import INDEX_ENDING
from kerasinspect.reading.sources import leads_out_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENDINGS = (".keras", ".h5", ".hdf5", ".h5f", INDEX_ENDING)
"""What names of models end in where a folder is searched; a file that is named is opened whatever its name."""

SHARD = re.compile(r"(.+)_\d{5}\.weights\.h5")


def find_models(names: Iterable[str]) -> tuple[str, ...]:
    """Every model that the names mean, once, in order.

    Raises RequestError for a folder or a pattern without a model, RefusedFile for a link out of a folder that is
    searched; a file that does not exist is for its reader to say.
    """
    return tuple(dict.fromkeys(path for name in names for path in models_of(name)))


def models_of(name: str) -> Iterator[str]:
    """The models that one name means."""
    if has_magic(name) and not is_device(name) and not exists(name):
        paths = sorted(glob(name, recursive=True))  # noqa: PTH207 - a path cannot expand an absolute pattern
        if not paths:
            raise RequestError(f"No file fits the pattern {name}.", "Check it, or name the files.")
        for path in paths:
            yield from models_of(path)
    elif exists(name) and Path(name).is_dir() and not Path(name, WEIGHTS).exists():
        found = [*models_in(Path(name))]
        if not found:
            endings = ", ".join(ENDINGS)
            raise RequestError(f"The folder {name} holds no saved model.", f"Names of models end in {endings}.")
        yield from found
    else:
        yield name


def paths_named(name: str) -> list[str]:
    """The files and folders that one name means: itself, or those that fit it where it is a pattern."""
    is_pattern = has_magic(name) and not is_device(name) and not exists(name)
    return glob(name, recursive=True) if is_pattern else [name]  # noqa: PTH207 - as above


def exists(name: str) -> bool:
    """Whether there is anything of that name; one that no file can have, or a device, is for the reader to refuse."""
    try:
        return not is_device(name) and Path(name).exists()
    except OSError:
        return False


def models_in(folder: Path) -> Iterator[str]:
    """The models in a folder and in those below it, sorted; shards count as one with their index.

    Raises RefusedFile for a link out of its folder: whoever made the folder would choose what is read.
    """
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(ENDINGS) and leads_out_of(path.parent, path):
            raise RefusedFile(f"{path} is a link out of its folder, which is not followed.", "Name the file itself.")
        shard = SHARD.fullmatch(path.name)
        belongs = shard and path.with_name(shard[1] + INDEX_ENDING).exists()
        if path.name == WEIGHTS and path.with_name(CONFIG).exists():
            yield str(path.parent)
        elif path.name.endswith(ENDINGS) and path.is_file() and not belongs:
            yield str(path)
