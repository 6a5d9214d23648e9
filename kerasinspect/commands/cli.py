"""The command ``kerasinspect``.

Its own ``--help`` is written at once; all that is run imports click, and the command that is asked for.
"""

from __future__ import annotations

import os
import sys

from kerasinspect.commands.completion import VARIABLE
from kerasinspect.commands.program.page import HELP_OPTIONS, help_page
from kerasinspect.output.consoles import fails, make_lenient, open_streams, silence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


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
    words = sys.argv[1:] if arguments is None else [*arguments]
    if len(words) == 1 and words[0] in HELP_OPTIONS:
        return _help()
    from kerasinspect.commands.program.running import run_command

    return run_command(arguments)


def _help() -> int:
    """Write the page of all commands; give the exit status."""
    try:
        sys.stdout.write(f"{help_page()}\n")
        sys.stdout.flush()
    except OSError as error:
        from kerasinspect.commands.program.running import output_failed
        from kerasinspect.output.display import Display

        return output_failed(error, Display())
    return 0


def _answer(question: str) -> int:
    """Write what may come next on a shell's line; give the exit status."""
    from kerasinspect.commands.completion.shells import answer
    from kerasinspect.commands.program.group import cli

    return answer(cli, question)
