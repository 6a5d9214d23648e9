"""What is looked at in one run: a model, or what differs between two, with all that can be asked about it.

Nothing is opened before somebody asks for it, and what opens files is imported then: the screen is there first.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from kerasinspect.browse.subjects import Subject
from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.progress import Progress, watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.formats.contents import Container
    from kerasinspect.limits import Limits
    from kerasinspect.model import Model


@dataclass(frozen=True, slots=True)
class Session:
    """What is looked at, and what else can be asked about it."""

    top: Subject
    """What stands there until the files are open."""
    progress: Progress
    """What counts the bytes that are read."""
    close: Callable[[], None]
    """Ends all reading."""
    open: Callable[[], object]
    """Opens the files, once; raises what ``open_model`` raises."""
    begin: Callable[[], Subject]
    """What is to be looked at, of files that are opened for it where they are not; raises what ``open`` raises."""
    report: Callable[[], ModelReport]
    """What ``check`` says of the model; it is asked once."""


def model_session(location: str, limits: Limits, files: ExitStack) -> Session:
    """A model, whose file becomes one of ``files``."""
    progress = Progress()
    opened = cache(partial(_opened, location, limits, files, progress))

    def looked_at() -> Subject:
        model, _ = opened()
        from kerasinspect.analysis.inspection import inspect  # noqa: PLC0415 - after the first painting
        from kerasinspect.analysis.selection import select  # noqa: PLC0415 - as above
        from kerasinspect.browse.model_subjects import model_subject  # noqa: PLC0415 - as above

        return model_subject(inspect(select(model)))

    report = cache(lambda: _checked(*opened(), progress))
    return Session(
        Subject("", Path(location).name or location, lambda: "opening"),
        progress,
        files.close,
        opened,
        looked_at,
        report,
    )


def diff_session(old: str, new: str, limits: Limits, files: ExitStack) -> Session:
    """What differs between two models; ``check`` is asked of the new one."""
    progress = Progress()

    @cache
    def opened() -> tuple[Model, Model, Container]:
        before, _ = _opened(old, limits, files, progress)
        return before, *_opened(new, limits, files, progress)

    def compared() -> Subject:
        before, after, _ = opened()
        from kerasinspect.analysis.comparison.models import compare_models  # noqa: PLC0415 - as above
        from kerasinspect.browse.diff_subjects import diff_subject  # noqa: PLC0415 - as above

        try:
            with watched(progress):
                return diff_subject(compare_models(before, after))
        except InspectError as error:  # among others since somebody quits meanwhile
            said = str(error)
            return Subject("", "not compared", lambda: said, lambda: "error")

    report = cache(lambda: _checked(*opened()[1:], progress))
    return Session(Subject("", "comparing"), progress, files.close, opened, compared, report)


def _opened(location: str, limits: Limits, files: ExitStack, progress: Progress) -> tuple[Model, Container]:
    """A model and its container, whose bytes are counted."""
    from kerasinspect.opening import open_with_container  # noqa: PLC0415 - after the first painting

    with watched(progress):
        model, container = open_with_container(location, limits)
    files.callback(model.close)
    return model, container


def _checked(model: Model, container: Container, progress: Progress) -> ModelReport:
    """What the rules say."""
    from kerasinspect.checking.request import check_open  # noqa: PLC0415 - only where it is asked for

    with watched(progress):
        return check_open(model, container)
