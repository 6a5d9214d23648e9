r"""Differences between operating systems: the one module that knows what a system lacks.

Reads that name their position, files that are opened without waiting, owners, permissions and groups of processes are
POSIX's; two files change places in one step on Linux. Windows has names that are devices wherever they stand, shortest
and longest paths of its own, replaces no file that somebody has open, and draws colours on a console that was asked to.
Elsewhere nothing but this module asks which system it is; ``verify/worker.py``, which stands alone, asks too.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import sys
import time
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType
    from typing import TextIO

WINDOWS = sys.platform == "win32"

_OPENING: int = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_NOCTTY", "O_NONBLOCK"))
"""Flags to open a file with: its bytes as they are, without waiting for a pipe and without making a terminal ours."""
CREATING: int = os.O_WRONLY | os.O_CREAT | os.O_EXCL | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_NOFOLLOW"))
"""Flags to make a file with: only where nothing has its name, not even a link."""
_ADDING: int = os.O_WRONLY | os.O_APPEND | sum(getattr(os, flag, 0) for flag in ("O_BINARY", "O_NOCTTY", "O_NONBLOCK"))
"""Flags to open what is no file of ours for writing: without making, emptying or overwriting anything."""
_MOST_AT_ONCE = 1 << 30
"""Bytes of one read; macOS refuses twice as many."""

_DEVICES = frozenset(
    ["AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)
"""Names of Windows that are devices in every folder, whatever follows a dot."""
_DEVICE_PATH = late_pattern(
    r"\\\\\.(\\|$)|\\\?\?\\|\\\\\?\\(?!([a-z]:|UNC|Volume\{[^\\]*\})\\)"
    r"|\\\\(\?\\UNC\\)?[^\\]+\\(pipe|mailslot|ipc\$)(\\|$)",
    re.IGNORECASE,
)
r"""Beginnings of paths that lead to devices: ``\\.\PhysicalDrive0``, ``\\?\GLOBALROOT``, ``\\server\pipe``."""
_VERBATIM = "\\\\?\\"
"""The prefix of a path that Windows takes as it is written."""
LONGEST_PATH = 240
"""Characters of a path from which on Windows wants that beginning; it counts up to 20 more of its own."""

JUNCTION = 0xA0000003
"""The attribute of a folder of Windows that stands for another one."""

_LOCKED_BYTE = 0x7FFF_0000
"""The byte that is locked on Windows, where nothing is that anybody reads."""
_HELD = frozenset((errno.EACCES, errno.EAGAIN, errno.EDEADLK))
"""What a system says of a lock that another process holds."""
_PAUSES = (0.05, 0.1, 0.2, 0.4)
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

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled, before there is half a copy that owns nothing."""
        raise TypeError("An open file cannot be copied or pickled.")

    def status(self) -> os.stat_result:
        """The status of the file now."""
        return os.fstat(self.number)

    def read(self, position: int, count: int) -> bytes:
        """Up to ``count`` bytes from ``position``, from any number of threads."""
        wanted = min(count, _MOST_AT_ONCE)
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
    return Descriptor(os.open(system_path(name), _OPENING))


def command_line(words: Sequence[str]) -> str:
    """A command line as a person would write it for this system's shell."""
    if WINDOWS:
        from subprocess import list2cmdline  # noqa: PLC0415 - only who gets something wrong needs it

        return list2cmdline(words)
    import shlex  # noqa: PLC0415 - as above

    return shlex.join(words)


def words_of(command: str) -> list[str]:
    """The words of a command as its user wrote it, quotes taken off; raises ValueError where one does not end."""
    import shlex  # noqa: PLC0415 - as above

    words = shlex.split(command, posix=not WINDOWS)
    return [word.strip('"') for word in words] if WINDOWS else words


def verbatim(path: str) -> str:
    r"""An absolute path of Windows, where it is long in the form that may be: ``\\?\C:\...``."""
    if len(path) < LONGEST_PATH or path.startswith(_VERBATIM):
        return path
    return f"{_VERBATIM}UNC{path[1:]}" if path.startswith("\\\\") else f"{_VERBATIM}{path}"


def is_device(path: str) -> bool:
    """Whether a path is by its name alone a device of this system, which even to look at may wait or do something."""
    return WINDOWS and is_windows_device(path)


def is_windows_device(path: str) -> bool:
    r"""Whether a path is a device of Windows: ``NUL``, ``con.keras``, ``C:\aux .h5``, ``\\.\pipe\x``."""
    from pathlib import PureWindowsPath  # noqa: PLC0415 - other systems ask for none

    written = path.replace("/", "\\")
    if _DEVICE_PATH.match(written):
        return True
    stems = (re.split("[.:]", part, maxsplit=1)[0].rstrip(" ").upper() for part in PureWindowsPath(written).parts)
    return not written.startswith(_VERBATIM) and not _DEVICES.isdisjoint(stems)


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


def open_to_add(path: Path) -> int:
    """Open a device or a pipe for writing; raises OSError for a pipe that nobody has come to read after a while."""
    for pause in _PAUSES:
        try:
            descriptor = os.open(path, _ADDING)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(path.stat().st_mode):
                raise
        time.sleep(pause)
    else:
        raise OSError(errno.ENXIO, "nobody reads this pipe", str(path))
    if sys.platform != "win32" and not WINDOWS:
        os.set_blocking(descriptor, True)
    return descriptor


def is_ours(status: os.stat_result) -> bool:
    """Whether a file belongs to the user that this process acts for; always where files have no such owners."""
    return sys.platform == "win32" or WINDOWS or status.st_uid == os.geteuid()


def take_after(descriptor: int, old: os.stat_result) -> None:
    """Give an open file the owner, the group and the permissions of another one; where that is not possible, fewer."""
    if sys.platform == "win32" or WINDOWS:
        return
    mode = old.st_mode & (stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    try:
        os.fchown(descriptor, old.st_uid, old.st_gid)
    except OSError:
        try:
            os.fchown(descriptor, -1, old.st_gid)
        except OSError:  # another group must not get what the old one had: it gets what anybody has
            mode &= ~stat.S_IRWXG | (mode & stat.S_IRWXO) << 3
    with suppress(OSError):  # some disks know no permissions
        os.fchmod(descriptor, mode)


def keep_to_oneself(descriptor: int) -> bool:
    """Whether an open file is now this process's to write until it closes it; not where another one has it so.

    Others read it meanwhile. On a file system that knows no locks every process gets it.
    """
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - only there

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)  # bytes that are locked there cannot be read by others
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - only there

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    except ImportError:
        return True
    return True


def put_where_nothing_is(whole: Path, path: Path) -> bool:
    """Give a file a name that nothing has, in one step; False where something has it, or the disk lacks such a step.

    On Windows the file is renamed, elsewhere it has both names.
    """
    try:
        if WINDOWS:
            whole.rename(path)
        else:
            path.hardlink_to(whole)
    except OSError:
        return False
    return True


_AT_WORKING_FOLDER, _EXCHANGE = -100, 2
"""Linux's AT_FDCWD and RENAME_EXCHANGE."""


def exchange(one: Path, other: Path) -> bool:
    """Let two files change places in one step; False where the system or the disk lacks that, or one is not there."""
    if sys.platform != "linux" or WINDOWS:
        return False
    import ctypes  # noqa: PLC0415 - only who replaces a file needs it

    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = os.fsencode(one), _AT_WORKING_FOLDER, os.fsencode(other)
    return rename is not None and not rename(_AT_WORKING_FOLDER, *paths, _EXCHANGE)


def put_in_place(whole: Path, path: Path) -> None:
    """Rename a file to a name that may be taken, whose file it replaces.

    Windows refuses that while somebody has the old file open: waits a little, then raises PermissionError that says so.
    """
    for pause in _PAUSES if WINDOWS else ():
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


DEFAULT_PAGER = "" if WINDOWS else "less -RFX"
"""The command that shows long pages where the user names none; Windows has none that knows colours."""

_ESCAPES_ON = 0x0004
"""Windows' ENABLE_VIRTUAL_TERMINAL_PROCESSING."""


def shows_escapes(stream: TextIO) -> bool:
    """Whether a terminal acts upon escapes; consoles of Windows do so once they have been asked to."""
    if sys.platform != "win32":
        return True
    import ctypes  # noqa: PLC0415 - only there
    import msvcrt  # noqa: PLC0415 - only there

    kernel, mode = ctypes.windll.kernel32, ctypes.c_ulong()
    handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
    return bool(
        kernel.GetConsoleMode(handle, ctypes.byref(mode)) and kernel.SetConsoleMode(handle, mode.value | _ESCAPES_ON)
    )


def is_pipe(stream: TextIO) -> bool:
    """Whether a stream leads to another program."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):  # a stream that is none of the system's
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def is_in_foreground(terminal: TextIO) -> bool:
    """Whether this process may write to a terminal at any time: a shell's job in the background would disturb another.

    A terminal that is not the one of this process has no such jobs, and neither has a console of Windows.
    """
    if sys.platform == "win32" or not hasattr(os, "tcgetpgrp"):
        return True
    try:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return True


def is_closed_pipe(error: OSError) -> bool:
    """Whether writing failed since nobody reads any more, which Windows calls an invalid argument."""
    return isinstance(error, BrokenPipeError) or (WINDOWS and error.errno == errno.EINVAL)


def group_options() -> Mapping[str, Any]:
    """Options of ``subprocess.Popen`` for a process that leads a group of its own."""
    if sys.platform == "win32":
        from subprocess import CREATE_NEW_PROCESS_GROUP  # noqa: PLC0415 - only there

        return {"creationflags": CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where the system has groups, everything that it started; wait for that."""
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and, where the system has groups, everything that it started."""
    if sys.platform != "win32" and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


_ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK", "SIGXCPU") if hasattr(signal, name)
)
"""Signals that end a process at once and without a word, where nobody handles them."""


@dataclass(frozen=True, slots=True)
class _LastWord:
    """A handler of a signal that ends the process: undoes something, then does what would have been done before."""

    undo: Callable[[], None]
    before: _LastWord | None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Undo it, and end by the same signal, so that the caller sees that."""
        self.undo()
        if self.before is not None:
            self.before(number, frame)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


@contextmanager
def undone(undo: Callable[[], None]) -> Iterator[None]:
    """Have something undone at the end of the context, and where a signal ends the process before that.

    A signal that is ignored, or that the caller's own program handles, is left alone; so are all of them outside of the
    main thread, where Python permits no handlers.
    """
    replaced: dict[int, _LastWord | None] = {}
    try:
        for number in _ENDING_SIGNALS:
            before = signal.getsignal(number)
            if before is signal.SIG_DFL or isinstance(before, _LastWord):
                replaced[number] = before if isinstance(before, _LastWord) else None
                with suppress(ValueError):
                    signal.signal(number, _LastWord(undo, replaced[number]))
        yield
    finally:
        undo()
        for number, handler in replaced.items():
            with suppress(ValueError):
                signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def ended_first(end: Callable[[], None]) -> Iterator[None]:
    """Have a signal that ends the process call ``end`` first, which ends the context; the process ends by it then.

    Where the context does not end, a second signal ends the process at once. What ``undone`` leaves alone is left alone
    here too.
    """
    replaced: dict[int, Any] = {}
    caught: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what the system gives
        signal.signal(number, replaced[number])
        caught.append(number)
        end()

    try:
        for number in _ENDING_SIGNALS:
            before = signal.getsignal(number)
            if before is signal.SIG_DFL or isinstance(before, _LastWord):
                replaced[number] = before
                with suppress(ValueError):
                    signal.signal(number, handle)
        yield
    finally:
        for number, handler in replaced.items():
            with suppress(ValueError):
                signal.signal(number, handler)
        if caught:
            signal.raise_signal(caught[0])


@contextmanager
def away_from_interrupts() -> Iterator[None]:
    """Have Ctrl-C pass by the threads and processes that begin in the context, where the system knows such a mask.

    What this process is sent meanwhile waits for the end of the context.
    """
    if sys.platform == "win32" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415 - few runs begin such processes

    resource_tracker.ensure_running()  # which would lift the mask if the first process in the context began it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_at_interrupts() -> None:
    """Have Ctrl-C end this process without a word, be it that it was to pass by while the process began."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform != "win32" and hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def usable_processors() -> int:
    """The number of processors that this process may use, where the system tells, or else of all."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
