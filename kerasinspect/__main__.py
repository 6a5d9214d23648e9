"""Runs the command line, as ``kerasinspect`` and as ``python -m kerasinspect``, and takes care of Ctrl-C.

Importing takes most of the time of a short run, and an import that is broken off says so in many words; some modules
written in C even go on. So Ctrl-C waits for the end of an import, and comes again where Python had to ignore it.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

INTERRUPTED = 130
"""The exit status that a shell gives to a program which Ctrl-C stopped."""
IMPORTING = "<frozen importlib._bootstrap>"
"""The file of the function that imports."""
_NEW_OBJECTS = 100_000
"""So many new objects are looked through for those that only hold one another: 700, as usual, cost a short run 3 %."""
_waiting: list[int] = []
"""The thread that Ctrl-C is to come to again, as often as it had to wait."""


def main() -> NoReturn:
    """Run the command line and leave with its exit status; with 130 for Ctrl-C at any moment.

    At the end Python looks through every object that is left, which took an eighth of a short run: it is told not to.
    """
    gc.set_threshold(_NEW_OBJECTS)
    try:
        mind_interrupts()
        from kerasinspect.commands.cli import run_as_program  # noqa: PLC0415 - Ctrl-C is minded before

        status = run_as_program()
    except KeyboardInterrupt:
        leave()
    if status == INTERRUPTED or _waiting:
        leave()
    gc.freeze()
    raise SystemExit(status)


def mind_interrupts() -> None:
    """Handle Ctrl-C ourselves, unless whoever started the program lets it ignore that."""
    import signal  # noqa: PLC0415 - as above

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
        sys.unraisablehook = come_again


def interrupt(_: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, or try again a little later where that would break off an import."""
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            try_again()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def come_again(ignored: sys.UnraisableHookArgs) -> None:
    """Say what Python had to ignore, or try again where that was Ctrl-C, in a destructor for instance."""
    if issubclass(ignored.exc_type, KeyboardInterrupt):
        try_again()
    else:
        sys.__unraisablehook__(ignored)


def try_again() -> None:
    """Let Ctrl-C come once more in a moment."""
    import _thread  # noqa: PLC0415 - as above
    import signal  # noqa: PLC0415 - as above
    import time  # noqa: PLC0415 - as above

    def later() -> None:
        time.sleep(0.002)
        if sys.platform == "win32":
            _thread.interrupt_main()
        else:
            signal.pthread_kill(_waiting[0], signal.SIGINT)  # which wakes it, too

    _waiting.append(_thread.get_ident())
    _thread.start_new_thread(later, ())


def leave() -> NoReturn:
    """Leave at once: what was open is closed, and threads that still read an array are not waited for."""
    import os  # noqa: PLC0415 - as above

    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
