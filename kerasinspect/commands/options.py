"""The options that several commands share, so that the same words mean the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

import click

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., Any]")

MODEL = click.argument("location", metavar="MODEL")

LAYER = click.option(
    "--layer",
    "layers",
    multiple=True,
    metavar="NAME",
    help="Only this layer: its name, its path (outer/inner) or a glob. May be given several times.",
)

WEIGHT = click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="NAME",
    help="Only this weight: kernel, bias, ..., or a glob. May be given several times.",
)

FORMAT = click.option(
    "--format", "format_name", type=click.Choice(["table", "json"]), default="table", help="Default: table."
)

ReportForm: TypeAlias = Literal["text", "json", "junit", "sarif", "github", "markdown"]

REPORT_FORMS: tuple[ReportForm, ...] = get_args(ReportForm)
"""What a report of ``check`` can be written as."""

OUTPUT = click.option(
    "-o", "--output", metavar="FILE", help="Write to this file, which is there as a whole or not at all."
)

LIMITS = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help="Raise a limit that a message names. May be given several times.",
)

QUIET = click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")


def options(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """One decorator for several options, in the order in which ``--help`` lists them."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate
