"""The screen: the tree at the left, the pages about what is chosen in it at the right, and what keys do."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Literal

from textual.app import App
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.worker import Worker, WorkerState

from kerasinspect.browse.outline import Outline
from kerasinspect.browse.widgets.key_bar import KeyBar
from kerasinspect.browse.widgets.layer_tree import LayerTree
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.browse.widgets.tab_bar import TabBar
from kerasinspect.browse.widgets.value_table import ValueTable
from kerasinspect.errors import InspectError
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.output.show_options import GridOptions
from kerasinspect.shown.escaping import printable, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widgets import Input

    from kerasinspect.browse.outline import Node
    from kerasinspect.browse.sessions import Session
    from kerasinspect.browse.subjects import Page, Subject
    from kerasinspect.browse.whole_array import WholeArray
    from kerasinspect.checking.findings import Finding
    from kerasinspect.output.layout.spans import Line

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
    lines: Sequence[Line]
    array: WholeArray | None = None
    """Moved through below the lines."""


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
    #asked, #asked:focus { display: none; height: 1; border: none; padding: 0 1; }
    #asked.-shown, #asked.-shown:focus { display: block; }
    """
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_NARROWEST, "-wide")]  # noqa: RUF012 - as the library declares it
    BINDINGS = [  # noqa: RUF012 - as the library declares it
        Binding("slash", "search", "Search"),
        Binding("n", "search_on(True)", "Next found", show=False),
        Binding("N", "search_on(False)", "Last found", show=False),
        Binding("f", "findings", "Findings"),
        Binding("y", "copy_name", "Copy name"),
        Binding("v", "copy_value", "Copy value"),
        Binding("i", "go_to_index", "Go to index"),
        Binding("c", "copy_page", "Copy page"),
        Binding("z", "zoom", "Whole width"),
        Binding("r", "read_all", "Read all", show=False),
        *(Binding(str(key), f"page({key - 1})", f"Page {key}", show=False) for key in range(1, 10)),
        Binding("question_mark", "keys", "Keys"),
        Binding("q", "quit", "Quit"),
    ]

    class Begun(Message):
        """The files are open, or cannot be opened."""

        def __init__(self, outline: Outline | None, error: Exception | None = None) -> None:
            """Tell what there is to be looked at, or why there is nothing."""
            super().__init__()
            self.outline, self.error = outline, error

    def __init__(self, session: Session) -> None:
        """Take what is to be looked at."""
        super().__init__()
        self._session = session
        self._tree, self._tabs, self._view, self._table = LayerTree(session.top), TabBar(), PageView(), ValueTable()
        self._title = ""
        self._wanted: _Wanted | None = None
        self._is_awaited = True
        self._settled: Timer | None = None
        self._allowed: set[tuple[Subject, str]] = set()
        self._sought = ""
        self._asked: Literal["name", "index"] = "name"
        self.is_opening = True
        """Whether the files are still being opened."""
        self.error: Exception | None = None
        """Why they could not be opened, which ends the view."""

    def compose(self) -> ComposeResult:
        """Make the parts of the screen."""
        with Horizontal(id="sides"):
            yield self._tree
            with Vertical():
                yield self._tabs
                yield self._view
                yield self._table
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the tree, and open the files once that is on the screen."""
        self._tree.focus()
        self.set_interval(_PAUSE, self._say_what_takes_long)
        self.call_after_refresh(Thread(target=self._begin, daemon=True).start)

    def _begin(self) -> None:
        """Open the files; this is a thread that nobody waits for who quits meanwhile."""
        try:
            begun = self.Begun(Outline(self._session.begin()))
        except Exception as error:  # noqa: BLE001 - it is raised again where the view has ended
            begun = self.Begun(None, error)
        with suppress(RuntimeError):  # the view has ended before
            self.post_message(begun)

    def on_browse_app_begun(self, message: Begun) -> None:
        """Show what there is to be looked at."""
        self.is_opening = self._is_awaited = False
        if message.outline is None:
            self.error = message.error
            self.exit()
        else:
            self._tree.show(message.outline)

    # What is shown

    def on_row_list_moved(self) -> None:
        """Show the page about what is chosen now, as soon as it stays chosen."""
        if self._settled is not None:
            self._settled.stop()
        self._settled = self.set_timer(_SETTLED, self._show)

    def on_page_view_resized(self) -> None:
        """Lay the page out anew where there is another width for it."""
        if self._wanted is None or self._wanted.grid.width != self._columns:
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
        subject, columns = self._tree.chosen.subject, self._columns
        pages = subject.pages()
        titles = [page.title for page in pages]
        at = titles.index(self._title) if self._title in titles else 0
        self._tabs.show(titles, at)
        if not pages or columns <= 0:
            return
        from kerasinspect.browse.hints import HINTS  # noqa: PLC0415 - after the first painting

        before, grid = self._wanted, GridOptions(width=columns, painted=not self.no_color, hints=HINTS)
        stay = before is not None and (before.subject, before.page.title) == (subject, pages[at].title)
        self._wanted = wanted = _Wanted(subject, pages[at], grid, stay)
        if pages[at].nbytes >= _ASKED_FROM and (subject, titles[at]) not in self._allowed:
            self._show_lines(_question(pages[at], columns))
            return
        self._is_awaited = True
        self._session.progress.begin("reading", pages[at].nbytes)
        self.run_worker(partial(_drawn, wanted), group="page", exclusive=True, thread=True)

    @property
    def _columns(self) -> int:
        """How wide a line of a page may be; of two views the one that is shown knows it."""
        return max(self._view.columns, self._table.columns)

    def _show_lines(self, lines: Sequence[Line], *, stay: bool = False) -> None:
        """Show lines."""
        self._change_views(self._view, self._table)
        self._view.show(lines, stay=stay)

    def _show_array(self, array: WholeArray, head: Sequence[Line], *, stay: bool) -> None:
        """Show an array below what it is."""
        self._change_views(self._table, self._view)
        self._table.show(array, head, stay=stay)

    def _change_views(self, shown: PageView | ValueTable, hidden: PageView | ValueTable) -> None:
        """Show one of the two views, which has the keys where the other one had them."""
        had_focus = hidden.has_focus
        shown.display, hidden.display = True, False
        if had_focus:
            shown.focus()

    def _say_what_takes_long(self) -> None:
        """Say how far a page has come that is still wanted and not there."""
        progress, columns = self._session.progress, max(1, self._columns)
        if self._is_awaited and monotonic() - progress.since > _PATIENCE:
            from kerasinspect.browse.strips import lines_of  # noqa: PLC0415 - after the first painting
            from kerasinspect.output.blocks import Paragraph  # noqa: PLC0415 - as above
            from kerasinspect.output.progress.line import line_of  # noqa: PLC0415 - as above

            self._show_lines(lines_of([Paragraph(line_of(progress, monotonic(), columns).text, "quiet")], columns))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what is ready, unless something else is wanted by now."""
        result = event.worker.result
        if event.state is WorkerState.SUCCESS and isinstance(result, _Drawn) and result.wanted is self._wanted:
            self._is_awaited = False
            if result.array is None:
                self._show_lines(result.lines, stay=result.wanted.stay)
            else:
                self._show_array(result.array, result.lines, stay=result.wanted.stay)

    def on_row_list_chosen(self) -> None:
        """Go into what is chosen: to the page of a weight, else to what a layer holds."""
        if self._tree.chosen.subject.is_leaf:
            (self._table if self._table.display else self._view).focus()
        else:
            self._tree.action_open_or_close()

    # Search

    def action_search(self) -> None:
        """Ask for a part of a name."""
        self._ask("name", "a part of a name")

    def action_go_to_index(self) -> None:
        """Ask for the index of a value."""
        if self._table.display:
            self._ask("index", "an index, such as 12 or 12, 5; -1 is the last position")
        else:
            self.notify("The table of a weight has values to go to.", markup=False)

    def _ask(self, what: Literal["name", "index"], words: str) -> None:
        """Show the field in which something is typed; it is made when it is first needed."""
        from textual.widgets import Input  # noqa: PLC0415 - after the first painting

        self._asked = what
        fields = self.query("#asked")
        field = fields.first(Input) if fields else Input(id="asked")
        if not fields:
            self.mount(field, before=self.query_one(KeyBar))
        field.placeholder, field.value = words, ""
        field.add_class("-shown")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go to the first name that has what is typed."""
        if event.value and self._asked == "name":
            self._seek(event.value, self._tree.outline.top)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back: to the tree, where n and N go on to other names, or to the value of an index."""
        if self._asked == "index" and event.value.strip():
            self._go_to(event.value)
        self._end_asking()

    def _go_to(self, text: str) -> None:
        """Go to a value by its index."""
        try:
            index = [int(part) for part in text.strip(" []()").replace(",", " ").split()]
        except ValueError:
            self.notify("An index is whole numbers, one for each axis: 12, 5", severity="warning", markup=False)
            return
        if not self._table.go_to(index):
            self.notify("The array has no value there.", severity="warning", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Leave the field where it is asked for, or the page for the tree."""
        if event.key == "escape" and self.query("#asked.-shown"):
            self._end_asking()
        elif event.key == "escape" and not self._tree.has_focus and self._tree.display:
            self._tree.focus()

    def _end_asking(self) -> None:
        """Take the field away."""
        self.query_one("#asked").remove_class("-shown")
        (self._table if self._asked == "index" else self._tree).focus()

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
        if self.is_opening:
            return
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
        (self._tree if not is_zoomed else self._table if self._table.display else self._view).focus()

    def action_copy_name(self) -> None:
        """Put the path of what is chosen on the clipboard, every character to be seen."""
        self._copy(printable(self._tree.chosen.subject.path))

    def action_copy_page(self) -> None:
        """Put the page that is shown on the clipboard."""
        self._copy((self._table if self._table.display else self._view).text)

    def action_copy_value(self) -> None:
        """Put the value under the cursor on the clipboard, with all its digits."""
        value = self._table.cursor_value if self._table.display else None
        if value is None:
            self.notify("No value is chosen: tab goes to the table of a weight.", markup=False)
        else:
            self._copy(value)

    def _copy(self, text: str) -> None:
        """Put a text on the clipboard, and say so."""
        self.copy_to_clipboard(text)
        self.notify(f"copied {short(text, _LONGEST_SAID)}", markup=False)

    async def action_quit(self) -> None:
        """End, and all reading with it, which would be waited for."""
        self._session.close()
        self.exit()


def _question(page: Page, columns: int) -> Sequence[Line]:
    """What stands in the place of a page that reads much."""
    from kerasinspect.browse.strips import lines_of  # noqa: PLC0415 - after the first painting
    from kerasinspect.output.blocks import Paragraph  # noqa: PLC0415 - as above
    from kerasinspect.output.wording import bytes_in_words  # noqa: PLC0415 - as above

    said = f"{page.title} of all values: {bytes_in_words(page.nbytes)} are read for it."
    return lines_of([Paragraph(said), Paragraph("Press r to read them.", "quiet")], columns)


def _drawn(wanted: _Wanted) -> _Drawn:
    """The lines of a page; what it reads is read here, in a thread."""
    from kerasinspect.browse.strips import lines_of  # noqa: PLC0415 - after the first painting
    from kerasinspect.output.blocks import Paragraph  # noqa: PLC0415 - as above

    page, columns = wanted.page, wanted.grid.width or 1
    try:
        array = page.array()
        blocks = page.draw(wanted.grid) if array is None else page.head()
        return _Drawn(wanted, lines_of(blocks, columns), array)
    except InspectError as error:
        lines = lines_of([Paragraph(str(error), "error")], columns)
    except MemoryError:
        lines = lines_of([Paragraph("There is not enough memory for this.", "error")], columns)
    return _Drawn(wanted, lines)
