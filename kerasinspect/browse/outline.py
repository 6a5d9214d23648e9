"""A tree of subjects as the list of those that are to be seen, which opening and closing one of them changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kerasinspect.browse.subjects import Subject


class Node:
    """A place in the tree, and its subject, which is made when somebody looks there."""

    __slots__ = ("_below", "_make", "_subject", "depth", "is_last", "is_open", "parent")

    def __init__(self, make: Callable[[], Subject], parent: Node | None = None, *, is_last: bool = True) -> None:
        """Stand below a parent, closed."""
        self._make, self.parent, self.is_last = make, parent, is_last
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.is_open = False
        self._subject: Subject | None = None
        self._below: Sequence[Node] | None = None

    @property
    def subject(self) -> Subject:
        """What stands here."""
        if self._subject is None:
            self._subject = self._make()
        return self._subject

    @property
    def below(self) -> Sequence[Node]:
        """The nodes of what the subject holds; they are made when they are first asked for."""
        if self._below is None:
            makers = () if self.subject.is_leaf else self.subject.below()
            self._below = [Node(make, self, is_last=at == len(makers)) for at, make in enumerate(makers, 1)]
        return self._below

    def path(self) -> Iterator[Node]:
        """The node itself, then what holds it, up to the top."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


class Outline:
    """The nodes that are to be seen, top down: the first ones, and what is below each that is open."""

    def __init__(self, top: Subject) -> None:
        """Show one subject and what is directly below it."""
        self.top = Node(lambda: top)
        self.rows = [self.top]
        self.unfold(0)

    def unfold(self, at: int) -> None:
        """Show what the node in a row holds."""
        node = self.rows[at]
        if not node.is_open and not node.subject.is_leaf:
            node.is_open = True
            self.rows[at + 1 : at + 1] = [*_seen(node)][1:]

    def fold(self, at: int) -> None:
        """Show no more what the node in a row holds."""
        node = self.rows[at]
        if node.is_open:
            end = next((n for n in range(at + 1, len(self.rows)) if self.rows[n].depth <= node.depth), len(self.rows))
            node.is_open = False
            del self.rows[at + 1 : end]

    def reveal(self, node: Node) -> int:
        """The row of a node, of which all that holds it is opened."""
        for holder in reversed([*node.path()][1:]):
            if not holder.is_open:
                self.unfold(self.rows.index(holder))
        return self.rows.index(node)

    def find(self, fits: Callable[[Subject], bool], start: Node, *, forward: bool = True) -> Node | None:
        """The next node, or the one before, that fits, whether it is to be seen or not; from the end round again."""
        nodes = [*_walk(self.top, lambda node: node.below)]
        at = nodes.index(start)
        following = (*nodes[at + 1 :], *nodes[: at + 1])
        order = following if forward else (*reversed(following[:-1]), start)
        return next((node for node in order if fits(node.subject)), None)


def _seen(top: Node) -> Iterator[Node]:
    """A node, and what is to be seen below it."""
    return _walk(top, lambda node: node.below if node.is_open else ())


def _walk(top: Node, below: Callable[[Node], Sequence[Node]]) -> Iterator[Node]:
    """A node, then those below it, depth first."""
    from kerasinspect.model import depth_first  # noqa: PLC0415 - the first painting has nothing below its only node

    return depth_first(top, below)
