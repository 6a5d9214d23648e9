"""The group of all commands: lists them by what they are for, and answers command lines that name none of them."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.errors import RequestError

_PROGRAM = "kerasinspect"
_LONGEST_LINE = 200
"""Characters of a command line that is worth suggesting."""
_OF_PATHS = frozenset("./\\:*?[~")
"""Characters of paths, patterns and addresses, none of which is in the name of a command."""
_MARGINS = 6
"""Columns around the names of commands in ``--help``."""


class CommandGroups(click.Group):
    """All commands, in the groups of ``--help``; another name for one of them is not listed."""

    def __init__(
        self, *, groups: Mapping[str, Sequence[click.Command]], aliases: Mapping[str, str], **settings: object
    ) -> None:
        """Take the commands under the titles of their groups, and other names for some of them."""
        super().__init__(**settings)  # type: ignore[arg-type]
        self.groups = groups
        for command in chain.from_iterable(groups.values()):
            self.add_command(command)
        for alias, name in aliases.items():
            self.add_command(self.commands[name], alias)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands of each group under its title, all groups in line."""
        del ctx
        longest = max(len(command.name or "") for command in self._listed())
        for title, commands in self.groups.items():
            with formatter.section(title):
                room = formatter.width - _MARGINS - longest
                rows = [(f"{command.name:<{longest}}", command.get_short_help_str(room)) for command in commands]
                formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command; raises RequestError for an option that belongs behind it."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            owner = next((command for command in self._listed() if error.option_name in _options_of(command)), None)
            if owner is None or ctx.resilient_parsing:
                raise
            raise _option_first(error.option_name) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that a line names first; raises RequestError with what was probably meant where it is none."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            raise self._no_command(args)
        return super().resolve_command(ctx, args)

    def _listed(self) -> Iterator[click.Command]:
        """Every command once, in the order of ``--help``."""
        return chain.from_iterable(self.groups.values())

    def _no_command(self, args: Sequence[str]) -> RequestError:
        """The error for a first argument that is no command."""
        from kerasinspect.errors import RequestError
        from kerasinspect.names import LONGEST_SHOWN, alike, cut

        name = cut(args[0], LONGEST_SHOWN)
        if _is_location(args[0]):
            line = self._meant(args)
            return RequestError(f"{name} is no command; the command comes before the model.", f"Probably meant: {line}")
        near = alike(name.lower(), self.commands)
        every = ", ".join(command.name or "" for command in self._listed())
        remedy = f"Did you mean {' or '.join(near)}?" if near else f"The commands are {every}."
        return RequestError(f"There is no command {name!r}.", f"{remedy} {_PROGRAM} --help says what each is for.")

    def _meant(self, args: Sequence[str]) -> str:
        """The command line that was probably meant by one that begins with a model."""
        from kerasinspect.platforms import command_line

        named = next((name for name in args if name in self.commands), None)
        command = named or self._command_for(args)
        rest = list(args)
        if named:
            rest.remove(named)
        line = command_line([_PROGRAM, command, *rest])
        return line if len(line) <= _LONGEST_LINE else f"{_PROGRAM} {command} MODEL"

    def _command_for(self, args: Sequence[str]) -> str:
        """The first command that has all the options of a line, and takes as many models."""
        asked = {argument.partition("=")[0] for argument in args if argument.startswith("-") and argument != "-"}
        several = os.path.isdir(args[0]) or sum(map(os.path.exists, args)) > 1  # noqa: PTH112 - which never raises
        fitting = (
            command.name
            for command in self._listed()
            if asked <= _options_of(command) and (takes_several(command) or (takes_one(command) and not several))
        )
        return next(filter(None, fitting), "COMMAND")


def takes_one(command: click.Command) -> bool:
    """Whether a command takes exactly one model."""
    return any(parameter.name == "location" for parameter in command.params)


def takes_several(command: click.Command) -> bool:
    """Whether a command takes several models."""
    return any(parameter.name == "locations" for parameter in command.params)


def _options_of(command: click.Command) -> set[str]:
    """Every way to write an option of a command."""
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def _is_location(name: str) -> bool:
    """Whether a word is meant for a model: it is there, or is written as no command is."""
    return name == "-" or not _OF_PATHS.isdisjoint(name) or os.path.lexists(name)


def _option_first(option: str) -> RequestError:
    """The error for an option that stands before the command."""
    from kerasinspect.errors import RequestError

    return RequestError(
        f"The option {option} stands before the command.",
        f"Put it behind the model: {_PROGRAM} COMMAND MODEL {option}",
    )
