"""Runs a command: the one place where errors become sentences and exit statuses.

Command modules import click and nothing else that takes time; what does the work is imported when it is called.
"""

from __future__ import annotations

import sys
from io import StringIO
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.program.group import cli
from kerasinspect.errors import InspectError, PipeClosed, RefusedFile, RequestError
from kerasinspect.output.consoles import complain, silence
from kerasinspect.output.display import Display, complain_in
from kerasinspect.platforms import is_closed_pipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_INTERRUPTED, _PIPE_CLOSED = 130, 141
"""Exit statuses that a shell gives to a program stopped by Ctrl-C, or by the end of a pipe."""


def run_command(arguments: Sequence[str] | None) -> int:
    """Run a command line, that of the process where none is given; give the exit status."""
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
        if isinstance(error, OSError) and not _is_of_output(error):
            raise
        return output_failed(error, display)
    return status if isinstance(status, int) else 0


def output_failed(error: OSError | PipeClosed | SystemExit, display: Display) -> int:
    """The exit status where standard output takes no more; where nobody reads its help, click leaves by SystemExit."""
    if not isinstance(error, OSError) or is_closed_pipe(error):
        silence(sys.stdout)
        return _PIPE_CLOSED
    message = f"Cannot write to standard output: {error.strerror or error}."
    return _complain(RequestError(message, "Write to a file with -o."), display)


def _is_of_output(error: OSError) -> bool:
    """Whether an error says that help, or the last of what waits, cannot be written; any other is a bug."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    writing = {click.echo.__code__, run_command.__code__}
    return is_closed_pipe(error) or (trace is not None and trace.tb_frame.f_code in writing)


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
    from kerasinspect.arguments import on_a_command_line
    from kerasinspect.shown.escaping import visible

    complain_in(display, f"kerasinspect: {visible(error.message)}", "error")
    for line in _aligned(error.details):
        complain(f"  {line}")
    if error.remedy:
        complain_in(display, f"  {visible(on_a_command_line(error.remedy))}")
    return error.exit_status


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as lines, safe to show, with what follows their first cells in line."""
    from kerasinspect.shown.escaping import NAME_LIMIT, columns_of, visible

    shown = [[visible(cell, NAME_LIMIT) for cell in row] for row in rows]
    width = max((columns_of(row[0]) for row in shown), default=0)
    for first, *others in shown:
        yield "  ".join([first + " " * (width - columns_of(first)), *others]).rstrip()
