"""What is looked at in one run: a model, or what differs between two, with all that can be asked about it."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.browse.model_subjects import model_subject
from kerasinspect.browse.subjects import Subject
from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.opening import open_with_container
from kerasinspect.progress import Progress, watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from kerasinspect.checking.findings import ModelReport
    from kerasinspect.formats.contents import Container
    from kerasinspect.limits import Limits
    from kerasinspect.model import Model


@dataclass(frozen=True, slots=True)
class Session:
    """What is looked at, and what else can be asked about it."""

    top: Subject
    progress: Progress
    """What counts the bytes that are read."""
    close: Callable[[], None]
    """Ends all reading."""
    report: Callable[[], ModelReport]
    """What ``check`` says of the model; it is asked once."""
    later: Callable[[], Subject] | None = None
    """What is to be looked at once it is there, in the place of ``top``."""


def model_session(location: str, limits: Limits, files: ExitStack) -> Session:
    """A model, whose file is one of ``files``; raises what ``open_model`` raises."""
    progress = Progress()
    model, container = _opened(location, limits, files, progress)
    top = model_subject(inspect(select(model)))
    return Session(top, progress, files.close, cache(partial(_checked, model, container, progress)))


def diff_session(old: str, new: str, limits: Limits, files: ExitStack) -> Session:
    """What differs between two models, which is found out once the view is there; ``check`` is asked of the new one."""
    progress = Progress()
    before, _ = _opened(old, limits, files, progress)
    after, container = _opened(new, limits, files, progress)

    def compared() -> Subject:
        from kerasinspect.analysis.comparison.models import compare_models  # noqa: PLC0415 - after the first painting
        from kerasinspect.browse.diff_subjects import diff_subject  # noqa: PLC0415 - as above

        try:
            with watched(progress):
                return diff_subject(compare_models(before, after))
        except InspectError as error:  # among others since somebody quits meanwhile
            return Subject("", "not compared", str(error), "error")

    waiting = Subject("", "comparing")
    return Session(waiting, progress, files.close, cache(partial(_checked, after, container, progress)), compared)


def _opened(location: str, limits: Limits, files: ExitStack, progress: Progress) -> tuple[Model, Container]:
    """A model and its container, whose bytes are counted."""
    with watched(progress):
        model, container = open_with_container(location, limits)
    files.callback(model.close)
    return model, container


def _checked(model: Model, container: Container, progress: Progress) -> ModelReport:
    """What the rules say."""
    from kerasinspect.checking.request import check_open  # noqa: PLC0415 - only where it is asked for

    with watched(progress):
        return check_open(model, container)
