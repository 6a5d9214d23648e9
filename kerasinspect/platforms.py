r"""What operating systems do differently: the one module that knows what a system lacks.

Reads that name their position, files that are opened without waiting and groups of processes are POSIX's. Windows has
names that are devices wherever they stand, shortest and longest paths of its own, and replaces no file that somebody
has open. Elsewhere nothing but this module asks which system it is; ``verify/worker.py``, which stands alone, asks too.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import PureWindowsPath
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WINDOWS = sys.platform == "win32"

OPENING: int = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_NOCTTY", "O_NONBLOCK"))
"""How a file is opened: its bytes as they are, without waiting for a pipe and without making a terminal ours."""
MOST_AT_ONCE = 1 << 30
"""Bytes of one read; macOS refuses twice as many."""

DEVICES = frozenset(
    ["AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
"""Names of Windows that are devices in every folder, whatever follows a dot."""
DEVICE_PATH = re.compile(
    r"\\\\\.(\\|$)|\\\?\?\\|\\\\\?\\(?!([a-z]:|UNC|Volume\{[^\\]*\})\\)"
    r"|\\\\(\?\\UNC\\)?[^\\]+\\(pipe|mailslot|ipc\$)(\\|$)",
    re.IGNORECASE,
)
r"""Beginnings of paths that lead to devices: ``\\.\PhysicalDrive0``, ``\\?\GLOBALROOT``, ``\\server\pipe``."""
VERBATIM = "\\\\?\\"
"""What a path begins with that Windows takes as it is written."""
LONGEST_PATH = 240
"""Characters of a path from which on Windows wants that beginning; it counts up to 20 more of its own."""

JUNCTION = 0xA0000003
"""What marks a folder of Windows that stands for another one."""

PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds to wait for a scanner of viruses or an indexer to let go of a file."""


class Descriptor:
    """An open file by its number, which is given back when nobody holds it any more.

    Whoever reads holds it meanwhile, so that closing a file never turns a read into one of another file.
    """

    __slots__ = ("_turn", "number")

    def __init__(self, number: int) -> None:
        """Own a number that the system gave."""
        self.number = number
        self._turn = Lock()

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        """Give the number back; at the end of the interpreter ``os`` may be gone before."""
        close(self.number)

    def status(self) -> os.stat_result:
        """What the system says of the file now."""
        return os.fstat(self.number)

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``, from any number of threads."""
        wanted = min(count, MOST_AT_ONCE)
        if sys.platform != "win32" and hasattr(os, "pread"):
            return os.pread(self.number, wanted, position)
        with self._turn:
            os.lseek(self.number, position, os.SEEK_SET)
            return os.read(self.number, wanted)

    def fill(self, view: memoryview, position: int) -> int:
        """Read into ``view``, up to its size; give how many bytes that were."""
        if sys.platform != "win32" and hasattr(os, "preadv"):
            return os.preadv(self.number, [view], position)
        data = self.read(position, len(view))
        view[: len(data)] = data
        return len(data)


def open_descriptor(name: str) -> Descriptor:
    """Open whatever has this name for reading, without waiting; raises OSError, and ValueError for no possible name."""
    return Descriptor(os.open(system_path(name), OPENING))


def verbatim(path: str) -> str:
    r"""An absolute path of Windows, where it is long in the form that may be: ``\\?\C:\...``."""
    if len(path) < LONGEST_PATH or path.startswith(VERBATIM):
        return path
    return f"{VERBATIM}UNC{path[1:]}" if path.startswith("\\\\") else f"{VERBATIM}{path}"


def is_device(path: str) -> bool:
    """Whether a path is by its name alone a device of this system, which even to look at may wait or do something."""
    return WINDOWS and is_windows_device(path)


def is_windows_device(path: str) -> bool:
    r"""Whether a path is a device of Windows: ``NUL``, ``con.keras``, ``C:\aux .h5``, ``\\.\pipe\x``."""
    written = path.replace("/", "\\")
    if DEVICE_PATH.match(written):
        return True
    stems = (re.split("[.:]", part, maxsplit=1)[0].rstrip(" ").upper() for part in PureWindowsPath(written).parts)
    return not written.startswith(VERBATIM) and not DEVICES.isdisjoint(stems)


def system_path(path: str) -> str:
    """A path as the system takes it, however long it is, where it takes any of that length."""
    if not WINDOWS:
        return path
    try:
        return verbatim(os.path.abspath(path))  # noqa: PTH100 - pathlib leaves ".." in
    except OSError:  # nobody can say where a working folder was that is gone
        return path


def leads_elsewhere(status: os.stat_result) -> bool:
    """Whether what was looked at stands for something else: a symbolic link, and on Windows a junction too."""
    return stat.S_ISLNK(status.st_mode) or (WINDOWS and getattr(status, "st_reparse_tag", 0) == JUNCTION)


def is_link(entry: os.DirEntry[str]) -> bool:
    """Whether a name in a folder stands for something else."""
    return entry.is_symlink() or (WINDOWS and leads_elsewhere(entry.stat(follow_symlinks=False)))


def put_in_place(whole: Path, path: Path) -> None:
    """Rename a file to a name that may be taken, whose file it replaces.

    Windows refuses that while somebody has the old file open: waits a little, then raises PermissionError that says so.
    """
    for pause in PAUSES if WINDOWS else ():
        with suppress(PermissionError):
            whole.replace(path)
            return
        time.sleep(pause)
    try:
        whole.replace(path)
    except PermissionError as error:
        if not WINDOWS:
            raise
        reason = "another program has the old file open, or it may not be replaced"
        raise PermissionError(errno.EACCES, reason, str(path)) from error


def is_closed_pipe(error: OSError) -> bool:
    """Whether writing failed since nobody reads any more, which Windows calls an invalid argument."""
    return isinstance(error, BrokenPipeError) or (WINDOWS and error.errno == errno.EINVAL)


def group_options() -> Mapping[str, Any]:
    """What ``subprocess.Popen`` has to be told so that a process leads a group of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where the system has groups, everything that it started."""
    if sys.platform != "win32" and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
