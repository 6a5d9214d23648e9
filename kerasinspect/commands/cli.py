"""The command ``kerasinspect``, and the one place where errors become sentences and exit statuses.

Command modules import click and nothing else that takes time; what does the work is imported when it is called, so
that ``--help`` is quick.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from kerasinspect import __version__
from kerasinspect.commands.check import check
from kerasinspect.commands.lock import lock
from kerasinspect.commands.rules import rules
from kerasinspect.commands.show import show
from kerasinspect.commands.stats import stats
from kerasinspect.commands.summary import summary
from kerasinspect.commands.training import training
from kerasinspect.commands.verify import verify
from kerasinspect.errors import InspectError, RefusedFile
from kerasinspect.output.consoles import make_lenient
from kerasinspect.output.destination import PipeClosed
from kerasinspect.platforms import is_closed_pipe

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (show, summary, stats, training, check, lock, rules, verify)
"""Every command, in the order of ``--help``."""

INTERRUPTED, PIPE_CLOSED = 130, 141
"""Exit statuses that a shell gives to a program stopped by Ctrl-C, or by the end of a pipe."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Show what every array in a saved Keras model is, without Keras or TensorFlow."""


for command in COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit status."""
    make_lenient()
    raise SystemExit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give the exit status."""
    try:
        status = cli.main(args=arguments, prog_name="kerasinspect", standalone_mode=False)
        sys.stdout.flush()
    except InspectError as error:
        _complain(error)
        return error.exit_status
    except MemoryError:
        short = RefusedFile("There is not enough memory for this.", "Ask for less at once, or give it more.")
        _complain(short)
        return short.exit_status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except (OSError, PipeClosed) as error:
        if isinstance(error, OSError) and not is_closed_pipe(error):
            raise
        _close_quietly()
        return PIPE_CLOSED
    return status if isinstance(status, int) else 0


def _complain(error: InspectError) -> None:
    """Write what is wrong, and on the next line what to do, safe to show."""
    from kerasinspect.output.escaping import visible

    click.echo(f"kerasinspect: {visible(error.message)}", err=True)
    if error.remedy:
        click.echo(f"  {visible(error.remedy)}", err=True)


def _close_quietly() -> None:
    """Let what is still to be written go nowhere, so that the interpreter ends without a complaint."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
