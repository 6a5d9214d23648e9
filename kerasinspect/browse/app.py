"""The screen: the tree at the left, the pages about what is chosen in it at the right, and what keys do."""

from __future__ import annotations

from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input
from textual.worker import Worker, WorkerState

from kerasinspect.browse.strips import strips_of
from kerasinspect.browse.subjects import Subject
from kerasinspect.browse.widgets.layer_tree import LayerTree
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.browse.widgets.tab_bar import TabBar
from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.blocks import Paragraph
from kerasinspect.output.progress.line import line_of
from kerasinspect.output.show_options import GridOptions
from kerasinspect.output.wording import bytes_in_words
from kerasinspect.shown.escaping import printable, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip
    from textual.timer import Timer

    from kerasinspect.browse.outline import Node
    from kerasinspect.browse.sessions import Session
    from kerasinspect.browse.subjects import Page
    from kerasinspect.checking.findings import Finding
    from kerasinspect.output.blocks import Block

_ASKED_FROM = 256_000_000
"""Bytes from which on whole arrays are read only where somebody says so."""

_SETTLED = 0.05
"""Seconds without another choice after which a page is drawn: who holds a key down passes over many."""

_PATIENCE, _PAUSE = 0.3, 0.1
"""Seconds after which it is said that something takes long, and from one time that this is drawn to the next."""

_LONGEST_SAID = 60
"""Characters of what was copied that are said."""

_NARROWEST = 80
"""Columns from which on the tree and the page stand side by side."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A page, and how it is to be shown."""

    subject: Subject
    page: Page
    grid: GridOptions
    stay: bool
    """Whether the view stays where it is: the page is there already, in another width."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page that is ready."""

    wanted: _Wanted
    strips: Sequence[Strip]


class BrowseApp(App[None]):
    """Shows subjects. What reads values does so in a thread, so that keys go on being answered."""

    CSS = """
    #sides { height: 1fr; }
    LayerTree { width: 36%; min-width: 24; max-width: 60; border-right: vkey $surface-lighten-2; }
    .-narrow #sides { layout: vertical; }
    .-narrow LayerTree {
        width: 100%; max-width: 100%; height: 40%; border-right: none; border-bottom: solid $surface-lighten-2;
    }
    .-zoomed LayerTree { display: none; }
    #search, #search:focus { display: none; height: 1; border: none; padding: 0 1; }
    #search.-shown, #search.-shown:focus { display: block; }
    """
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_NARROWEST, "-wide")]  # noqa: RUF012 - as the library declares it
    BINDINGS = [  # noqa: RUF012 - as the library declares it
        Binding("slash", "search", "Search"),
        Binding("n", "search_on(True)", "Next found", show=False),
        Binding("N", "search_on(False)", "Last found", show=False),
        Binding("f", "findings", "Findings"),
        Binding("y", "copy_name", "Copy name"),
        Binding("c", "copy_page", "Copy page"),
        Binding("z", "zoom", "Whole width"),
        Binding("r", "read_all", "Read all", show=False),
        *(Binding(str(key), f"page({key - 1})", f"Page {key}", show=False) for key in range(1, 10)),
        Binding("question_mark", "keys", "Keys"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, session: Session) -> None:
        """Take what is to be looked at."""
        super().__init__()
        self._session = session
        self._tree, self._tabs, self._view = LayerTree(session.top), TabBar(), PageView()
        self._title = ""
        self._wanted: _Wanted | None = None
        self._is_awaited = False
        self._settled: Timer | None = None
        self._allowed: set[tuple[Subject, str]] = set()
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Make the parts of the screen."""
        with Horizontal(id="sides"):
            yield self._tree
            with Vertical():
                yield self._tabs
                yield self._view
        yield Input(placeholder="a part of a name", id="search")
        yield Footer()

    def on_mount(self) -> None:
        """Begin with the tree, and with what is not there yet."""
        self._tree.focus()
        self.set_interval(_PAUSE, self._say_what_takes_long)
        if self._session.later is not None:
            self._is_awaited = True
            self.run_worker(self._session.later, group="later", thread=True)

    # What is shown

    def on_row_list_moved(self) -> None:
        """Show the page about what is chosen now, as soon as it stays chosen."""
        if self._settled is not None:
            self._settled.stop()
        self._settled = self.set_timer(_SETTLED, self._show)

    def on_page_view_resized(self) -> None:
        """Lay the page out anew."""
        self._show()

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """Show the page whose title was clicked."""
        self.action_page(message.at)

    def action_page(self, at: int) -> None:
        """Show a page by its place; other subjects show theirs of that title from now on."""
        pages = self._tree.chosen.subject.pages()
        if at < len(pages):
            self._title = pages[at].title
            self._show()

    def action_read_all(self) -> None:
        """Draw a page that reads much, now that somebody says so."""
        if self._wanted is not None:
            self._allowed.add((self._wanted.subject, self._wanted.page.title))
            self._show()

    def _show(self) -> None:
        """Draw the page that is wanted; what another one still reads is shown no more."""
        subject, view = self._tree.chosen.subject, self._view
        pages = subject.pages()
        titles = [page.title for page in pages]
        at = titles.index(self._title) if self._title in titles else 0
        self._tabs.show(titles, at)
        if not pages or view.columns <= 0:
            return
        before, grid = self._wanted, GridOptions(width=view.columns, painted=not self.no_color)
        stay = before is not None and (before.subject, before.page.title) == (subject, pages[at].title)
        self._wanted = wanted = _Wanted(subject, pages[at], grid, stay)
        if pages[at].nbytes >= _ASKED_FROM and (subject, titles[at]) not in self._allowed:
            view.show(strips_of(_question(pages[at]), view.columns))
            return
        self._is_awaited = True
        self._session.progress.begin("reading", pages[at].nbytes)
        self.run_worker(partial(_drawn, wanted), group="page", exclusive=True, thread=True)

    def _say_what_takes_long(self) -> None:
        """Say how far a page has come that is still wanted and not there."""
        progress = self._session.progress
        if self._is_awaited and monotonic() - progress.since > _PATIENCE:
            line = line_of(progress, monotonic(), max(1, self._view.columns)).text
            self._view.show(strips_of([Paragraph(line, "quiet")], self._view.columns))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what is ready, unless something else is wanted by now."""
        if event.state is not WorkerState.SUCCESS:
            return
        result = event.worker.result
        if isinstance(result, Subject):
            self._is_awaited = False
            self._tree.show(result)
        elif isinstance(result, _Drawn) and result.wanted is self._wanted:
            self._is_awaited = False
            self._view.show(result.strips, stay=result.wanted.stay)

    # Search

    def action_search(self) -> None:
        """Ask for a part of a name."""
        field = self.query_one("#search", Input)
        field.add_class("-shown")
        field.value = ""
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go to the first name that has what is typed."""
        if event.value:
            self._seek(event.value, self._tree.outline.top)

    def on_input_submitted(self) -> None:
        """Go back to the tree; n and N go on to other names."""
        self._end_search()

    def on_key(self, event: events.Key) -> None:
        """Leave the search where it is asked for."""
        if event.key == "escape":
            self._end_search()

    def _end_search(self) -> None:
        """Take the field away."""
        self.query_one("#search").remove_class("-shown")
        self._tree.focus()

    def action_search_on(self, forward: bool) -> None:  # noqa: FBT001 - what a key gives
        """Go to the next name that has what was typed, or to the one before."""
        if self._sought:
            self._seek(self._sought, self._tree.chosen, forward=forward)

    def _seek(self, text: str, start: Node, *, forward: bool = True) -> None:
        """Go to a subject by a part of its path."""
        self._sought, part = text, text.casefold()
        found = self._tree.outline.find(lambda subject: part in subject.path.casefold(), start, forward=forward)
        if found is None:
            self.notify(f"nothing is called {text}", severity="warning", markup=False)
        else:
            self._tree.go_to(found)

    # Findings

    def action_findings(self) -> None:
        """List what ``check`` says, and go to the place of a finding."""
        from kerasinspect.browse.screens.findings import FindingsScreen  # noqa: PLC0415 - after the first painting

        self.push_screen(FindingsScreen(self._session.report, self._session.progress), self._go_to_finding)

    def _go_to_finding(self, finding: Finding | None) -> None:
        """Go to the layer or weight that a finding is about."""
        if finding is None:
            return
        top = self._tree.outline.top
        found = self._tree.outline.find(lambda subject: subject.path == finding.where, top)
        if found is None:
            self.notify("It is about the file as a whole.", markup=False)
        else:
            self._tree.go_to(found)

    # Other keys

    def action_keys(self) -> None:
        """Say what every key does."""
        from kerasinspect.browse.screens.keys import KeysScreen  # noqa: PLC0415 - after the first painting

        self.push_screen(KeysScreen())

    def action_zoom(self) -> None:
        """Give the page the whole width, or the tree its part again."""
        is_zoomed = self.screen.toggle_class("-zoomed").has_class("-zoomed")
        (self._view if is_zoomed else self._tree).focus()

    def action_copy_name(self) -> None:
        """Put the path of what is chosen on the clipboard, every character to be seen."""
        self._copy(printable(self._tree.chosen.subject.path))

    def action_copy_page(self) -> None:
        """Put the page that is shown on the clipboard."""
        self._copy(self._view.text)

    def _copy(self, text: str) -> None:
        """Put a text on the clipboard, and say so."""
        self.copy_to_clipboard(text)
        self.notify(f"copied {short(text, _LONGEST_SAID)}", markup=False)

    async def action_quit(self) -> None:
        """End, and all reading with it, which would be waited for."""
        self._session.close()
        self.exit()


def _question(page: Page) -> Sequence[Block]:
    """What stands in the place of a page that reads much."""
    said = f"{page.title} of all values: {bytes_in_words(page.nbytes)} are read for it."
    return [Paragraph(said), Paragraph("Press r to read them.", "quiet")]


def _drawn(wanted: _Wanted) -> _Drawn:
    """The lines of a page; what it reads is read here, in a thread."""
    columns = wanted.grid.width or 1
    try:
        strips = strips_of(wanted.page.draw(wanted.grid), columns)
    except InspectError as error:
        strips = strips_of([Paragraph(str(error), "error")], columns)
    except MemoryError:
        strips = strips_of([Paragraph("There is not enough memory for this.", "error")], columns)
    return _Drawn(wanted, strips)
