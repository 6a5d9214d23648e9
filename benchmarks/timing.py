"""Runs commands in turn, and tells what each run took.

hyperfine measures one command after the other, and says nothing of memory. What a machine does beside it then meets one
of the two that are compared. Here every round runs each command once, so that it meets all of them, and the system
itself counts the memory and the processors of each process (``wait4``).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

LONGEST = 900
"""Seconds after which a run is ended."""
SLOW, FEW = 2, 3
"""Seconds of a run from which a tool that is no build of ours runs in so few rounds: their times lie close together."""
_UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONSTARTUP", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS")
"""Variables that would change what is measured."""
_QUIET = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3", "PROMPTFOO_DISABLE_TELEMETRY": "1"}
"""Keras looks for no GPU, and no peer reports to its makers while it is measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took."""

    seconds: float
    computed: float
    """Seconds of processors."""
    peak: int
    """The most memory of the process, in bytes; never less than what the process that measures had."""
    status: int
    calls: int = 0
    """Calls that read."""
    read: int = 0
    """Bytes that they read, those of modules included."""
    said: str = ""
    """The last line on standard error."""


def environment() -> dict[str, str]:
    """The environment of everything that is measured."""
    return {name: value for name, value in os.environ.items() if name not in _UNWANTED} | _QUIET


def run(command: Sequence[str], errors: Path) -> Run:
    """Run a command whose output goes nowhere; what it says of errors is written to a file."""
    if sys.platform == "win32":
        raise SystemExit("Windows does not tell what a process took: run the benchmark on another system.")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, str(errors), flags, 0o644),
    ]
    started = time.perf_counter()
    process = os.posix_spawnp(command[0], [*command], environment(), file_actions=streams)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(process, signal.SIGKILL))
    signal.alarm(LONGEST)
    calls, read = _reads(process)
    _, status, used = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    signal.alarm(0)
    peak = used.ru_maxrss << (0 if sys.platform == "darwin" else 10)
    ended = os.waitstatus_to_exitcode(status)
    return Run(seconds, used.ru_utime + used.ru_stime, peak, ended, calls, read, last_line(errors))


def _reads(process: int) -> tuple[int, int]:
    """The calls of a process that read, and their bytes, once it has ended and before ``wait4`` forgets it."""
    if sys.platform != "linux":
        return 0, 0
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    lines = Path(f"/proc/{process}/io").read_text(encoding="ascii").splitlines()
    counts = dict(line.split(": ") for line in lines)
    return int(counts["syscr"]), int(counts["rchar"])


def last_line(errors: Path) -> str:
    """The last line of what a command said."""
    lines = errors.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def rounds(
    commands: Mapping[str, Sequence[str]], count: int, errors: Path, peers: Container[str] = ()
) -> Iterator[dict[str, Run]]:
    """What each command took in each round; the one before them, which fills the caches, is not told.

    Of the peers those leave after a ``FEW`` rounds that take more than ``SLOW`` seconds in the first.
    """
    slow: set[str] = set()
    for number in range(count + 1):
        taken = {name: run(commands[name], errors) for name in commands if number <= FEW or name not in slow}
        if number:
            yield taken
        else:
            slow = {name for name, one in taken.items() if name in peers and one.seconds > SLOW}
