"""The command ``kerasinspect``, and the one place where errors become sentences and exit statuses.

Command modules import click and nothing else that takes time; what does the work is imported when it is called, so
that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from io import StringIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kerasinspect import __version__
from kerasinspect.commands.check import check
from kerasinspect.commands.comparison.diff import diff
from kerasinspect.commands.comparison.series import series
from kerasinspect.commands.completion import VARIABLE
from kerasinspect.commands.completion.command import completion
from kerasinspect.commands.export import export
from kerasinspect.commands.list import list_weights
from kerasinspect.commands.lock import lock
from kerasinspect.commands.rules import rules
from kerasinspect.commands.show import show
from kerasinspect.commands.stats import stats
from kerasinspect.commands.summary import summary
from kerasinspect.commands.training import training
from kerasinspect.commands.verify import verify
from kerasinspect.errors import InspectError, RefusedFile, RequestError
from kerasinspect.output.consoles import complain, fails, make_lenient, open_streams, silence
from kerasinspect.output.display import Display, complain_in, progress_shown
from kerasinspect.platforms import is_closed_pipe
from kerasinspect.writing import PipeClosed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_GROUPS = {
    "Look": (list_weights, show, summary, stats, training),
    "Compare": (diff, series),
    "Guard": (check, lock, rules, verify),
    "Take out": (export,),
    "Set up": (completion,),
}
"""Every command, in the order and under the titles of ``--help``."""

_ALIASES = {"ls": "list"}
"""Shorter names for commands."""

_INTERRUPTED, _PIPE_CLOSED = 130, 141
"""Exit statuses that a shell gives to a program stopped by Ctrl-C, or by the end of a pipe."""


_MARGINS = 6
"""Columns around the names of commands in ``--help``."""


class _CommandGroups(click.Group):
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
        """Write the commands of each group under its title, those of all groups in line."""
        del ctx
        longest = max(map(len, self.commands))
        room = formatter.width - _MARGINS - longest
        for title, commands in self.groups.items():
            with formatter.section(title):
                formatter.write_dl([(f"{one.name:<{longest}}", one.get_short_help_str(room)) for one in commands])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command; raises RequestError for an option that belongs behind it."""
        words = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from kerasinspect.commands.mistakes import option_first

            if misplaced := option_first(self, error.option_name, words):
                raise misplaced from None
            raise

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what a command gives
        """Run the command that is asked for, and show how far it has come where that takes long."""
        with progress_shown(ctx.ensure_object(Display)):  # ends before click writes anything about Ctrl-C
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that a line names first; raises RequestError with what was probably meant where it is none."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            from kerasinspect.commands.mistakes import no_command

            raise no_command(self, args)
        return super().resolve_command(ctx, args)


@click.group(
    cls=_CommandGroups, groups=_GROUPS, aliases=_ALIASES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def cli() -> None:
    """Show what every array in a saved Keras model is, without Keras or TensorFlow."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status."""
    raise SystemExit(run_as_program(arguments))


def run_as_program(arguments: Sequence[str] | None = None) -> int:
    """Run the command line with standard streams that may be closed, lack characters or fail; give the exit status.

    A shell that completes a line is answered instead.
    """
    open_streams()
    make_lenient()
    question = os.environ.get(VARIABLE)
    status = run(arguments) if question is None else _answer(question)
    for stream in (sys.stdout, sys.stderr):
        if fails(stream):
            silence(stream)
    return status


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit status."""
    display = Display()
    try:
        status = cli.main(args=arguments, prog_name="kerasinspect", standalone_mode=False, obj=display)
        sys.stdout.flush()
    except InspectError as error:
        return _complain(error, display)
    except MemoryError:
        lacking = RefusedFile("There is not enough memory for this.", "Ask for less at once, or give it more.")
        return _complain(lacking, display)
    except click.ClickException as error:
        return _complain_of_usage(error, display)
    except click.Abort:
        return _INTERRUPTED
    except (OSError, PipeClosed, SystemExit) as error:
        return _output_failed(error, display)
    return status if isinstance(status, int) else 0


def _answer(question: str) -> int:
    """Write what may come next on a shell's line; give the exit status."""
    from kerasinspect.commands.completion.shells import answer

    return answer(cli, question)


def _output_failed(error: OSError | PipeClosed | SystemExit, display: Display) -> int:
    """The exit status where standard output takes no more; any other error is a bug, and raised again.

    All but help and the last of what waits says so itself. Where nobody reads its help, click leaves by SystemExit.
    """
    if not isinstance(error, OSError) or is_closed_pipe(error):
        silence(sys.stdout)
        return _PIPE_CLOSED
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code not in {click.echo.__code__, run.__code__}:
        raise error
    message = f"Cannot write to standard output: {error.strerror or error}."
    return _complain(RequestError(message, "Write to a file with -o."), display)


def _complain_of_usage(error: click.ClickException, display: Display) -> int:
    """Write how the command is used and what is wrong, in click's words; give the exit status."""
    words = StringIO()
    error.show(words)
    said = words.getvalue().rstrip("\n")
    wrong = f"Error: {error.format_message()}"
    if said.endswith(wrong):
        complain(said.removesuffix(f"\n{wrong}"))
        complain_in(display, " ".join(map(str.strip, wrong.split("\n"))), "error")
    else:  # help, where no command is given
        complain(said)
    return error.exit_code


def _complain(error: InspectError, display: Display) -> int:
    """Write what is wrong, and on the next lines what to do, safe to show; give the exit status."""
    from kerasinspect.shown.escaping import visible

    complain_in(display, f"kerasinspect: {visible(error.message)}", "error")
    for line in _aligned(error.details):
        complain(f"  {line}")
    if error.remedy:
        complain(f"  {visible(error.remedy)}")
    return error.exit_status


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, safe to show, with what follows their first cells in line."""
    from kerasinspect.shown.escaping import NAME_LIMIT, columns_of, visible

    shown = [[visible(cell, NAME_LIMIT) for cell in row] for row in rows]
    width = max((columns_of(row[0]) for row in shown), default=0)
    for first, *others in shown:
        yield "  ".join([first + " " * (width - columns_of(first)), *others]).rstrip()
