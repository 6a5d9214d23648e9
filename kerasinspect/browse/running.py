"""Whether the interactive view can be had, and how it is run."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.errors import MissingExtra, RequestError
from kerasinspect.platforms import ended_first

if TYPE_CHECKING:
    from textual.app import App

    from kerasinspect.limits import Limits


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
    from kerasinspect.browse.app import BrowseApp  # noqa: PLC0415 - after what may be missing
    from kerasinspect.browse.sessions import diff_session, model_session  # noqa: PLC0415 - as above

    with ExitStack() as files:
        session = model_session(location, limits, files) if new is None else diff_session(location, new, limits, files)
        app = BrowseApp(session)
        with ended_first(partial(_end, app)):
            app.run()
        return app.return_code or 0


def _end(app: App[None]) -> None:
    """End the view, which gives the terminal back, or what is done before or after there is one; called by a signal."""
    from asyncio import get_running_loop  # noqa: PLC0415 - seldom needed, and the view imports it later

    try:
        loop = get_running_loop()
    except RuntimeError:
        sys.exit(1)
    loop.call_soon_threadsafe(app.exit)  # which wakes it as well
