"""A network as SVG, which the ``dot`` program of Graphviz draws where it is installed."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from shutil import which
from threading import Timer

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.platforms import group_options, kill_group

_SECONDS = 120
"""How long ``dot`` may take; for a thousand layers it takes some seconds."""
_MOST_BYTES = 200 << 20
"""Bytes of SVG that are kept in memory: some hundred thousand nodes."""

_REMEDY = "Draw less of it with --layer, or take --format dot or mermaid."


def svg_of(dot: str) -> str:
    """The picture of a graph in DOT; raises MissingExtra without Graphviz, RequestError where it draws none in time."""
    program = which("dot")
    if program is None:
        raise MissingExtra(
            "SVG is drawn by Graphviz, whose program dot is not installed.",
            "Install Graphviz (apt install graphviz, brew install graphviz, winget install graphviz), "
            "or take --format mermaid.",
        )
    return _drawn(program, dot.encode()).decode()


def _drawn(program: str, dot: bytes) -> bytes:
    """What the program draws."""
    quiet = subprocess.DEVNULL
    command = [program, "-Tsvg"]
    with subprocess.Popen(  # noqa: S603 - the user's own Graphviz
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, **group_options()
    ) as process:
        late = Timer(_SECONDS, kill_group, [process])
        late.start()
        try:
            svg = _answer(process, dot)
        finally:
            late.cancel()
            if process.poll() is None:
                kill_group(process)
    if process.returncode != 0 or not svg.rstrip().endswith(b"</svg>"):
        message = f"Graphviz drew no picture of this network within {_SECONDS} seconds and {_MOST_BYTES >> 20} MB."
        raise RequestError(message, _REMEDY)
    return svg


def _answer(process: subprocess.Popen[bytes], dot: bytes) -> bytes:
    """What the process writes once it has read everything: ``dot`` begins when its input is whole."""
    if process.stdin is None or process.stdout is None:  # not with pipes
        return b""
    with suppress(BrokenPipeError):
        process.stdin.write(dot)
        process.stdin.close()
    svg = process.stdout.read(_MOST_BYTES + 1)
    if len(svg) > _MOST_BYTES:
        return b""
    process.wait()
    return svg
