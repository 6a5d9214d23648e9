"""Whether the interactive view can be had, and how it is run."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from kerasinspect.errors import MissingExtra, RequestError

if TYPE_CHECKING:
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


def browse(location: str, new: str | None, limits: Limits, *, colour: bool) -> None:
    """Show a model, or what differs between it and a new one, until somebody quits; raises what ``open_model`` raises.

    All reading ends with the view.
    """
    os.environ.pop("NO_COLOR", None)
    if not colour:
        os.environ["NO_COLOR"] = "1"  # where the library looks, and nowhere else
    from kerasinspect.browse.app import BrowseApp  # noqa: PLC0415 - after what may be missing
    from kerasinspect.browse.sessions import diff_session, model_session  # noqa: PLC0415 - as above

    with ExitStack() as files:
        session = model_session(location, limits, files) if new is None else diff_session(location, new, limits, files)
        BrowseApp(session).run()
