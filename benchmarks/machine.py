"""What the machine is that was measured on."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

BUSY = 1.5
"""The load from which a machine does more than measure."""


def facts() -> dict[str, str]:
    """The processor, memory and system."""
    processors = _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    memory = int(_line("/proc/meminfo", "MemTotal").removesuffix("kB") or 0) >> 20
    return {
        "machine": f"{os.cpu_count()} processors ({processors})" + (f", {memory} GiB of memory" if memory else ""),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }


def load() -> float:
    """How many programs want a processor, on average over the last minute."""
    if sys.platform == "win32":
        return 0.0
    return os.getloadavg()[0]


def _line(path: str, name: str) -> str:
    """The value of the first line of this name in a file of the system; empty on other systems."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
