"""What other systems lack, taken away from this one while each test runs.

``python -m pytest tests/containers -p tests.lacking --lacking windows``
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

System: TypeAlias = Literal["macos", "windows"]

NOT_ON_MACOS = """
O_DIRECT O_LARGEFILE O_NOATIME O_PATH O_TMPFILE copy_file_range eventfd getrandom getresgid getresuid getxattr
memfd_create pidfd_open pipe2 posix_fadvise posix_fallocate preadv pwritev sched_getaffinity sched_setaffinity
setresuid setxattr splice
"""
"""Names in ``os`` on Linux that macOS has not, or had not before version 11."""
NOT_ON_WINDOWS = f"""{NOT_ON_MACOS}
O_ASYNC O_CLOEXEC O_DIRECTORY O_DSYNC O_NDELAY O_NOCTTY O_NOFOLLOW O_NONBLOCK O_SYNC SCHED_OTHER WEXITSTATUS
WIFEXITED WIFSIGNALED WNOHANG WTERMSIG chown chroot ctermid fchdir fchown fork forkpty fpathconf fstatvfs getegid
geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getsid getuid grantpt initgroups killpg lchown lockf
major makedev minor mkfifo mknod nice openpty pathconf posix_spawn posix_spawnp pread pwrite readv sched_yield sendfile
setegid seteuid setgid setgroups setpgid setpriority setsid setuid statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname
uname wait wait3 wait4 waitid writev
"""
"""The same of Windows."""
SIGNALS = (
    "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGUSR1 SIGUSR2 alarm pthread_sigmask setitimer"
)
MODULES = "fcntl grp pty pwd resource syslog termios tty"
"""Names in ``signal``, and modules, that Windows has not."""


ASKED_AT_IMPORT = ("shutil._USE_CP_SENDFILE", "shutil._use_fd_functions", "tempfile._O_TMPFILE_WORKS")
"""Where Python itself remembers what it found."""


def take_away(system: System, patch: pytest.MonkeyPatch) -> None:
    """Take from this system what the other one lacks, as long as the patch holds."""
    for name in (NOT_ON_WINDOWS if system == "windows" else NOT_ON_MACOS).split():
        patch.delattr(os, name, raising=False)
    for name in ASKED_AT_IMPORT:
        patch.setattr(name, False)
    if system == "windows":
        patch.setattr("kerasinspect.platforms.WINDOWS", True)
        for name in SIGNALS.split():
            patch.delattr(signal, name, raising=False)
        for name in MODULES.split():
            patch.setitem(sys.modules, name, None)


def in_a_new_interpreter(system: System, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code where numpy was imported before this was taken away, since it asks for more, and nothing of ours."""
    before = f"import numpy, pytest, tests.lacking; tests.lacking.take_away({system!r}, pytest.MonkeyPatch())\n"
    command = [sys.executable, "-X", "utf8", "-c", before + code, *arguments]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", cwd=ROOT)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--lacking", choices=["macos", "windows"], required=True, help="the system to be like")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test without what is lacking; pytest itself has it before and after."""
    with pytest.MonkeyPatch.context() as patch:
        take_away(item.config.getoption("--lacking"), patch)
        yield
