"""Opens saved models: ``open_model`` reads the contents of a file or folder and gives them their meaning."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from typing import TYPE_CHECKING

from kerasinspect.arguments import path_of
from kerasinspect.assembly import assemble
from kerasinspect.containers.sources import (
    STANDARD_INPUT,
    is_address,
    is_folder,
    open_source,
    path_in_words,
    refuse_device,
)
from kerasinspect.errors import NotAModel
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT
from kerasinspect.formats.recognising import file_contents, folder_contents
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.model import Model
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from kerasinspect.containers.sources import Source
    from kerasinspect.formats.contents import Container, Contents


def open_model(
    location: str | os.PathLike[str], limits: Limits = DEFAULT, *, config: str | os.PathLike[str] | None = None
) -> Model:
    """Open a saved Keras model: a file, an unpacked archive, a SavedModel, a checkpoint, or an index of shards.

    What it is comes from its content, never from its name; ``-`` is standard input, where that is a file. Values are
    read when they are asked for, so keep the model open (it is a context manager) while you use them. ``config`` is a
    file that ``model.to_json()`` wrote, or the ``config.json`` of an archive: it is joined to a file of weights alone.

    Raises NotAModel for what is no Keras model, DamagedFile for one that is broken, RefusedFile where reading on would
    pass one of the ``limits`` or leave the file, and RequestError for a ``config`` of another model.
    """
    return open_with_container(location, limits, config=config)[0]


def opened(model: Model | str | os.PathLike[str], limits: Limits = DEFAULT) -> AbstractContextManager[Model]:
    """A model that is open and stays so, or one that is closed at the end; raises what ``open_model`` raises."""
    return nullcontext(model) if isinstance(model, Model) else open_model(model, limits)


def open_with_container(
    location: str | os.PathLike[str], limits: Limits = DEFAULT, *, config: str | os.PathLike[str] | None = None
) -> tuple[Model, Container]:
    """Open a saved model with the parsed file or files that it was read from; raises what ``open_model`` raises.

    Whatever a reader opens goes on one stack of files, which the model closes, or any error on the way.
    """
    path = path_of(location)
    refuse_device(path)
    begin("opening", file=path_in_words(path))
    with ExitStack() as files:
        if is_address(path):
            from kerasinspect.formats.locating.remote_models import contents_at  # noqa: PLC0415 - most models are here

            contents = contents_at(path, limits, files)
        elif path != STANDARD_INPUT and is_folder(path):
            contents = _folder(path, limits, files)
        else:
            contents = file_contents(files.enter_context(closing(_named_file(path))), limits, files)
        model = assemble(contents, limits) if config is None else _joined(contents, path_of(config), limits)
        model = replace(model, checksum=contents.checksum, close=files.pop_all().close)
        begin("reading")
        return model, contents.container


def _joined(contents: Contents, config: str, limits: Limits) -> Model:
    """The model of weights and of a config in a file of its own; raises RequestError where the two do not fit."""
    from kerasinspect.assembly.fitting import require_fit  # noqa: PLC0415 - most models have their config
    from kerasinspect.formats.locating.joined_config import with_joined_config  # noqa: PLC0415 - as above

    model = assemble(with_joined_config(contents, config, limits), limits)
    require_fit(model, config)
    return model


def _folder(path: str, limits: Limits, files: ExitStack) -> Contents:
    """The contents of a folder; raises NotAModel, with the models in it, for one that is none."""
    from kerasinspect.containers.folders import LocalFolder  # noqa: PLC0415 - most models are files

    contents = folder_contents(LocalFolder(path), limits, files)
    if contents is None:
        from kerasinspect.formats.locating.folders import diagnose_folder  # noqa: PLC0415 - most folders are models

        raise diagnose_folder(path, limits)
    return contents


def _named_file(path: str) -> Source:
    """The file that a user names; where there is nothing, the error says what was probably meant."""
    if path == STANDARD_INPUT:
        from kerasinspect.containers.standard_input import open_standard_input  # noqa: PLC0415 - most models are files

        return open_standard_input()
    if not path:
        raise NotAModel("The name of the model is empty.", "Name a saved model; a variable of the shell may be empty.")
    try:
        return open_source(path)
    except NotAModel as error:
        if not isinstance(error.__cause__, FileNotFoundError) or os.path.lexists(path):
            raise
        if os.path.lexists(path + INDEX_OF_CHECKPOINT):
            return open_source(path + INDEX_OF_CHECKPOINT)
        from kerasinspect.formats.locating.missing import missing_model  # noqa: PLC0415 - most names are right

        raise missing_model(path) from error
