"""What a person gets wrong first on a command line, each with what was probably meant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kerasinspect.errors import RequestError
from kerasinspect.formats.contents import INDEX_OF_CHECKPOINT
from kerasinspect.formats.foreign_files import listed
from kerasinspect.names import LONGEST_SHOWN, alike, cut
from kerasinspect.platforms import command_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.errors import NotAModel

_PROGRAM = "kerasinspect"
_LONGEST_LINE = 200
"""Characters of a command line that is worth suggesting."""
_OF_PATHS = frozenset("./\\:*?[~")
"""Characters of paths, patterns and addresses, none of which is in the name of a command."""


def no_command(group: click.Group, words: Sequence[str]) -> RequestError:
    """The error for a line whose first word is not a command."""
    name = cut(words[0], LONGEST_SHOWN)
    if _is_location(words[0]):
        message = f"{name} is not a command: the command comes before the model."
        return RequestError(message, f"Probably meant: {_meant(group, words)}")
    if words[0] == "help":
        command = words[1] if words[1:] and words[1] in group.commands else ""
        meant = command_line([word for word in (_PROGRAM, command, "--help") if word])
        return RequestError("help is an option, not a command.", f"Probably meant: {meant}")
    near = alike(name.lower(), group.commands)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"The commands are {', '.join(_names(group))}."
    return RequestError(f"There is no command {name!r}.", f"{remedy} {_PROGRAM} --help says what each is for.")


def option_first(group: click.Group, option: str, words: Sequence[str]) -> RequestError | None:
    """The error for an option before the command; None where no command has it."""
    if not any(option in _options_of(command) for command in group.commands.values()):
        return None
    at = next((at for at, word in enumerate(words) if word in group.commands), None)
    meant = "" if at is None else command_line([_PROGRAM, *words[at:], *words[:at]])
    remedy = f"Probably meant: {meant}" if meant else f"Put it behind the model: {_PROGRAM} COMMAND MODEL {option}"
    return RequestError(f"The option {option} stands before the command.", remedy)


def several_models(context: click.Context, words: Sequence[str]) -> RequestError:
    """The error for a line with several models of a command that takes one."""
    missing = next((word for word in words[1:] if not os.path.lexists(word)), None)
    if missing is not None and os.path.lexists(words[0]):
        hint = "; a layer is chosen with --layer NAME" if "--layer" in _options_of(context.command) else ""
        message = f"{context.info_name} takes one model, and {cut(missing, LONGEST_SHOWN)} is one word too many."
        return RequestError(message, f"There is no such file{hint}.")
    message = f"{context.info_name} takes one model, and the line has {len(words):,}: {listed(words)}."
    return RequestError(message, f"Name one of them. {_taking_several(context)}".rstrip())


def layer_among(words: Sequence[str]) -> RequestError | None:
    """The error for a line that names a layer beside models: a word that is no file, written as no path is."""
    is_there = [os.path.lexists(word) for word in words]
    bare = (word for word, there in zip(words, is_there, strict=True) if not there and _OF_PATHS.isdisjoint(word))
    word = next(bare, None)
    if word is None or not any(is_there):
        return None
    name = cut(word, LONGEST_SHOWN)
    return RequestError(f"{name} does not exist.", f"A layer is chosen with --layer {name}.")


def model_that_is_missing(context: click.Context) -> NotAModel | None:
    """The error for the first model of a line that is not there, which is mended before how a file is written."""
    from kerasinspect.containers.sources import STANDARD_INPUT
    from kerasinspect.formats.locating.locations import paths_named
    from kerasinspect.formats.locating.missing import missing_model

    words = (word for word in models_given(context) if word != STANDARD_INPUT)
    paths = (path for word in words for path in paths_named(word))
    gone = (path for path in paths if not any(os.path.lexists(path + ending) for ending in ("", INDEX_OF_CHECKPOINT)))
    return next(map(missing_model, gone), None)


def models_given(context: click.Context) -> list[str]:
    """The models of a line, as they were typed."""
    given = (context.params.get(name) for name in _MODELS)
    return [word for some in given for word in ([some] if isinstance(some, str) else some or ())]


_MODELS = ("location", "locations", "old", "new", "model")
"""What commands call the models that they are given."""


def _taking_several(context: click.Context) -> str:
    """A sentence on the commands that take several models; nothing where the line is of no group."""
    group = None if context.parent is None else context.parent.command
    if not isinstance(group, click.Group):
        return ""
    *others, last = _names(group, takes_several) or [""]
    return f"Several are taken by {', '.join(others)} and {last}." if others else f"Several are taken by {last}."


def _meant(group: click.Group, words: Sequence[str]) -> str:
    """The command line that was probably meant by one that begins with a model."""
    named = next((word for word in words if word in group.commands), None)
    command = named or next(_fitting(group, words), "COMMAND")
    rest = list(words)
    if named:
        rest.remove(named)
    line = command_line([_PROGRAM, command, *rest])
    return line if len(line) <= _LONGEST_LINE else f"{_PROGRAM} {command} MODEL"


def _fitting(group: click.Group, words: Sequence[str]) -> Iterator[str]:
    """The commands that have all the options of a line, and take as many models."""
    asked = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    several = os.path.isdir(words[0]) or sum(map(os.path.exists, words)) > 1  # noqa: PTH112 - which never raises
    for name, command in group.commands.items():
        takes = takes_several(command) or (takes_one(command) and not several)
        if takes and asked <= _options_of(command):
            yield name


def takes_one(command: click.Command) -> bool:
    """Whether a command takes exactly one model."""
    names = {parameter.name for parameter in command.params}
    return "location" in names and "new" not in names


def takes_several(command: click.Command) -> bool:
    """Whether a command takes several models."""
    return any(parameter.name == "locations" for parameter in command.params)


def _names(group: click.Group, is_meant: Callable[[click.Command], bool] = lambda _: True) -> list[str]:
    """The names of commands, each once, in the order of ``--help``."""
    return list(dict.fromkeys(command.name or "" for command in group.commands.values() if is_meant(command)))


def _options_of(command: click.Command) -> set[str]:
    """Every way to write an option of a command."""
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def _is_location(word: str) -> bool:
    """Whether a word is meant for a model: it is there, or is written as no command is."""
    return word == "-" or not _OF_PATHS.isdisjoint(word) or os.path.lexists(word)
