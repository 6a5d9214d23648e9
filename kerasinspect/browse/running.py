"""Whether the interactive view can be had, and how it is run."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.platforms import ended_first
from kerasinspect.shown.escaping import visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.browse.app import BrowseApp
    from kerasinspect.browse.sessions import Session
    from kerasinspect.limits import Limits

_ZIP, _HDF5 = b"PK", b"\x89HDF"
"""What the files begin with that are opened beside the view."""

_ENTERED, _LEFT = "\x1b[?1049h\x1b[?25l\x1b[H", "\x1b[?1049l\x1b[?25h"
"""The other screen of a terminal, without a cursor, and back."""


def require_screen() -> None:
    """Raise MissingExtra without the library that draws the view, RequestError where there is no terminal for it."""
    try:
        import textual  # noqa: F401, PLC0415 - an extra, imported by who needs it
    except ImportError as error:
        raise MissingExtra(
            f"browse needs the textual library, which cannot be imported ({error}).",
            "Install the extra: pip install 'kerasinspect[browse]'",
        ) from error
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)  # those that the library reads from and draws on
    if os.environ.get("TERM") == "dumb" or not all(stream is not None and stream.isatty() for stream in streams):
        raise RequestError(
            "browse needs a terminal to draw on and to read keys from.", "kerasinspect show writes to pipes and files."
        )


def browse(location: str, new: str | None, limits: Limits, *, colour: bool) -> int:
    """Show a model, or what differs between it and a new one, until somebody quits; raises what ``open_model`` raises.

    All reading ends with the view. Gives the exit status: another one than 0 where the view broke down and said why.
    """
    os.environ.pop("NO_COLOR", None)
    if not colour:
        os.environ["NO_COLOR"] = "1"  # where the library looks, and nowhere else
    from kerasinspect.browse.sessions import diff_session, model_session  # noqa: PLC0415 - after what may be missing

    with ExitStack() as files:
        session = model_session(location, limits, files) if new is None else diff_session(location, new, limits, files)
        if not all(_looks_like_a_model(path) for path in (location, new) if path is not None):
            session.open()  # what is no model is told before anything is drawn
        app = _run(session)
        if app.error is not None:
            raise app.error
        return app.return_code or 0


def _run(session: Session) -> BrowseApp:
    """The view of a session, once it has ended; a signal that ends the process ends it in order."""
    views: list[BrowseApp] = []
    with ended_first(partial(_end, views)):
        with _first_line(f"  {visible_name(session.top.label)}  {session.top.facts()}"):
            from kerasinspect.browse.app import BrowseApp  # noqa: PLC0415 - most of the time until there is a view
        views.append(BrowseApp(session))
        views[0].run()
    return views[0]


def _end(views: list[BrowseApp]) -> None:
    """End the view, or what is done before there is one; either gives the terminal back. Called by a signal."""
    from asyncio import get_running_loop  # noqa: PLC0415 - seldom needed, and the view imports it later

    try:
        loop = get_running_loop()
    except RuntimeError:
        sys.exit(1)
    for view in views:
        loop.call_soon_threadsafe(view.exit)  # which wakes it as well


def _looks_like_a_model(location: str) -> bool:
    """Whether there is a file that begins like an archive or HDF5, as nearly all models are."""
    try:
        if not stat.S_ISREG(os.stat(location).st_mode):  # noqa: PTH116 - a Path cannot be made of every location
            return False
        with Path(location).open("rb") as file:
            return file.read(len(_HDF5)).startswith((_ZIP, _HDF5))
    except (OSError, ValueError):
        return False


@contextmanager
def _first_line(text: str) -> Iterator[None]:
    """The first line of the view on its screen, while what draws the others is imported, which takes longer."""
    stream = None if sys.platform == "win32" else sys.__stderr__  # Windows needs to be told that there are escapes
    if stream is None:
        yield
        return
    try:
        stream.write(f"{_ENTERED}{text[: os.get_terminal_size(stream.fileno()).columns]}")
        stream.flush()
        yield
    except BaseException:
        stream.write(_LEFT)
        stream.flush()
        raise
