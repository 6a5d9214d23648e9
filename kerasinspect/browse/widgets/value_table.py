"""All values of an array: a cursor moves through its lines and columns, of which those on the screen are read."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import WorkerState

from kerasinspect.browse.strips import strip_of
from kerasinspect.browse.whole_array import Cell, WholeArray, exact, wider_style
from kerasinspect.browse.widgets.page_view import PageView
from kerasinspect.errors import InspectError
from kerasinspect.output.arrays.labels import NO_LABELS
from kerasinspect.output.colours import look_of
from kerasinspect.output.layout.cutting import told_apart
from kerasinspect.shown.escaping import columns_of, visible, visible_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.style import Style as Look
    from textual import events
    from textual.worker import Worker

    from kerasinspect.output.arrays.labels import RowLabels
    from kerasinspect.output.arrays.numbers import NumberStyle
    from kerasinspect.output.layout.spans import Line

_GUTTER = "  "
_LEFT_OUT = "⋯"
"""Stands at the side at which there are more columns, and for what is not read yet."""

_WIDEST_LABEL = 16
"""Columns that the label of a column takes at most."""

_LEAST_CELL, _LEAST_LABEL = 7, 6
"""Columns that a value and the label of a line take at least."""

_ODD = frozenset({"nan", "inf", "-inf"})


class _Loaded(NamedTuple):
    """Lines that were read, or why they could not be."""

    array: WholeArray
    lines: range
    columns: range
    rows: Sequence[Sequence[object] | None]
    error: str = ""

    def value(self, cell: Cell) -> object | None:
        """The value at a place; None for a title, and for what is not here."""
        if cell.line not in self.lines or cell.column not in self.columns:
            return None
        row = self.rows[cell.line - self.lines.start] if self.rows else None
        return None if row is None else row[cell.column - self.columns.start]


class ValueTable(ScrollView, can_focus=True):
    """Lines of values below what their array is, and a line that tells the value under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"value-table--cursor"}
    DEFAULT_CSS = """
    ValueTable { overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size-vertical: 1; display: none; }
    ValueTable > .value-table--cursor { background: $block-cursor-blurred-background; text-style: bold; }
    ValueTable:focus > .value-table--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    ValueTable:nocolor > .value-table--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", "Up", show=False),
        Binding("down,j", "move(1, 0)", "Down", show=False),
        Binding("left,h", "move(0, -1)", "Left", show=False),
        Binding("right,l", "move(0, 1)", "Right", show=False),
        Binding("pageup", "move_screen(-1, 0)", "Page up", show=False),
        Binding("pagedown,space", "move_screen(1, 0)", "Page down", show=False),
        Binding("shift+left,H", "move_screen(0, -1)", "Columns left", show=False),
        Binding("shift+right,L", "move_screen(0, 1)", "Columns right", show=False),
        Binding("home,g", "move_to(0, None)", "First line", show=False),
        Binding("end,G", "move_to(-1, None)", "Last line", show=False),
        Binding("circumflex_accent", "move_to(None, 0)", "First column", show=False),
        Binding("dollar_sign", "move_to(None, -1)", "Last column", show=False),
    ]

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self.array: WholeArray | None = None
        self._head: Sequence[Strip] = ()
        self._cursor, self._first = Cell(0, 0), 0
        self._loaded: _Loaded | None = None
        self._is_reading = False
        self._style: NumberStyle | None = None
        self._row_labels, self._labels_for = NO_LABELS, 0

    # What is shown

    def show(self, array: WholeArray, head: Sequence[Line], *, stay: bool) -> None:
        """Show an array from its first value on, or another width of what is there already."""
        self._head = [*map(strip_of, head)]
        if not stay or self.array is None:
            self.array, self._cursor, self._first = array, Cell(int(array.is_parted), 0), 0
            self._loaded = self._style = None
        self._labels_for = 0
        self._measure()
        if not stay:
            self.scroll_to(y=0, animate=False, force=True)
        self._move(self._cursor)

    @property
    def columns(self) -> int:
        """How wide a line above the values may be."""
        return self.scrollable_content_region.width - 1 if self.display else 0

    @property
    def _width(self) -> int:
        """Columns of the view."""
        return max(1, self.scrollable_content_region.width)

    @property
    def _labels(self) -> RowLabels:
        """What stands before the lines, for the width of the view."""
        if self.array is not None and self._labels_for != self._width:
            self._labels_for = self._width
            self._row_labels = self.array.labels(max(_LEAST_LABEL, self._width // 2 - _LEAST_CELL))
        return self._row_labels

    @property
    def _headed(self) -> Sequence[Strip]:
        """What stands above, as much as a third of the view has room for, with a sign where that is not all."""
        most = max(1, self.size.height // 3)
        if len(self._head) <= most:
            return self._head
        last = self._head[most - 1].crop(0, self._width - 2)
        return [*self._head[: most - 1], Strip([*last, Segment(f" {_LEFT_OUT}", look_of("quiet"))])]

    @property
    def _above(self) -> int:
        """Lines that stay above the values: the head, and the labels of groups and columns."""
        return len(self._headed) + self._title_lines + (self.array is not None and self.array.across is not None)

    @property
    def _title_lines(self) -> int:
        """Lines over the labels of the columns: in which part the first line is, and the groups of the columns."""
        array = self.array
        return 0 if array is None else array.is_parted + (array.group is not None)

    @property
    def _room(self) -> int:
        """Lines of values on the screen."""
        return max(1, self.size.height - self._above - 1)

    @property
    def _top(self) -> int:
        """The first line on the screen."""
        return max(0, round(self.scroll_y))

    @property
    def _cell(self) -> int:
        """Columns of the screen that a value takes."""
        width = max(_LEAST_CELL, self._style.width if self._style else 0)
        if self.array is None or self.array.across is None:
            return width
        ends = (self.array.column_label(at) for at in (0, self.array.columns - 1))
        return max(width, *(min(_WIDEST_LABEL, columns_of(visible_name(label))) for label in ends))

    @property
    def _beside(self) -> int:
        """Columns of values on the screen."""
        free = self._width - 1 - self._labels.width - 2 * len(_LEFT_OUT)
        return max(1, free // (self._cell + len(_GUTTER)))

    def _visible(self) -> tuple[range, range]:
        """The lines and the columns on the screen."""
        array = self.array
        if array is None:
            return range(0), range(0)
        lines = range(self._top, min(array.lines, self._top + self._room))
        return lines, range(self._first, min(array.columns, self._first + self._beside))

    # Reading

    def _load(self) -> None:
        """Read what is on the screen and not there, with a screen on each side; one reading at a time."""
        array, (lines, columns) = self.array, self._visible()
        if array is None or self._is_reading or self._has(lines, columns):
            return
        more, wider = len(lines), len(columns)
        self._is_reading = True
        lines = range(max(0, lines.start - more), min(array.lines, lines.stop + more))
        columns = range(max(0, columns.start - wider), min(array.columns, columns.stop + wider))
        self.run_worker(partial(_read, array, lines, columns), thread=True, group="values")

    def _has(self, lines: range, columns: range) -> bool:
        """Whether some lines are there, or cannot be had."""
        one = self._loaded
        return one is not None and all(
            not part or (part[0] in had and part[-1] in had)
            for part, had in ((lines, one.lines), (columns, one.columns))
        )

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what was read, and read what is wanted by now."""
        event.stop()
        if event.state not in {WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED}:
            return
        self._is_reading = False
        found = event.worker.result
        if isinstance(found, _Loaded) and found.array is self.array:
            self._loaded = found
            if not found.error:
                self._style = wider_style(self._style, found.rows)
        self._load()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read the lines that came into view."""
        super().watch_scroll_y(old_value, new_value)
        self._load()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight, read what there is room for now, and ask for what stands above in the new width."""
        self._measure()
        self._move(self._cursor)
        self.post_message(PageView.Resized())

    def _measure(self) -> None:
        """Say how far there is to scroll, which nobody knows before the view is laid out."""
        if self.array is not None:
            self.virtual_size = Size(0, self.array.lines + self._above + 1)

    # The cursor

    @property
    def cursor_value(self) -> str | None:
        """The value under the cursor with all its digits; None where it is not read yet, and for a title."""
        value = None if self._loaded is None or self._loaded.error else self._loaded.value(self._cursor)
        return None if value is None or self.array is None else exact(value, self.array.values.array.dtype)

    def go_to(self, index: Sequence[int]) -> bool:
        """Move to a value by its index; False where there is no such value."""
        cell = None if self.array is None else self.array.cell_of(index)
        if cell is not None:
            self._move(cell)
        return cell is not None

    def _move(self, cell: Cell) -> None:
        """Put the cursor on the nearest place that there is, and show it."""
        array = self.array
        if array is None:
            return
        line, column = max(0, min(cell.line, array.lines - 1)), max(0, min(cell.column, array.columns - 1))
        self._cursor = Cell(line, column)
        if not self._first <= column < self._first + self._beside:
            self._first = column if column < self._first else column - self._beside + 1
        if not self._top <= line < self._top + self._room:
            top = line if line < self._top else line - self._room + 1
            self.scroll_to(y=top, animate=False, force=True)
        self._load()
        self.refresh()

    def action_move(self, lines: int, columns: int) -> None:
        """Move so many lines and columns."""
        self._move(Cell(self._cursor.line + lines, self._cursor.column + columns))

    def action_move_screen(self, lines: int, columns: int) -> None:
        """Move so many screens."""
        self.action_move(lines * self._room, columns * self._beside)

    def action_move_to(self, line: int | None, column: int | None) -> None:
        """Move to a line or a column; -1 is the last one."""
        array, cursor = self.array, self._cursor
        if array is not None:
            self._move(
                Cell(
                    cursor.line if line is None else line % array.lines,
                    cursor.column if column is None else column % array.columns,
                )
            )

    def on_click(self, event: events.Click) -> None:
        """Put the cursor under the mouse."""
        at, left = event.y - self._above, 1 + self._labels.width + len(_LEFT_OUT)
        if 0 <= at < self._room and event.x >= left:
            self._move(Cell(self._top + at, self._first + (event.x - left) // (self._cell + len(_GUTTER))))

    # Drawing

    @property
    def text(self) -> str:
        """What is on the screen without its styles."""
        return "\n".join(self.render_line(y).text.rstrip() for y in range(self.size.height)).rstrip()

    def render_line(self, y: int) -> Strip:
        """One line of the view."""
        width, array, head = self.size.width, self.array, self._headed
        if array is None:
            return Strip.blank(width, self.rich_style)
        if y < len(head):
            line = Strip([Segment(" "), *head[y]])
        elif y < self._above:
            line = Strip([*self._labels_over(array, y - len(head))])
        elif y == self.size.height - 1:
            line = Strip([*self._told(array)])
        else:
            line = Strip([*self._line(array, self._top + y - self._above)])
        return line.adjust_cell_length(width).apply_style(self.rich_style)

    def _labels_over(self, array: WholeArray, number: int) -> Iterator[Segment]:
        """One of the lines over the values."""
        if array.is_parted and number == 0:
            title = "" if array.title(self._top) is not None else array.part_title(self._top)
            yield Segment(f"  {visible(title)}", look_of("quiet"))
            return
        _, columns = self._visible()
        before = _LEFT_OUT if columns.start else " "
        yield Segment(" " * (1 + self._labels.width) + before, look_of("quiet"))
        over = self._column_labels if number == self._title_lines else self._group_labels
        yield Segment("".join(over(array, columns)), look_of("quiet"))
        if columns.stop < array.columns:
            yield Segment(_LEFT_OUT, look_of("quiet"))

    def _column_labels(self, array: WholeArray, columns: range) -> Iterator[str]:
        """The label of each column."""
        for text in told_apart([array.column_label(at) for at in columns], self._cell):
            yield _GUTTER + " " * (self._cell - columns_of(text)) + text

    def _group_labels(self, array: WholeArray, columns: range) -> Iterator[str]:
        """The labels of groups of columns, each in the middle of a line over its columns."""
        for label, some in groupby(array.group_label(at) for at in columns):
            width = sum(self._cell + len(_GUTTER) for _ in some) - len(_GUTTER)
            text = f" {told_apart([label], width - 2)[0]} "
            left = (width - columns_of(text)) // 2
            yield f"{_GUTTER}{'─' * left}{text}{'─' * (width - left - columns_of(text))}"

    def _line(self, array: WholeArray, line: int) -> Iterator[Segment]:
        """The label of a line and its values."""
        if line >= array.lines:
            return
        title = array.title(line)
        if title is not None:
            look = self._cursor_look if line == self._cursor.line else look_of("quiet")
            yield Segment("  ")
            yield Segment(visible(title), look)
            return
        if self._loaded is not None and self._loaded.error:
            yield Segment(f"  {visible(self._loaded.error)}" if line == self._top else "", look_of("error"))
            return
        label = visible_name(self._labels.text(array.row(line))) if array.rows is not None else ""
        yield Segment(f" {label}{' ' * (self._labels.width - columns_of(label) + len(_LEFT_OUT))}", look_of("quiet"))
        for column in self._visible()[1]:
            cell = Cell(line, column)
            text = self._written(cell).rjust(self._cell)
            yield Segment(_GUTTER)
            yield Segment(text, self._look(cell, text.strip()))

    def _written(self, cell: Cell) -> str:
        """A value as it is written among the others."""
        value = None if self._loaded is None else self._loaded.value(cell)
        return _LEFT_OUT if value is None or self._style is None else self._style.write(value)

    @property
    def _cursor_look(self) -> Look:
        """How the place of the cursor looks."""
        return self.get_component_rich_style("value-table--cursor")

    def _look(self, cell: Cell, text: str) -> Look:
        """How a value looks."""
        if cell == self._cursor:
            return self._cursor_look
        return look_of("warning" if text in _ODD else "plain")

    def _told(self, array: WholeArray) -> Iterator[Segment]:
        """The index and the value under the cursor, then how much there is."""
        index, value = array.index_of(self._cursor), self.cursor_value
        said = f" [{', '.join(map(str, index))}] = {_LEFT_OUT if value is None else value}"
        labels = ", ".join(visible_name(array.values.label(axis, at)) for axis, at in enumerate(index))
        yield Segment(said, look_of("name"))
        for fact in (labels, f"of {' × '.join(f'{size:,}' for size in array.values.array.shape)}"):
            said += _GUTTER + fact
            if columns_of(said) > self._width:
                return
            yield Segment(_GUTTER + fact, look_of("quiet"))


def _read(array: WholeArray, lines: range, columns: range) -> _Loaded:
    """Some lines of an array; this is a thread."""
    try:
        return _Loaded(array, lines, columns, array.read(lines, columns))
    except (InspectError, MemoryError) as error:
        return _Loaded(array, lines, columns, (), str(error) or "There is not enough memory for this.")
