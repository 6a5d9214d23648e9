"""What ``check`` says of the model, asked only where somebody wants to see it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from kerasinspect.browse.screens.overlay import Overlay
from kerasinspect.browse.strips import lines_of
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.browse.widgets.row_list import RowList
from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.errors import InspectError
from kerasinspect.output.blocks import Paragraph
from kerasinspect.output.pages.check import TONES, finding_blocks, unread_blocks
from kerasinspect.output.progress.line import line_of
from kerasinspect.shown.escaping import visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from textual.app import ComposeResult
    from textual.worker import Worker

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.output.blocks import Block
    from kerasinspect.output.layout.spans import Line
    from kerasinspect.progress import Progress

_PAUSE = 0.1
"""Seconds from one time that it is said how far the reading has come to the next."""


class _FindingList(RowList):
    """A row for each finding, the worst first."""

    findings: Sequence[Finding] = ()

    @property
    def chosen(self) -> Finding | None:
        """The finding in the chosen row; None where nothing was found."""
        return self.findings[self.cursor] if self.findings else None

    def row_count(self) -> int:
        """How many findings there are."""
        return len(self.findings)

    def row_line(self, at: int) -> Line:
        """What one says, in a line."""
        one = self.findings[at]
        said = f"{visible_name(one.where)}: {visible(one.message)}"
        return (f"{one.severity:<8}", TONES[one.severity]), (f"{one.code} ", "quiet"), (said, "plain")


class FindingsScreen(Overlay["Finding | None"]):
    """The findings, and all that is said of the chosen one; gives the one to go to."""

    DEFAULT_CSS = """
    FindingsScreen { align: center middle; }
    FindingsScreen #box { width: 90%; height: 80%; border: round $primary; }
    FindingsScreen RowList { height: 60%; border-bottom: solid $surface-lighten-2; display: none; }
    FindingsScreen RowList.-filled { display: block; }
    FindingsScreen PageView { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f", "leave", "Back")]

    def __init__(self, check: Callable[[], ModelReport], progress: Progress) -> None:
        """Take what asks the rules, and what counts the bytes that it reads."""
        super().__init__()
        self._check, self._progress = check, progress
        self._list, self._view = _FindingList(), PageView()
        self._report: ModelReport | None = None
        self._error = ""

    def compose(self) -> ComposeResult:
        """Make the parts."""
        with Vertical(id="box"):
            yield self._list
            yield self._view

    def on_mount(self) -> None:
        """Ask the rules, and say how far that has come."""
        self._list.focus()
        self._progress.begin("reading")
        self.run_worker(self._ask, thread=True)
        self.set_interval(_PAUSE, self._say_how_far)

    def _ask(self) -> ModelReport | str:
        """What the rules say, or why they cannot be asked; this is a thread."""
        try:
            return self._check()
        except InspectError as error:
            return str(error)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """List what was found."""
        event.stop()
        result = event.worker.result
        if isinstance(result, str):
            self._error = result
        elif result is not None:
            self._report = result
            self._list.findings = sorted(result.findings, key=lambda one: SEVERITIES.index(one.severity))
            self._list.set_class(bool(result.findings), "-filled")
            self._list.rows_changed()
            self._list.focus()
        self._show()

    def on_row_list_moved(self) -> None:
        """Say all of the finding that is chosen now."""
        self._show()

    def on_page_view_resized(self) -> None:
        """Lay it out anew."""
        self._show()

    def on_row_list_chosen(self) -> None:
        """Go to the place of the chosen finding."""
        self.dismiss(self._list.chosen)

    def action_leave(self) -> None:
        """Go nowhere."""
        self.dismiss(None)

    def _say_how_far(self) -> None:
        """Draw the line about progress again."""
        if self._report is None:
            self._show()

    def _show(self) -> None:
        """Show what there is to say by now."""
        self._view.show(lines_of(self._blocks(), max(1, self._view.columns)))

    def _blocks(self) -> Iterable[Block]:
        """All about the chosen finding, or why there is none."""
        if self._error:
            return [Paragraph(self._error, "error")]
        if self._report is None:
            return [Paragraph(line_of(self._progress, monotonic(), max(1, self._view.columns)).text, "quiet")]
        unread = [*unread_blocks(self._report)]
        if self._list.chosen is None:
            return unread or [Paragraph("check finds nothing wrong.")]
        return [*finding_blocks([self._list.chosen], verbose=True), *unread]
