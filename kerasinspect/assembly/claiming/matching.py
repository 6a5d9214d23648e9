"""Which group of a container belongs to which layer: by the names in the file, else by counting as its Keras did."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import expected_kinds
from kerasinspect.assembly.skeleton import is_named
from kerasinspect.knowledge.keras_versions import KERAS_3
from kerasinspect.knowledge.layers import group_name
from kerasinspect.knowledge.naming import unnumbered
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.names import number_behind, number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.knowledge.keras_versions import KerasVersion

_ONCE = (2, 14)
"""Since when a layer that was stored counts once; since Keras 3 layers that were stored elsewhere count as well."""
VARS = "vars"
"""The group of a layer's own arrays."""


@dataclass(frozen=True, slots=True)
class TreeWalk:
    """What the walk of a tree carries from group to group."""

    layers: dict[tuple[str, str], Node] = field(default_factory=dict)
    """Layers that have their arrays, by class and name: a shared layer is stored once and met again."""
    inside: dict[Node, Mapping[tuple[str, str], Node]] = field(default_factory=dict)
    """The layers inside those that are met again, by class and name."""
    version: KerasVersion | None = None
    """The Keras that numbered the groups."""
    is_of_library: bool = False
    """The file is of keras-hub, whose code tells classes that no config has."""


def own_arrays(group: Group) -> list[tuple[str, StoredArray]]:
    """A layer's own arrays with their keys; these are numbers, which HDF5 sorts as text."""
    own = group.groups.get(VARS)
    keyed = {**own.arrays, **own.aliases} if own else {}
    return sorted(keyed.items(), key=lambda item: (number_of(item[0]) is None, number_of(item[0]) or 0))


def user_name(group: Group) -> str | None:
    """The name that the user gave a layer, where the file has it."""
    own = group.groups.get(VARS)
    return own.text("name") if own else None


def has_arrays(group: Group) -> bool:
    """Whether any array lies in a group or below it, be it under a second name."""
    return any(below.arrays or below.aliases for below in group.walk())


def match_groups(walk: TreeWalk, children: list[Node], container: Group) -> dict[Node, str]:
    """The group of each layer, by the names in the file, else by the way of counting that explains most groups.

    Of ways that explain as many, that of the Keras version counts.
    """
    names = {key: user_name(group) for key, group in container.groups.items()}
    if any(names.values()):
        return _match_names(children, names, counted_keys(children))
    attempts = [count(walk, children, container) for count in _ways_of(walk.version)]
    return max(attempts, key=lambda keys: _explained(walk, children, container, keys))


def _match_names(children: list[Node], names: dict[str, str | None], counted: dict[Node, str]) -> dict[Node, str]:
    """The group of each layer by class and the user's name; where two share both, in order.

    Of several it is the one in the place that Keras counts. A layer that the file has under no name has that place.
    """
    free: defaultdict[tuple[str, str | None], deque[str]] = defaultdict(deque)
    for key, name in names.items():
        for stem in {key, unnumbered(key)}:
            free[stem, name].append(key)
    found: dict[Node, str] = {}
    used: set[str] = set()
    for child in children:
        key = counted[child]
        candidates = free[group_name(child.class_name), child.name]
        while candidates and candidates[0] in used:
            candidates.popleft()
        if candidates:
            is_there = key not in used and names.get(key) == child.name
            found[child] = key if is_there else candidates[0]
            used.add(found[child])
    _match_nameless([child for child in children if not is_named(child)], names, found)
    _match_places(children, names, counted, found)
    return found


def _match_places(
    children: list[Node], names: dict[str, str | None], counted: dict[Node, str], found: dict[Node, str]
) -> None:
    """Match layers by place alone where nobody bears the name that the file has there: Keras asks for no name."""
    used = {*found.values()}
    for child in children:
        key = counted[child]
        if child not in found and key in names and key not in used:
            found[child] = key


def _match_nameless(children: list[Node], names: dict[str, str | None], found: dict[Node, str]) -> None:
    """Match the layers whose config leaves their names out, class by class in order; the file has the names."""
    nameless = set(children)
    taken = {key for child, key in found.items() if child not in nameless}
    free: defaultdict[str, deque[str]] = defaultdict(deque)
    for key in sorted(names, key=number_behind):
        if key not in taken:
            free[unnumbered(key)].append(key)
    for child in children:
        keys = free[group_name(child.class_name)]
        if keys:
            key = keys.popleft()
            found[child], child.name = key, names[key] or child.name


def _ways_of(version: KerasVersion | None) -> list[Callable[[TreeWalk, list[Node], Group], dict[Node, str]]]:
    """The ways of counting, that of the version first."""
    first = (
        _count_all if version is None or version >= KERAS_3 else _count_stored if version >= _ONCE else _count_doubled
    )
    return sorted((_count_all, _count_stored, _count_doubled), key=lambda way: way is not first)


def _count_all(_walk: TreeWalk, children: list[Node], container: Group) -> dict[Node, str]:
    """Keras 3: every layer counts, also one that was stored elsewhere and so has no group here."""
    return {child: key for child, key in counted_keys(children).items() if key in container.groups}


def counted_keys(children: list[Node]) -> dict[Node, str]:
    """The group in which Keras 3 looks for each layer, be there one or not."""
    counter: Counter[str] = Counter()
    return {child: _next_group_name(child, counter) for child in children}


def _count_stored(walk: TreeWalk, children: list[Node], container: Group) -> dict[Node, str]:
    """Keras 2.14 to 2.15: a layer that was stored elsewhere does not count.

    It has the class and the name of one that was walk, and its class has fewer groups here than layers.
    """
    counter: Counter[str] = Counter()
    found = {}
    known = {*walk.layers}
    spare = Counter(group_name(child.class_name) for child in children)
    spare.subtract(unnumbered(key) for key in container.groups)
    for child in children:
        stem = group_name(child.class_name)
        if (child.class_name, child.name) in known and spare[stem] > 0:
            spare[stem] -= 1
            continue
        known |= {(below.class_name, below.name) for below in child.walk()}
        key = _next_group_name(child, counter)
        if key in container.groups:
            found[child] = key
    return found


def _count_doubled(_walk: TreeWalk, children: list[Node], container: Group) -> dict[Node, str]:
    """Keras 2.12 and 2.13: a layer with weights is visited twice and takes two numbers."""
    counter: Counter[str] = Counter()
    found = {}
    for child in children:
        key = _next_group_name(child, counter)
        if key in container.groups:
            found[child] = key
        if expects_arrays(child):
            counter[group_name(child.class_name)] += 1
    return found


def _next_group_name(child: Node, counter: Counter[str]) -> str:
    """The next group name of the layer's class."""
    stem = group_name(child.class_name)
    number = counter[stem]
    counter[stem] += 1
    return f"{stem}_{number}" if number else stem


def expects_arrays(node: Node) -> bool:
    """Whether the layer, or one inside it, has weights by class and config; a custom class is taken to have some."""
    return any(below.kind is None or any(expected_kinds(below)) for below in node.walk() if not below.is_model)


def _explained(walk: TreeWalk, children: list[Node], container: Group, keys: dict[Node, str]) -> int:
    """How well a matching explains a container: groups with the number of arrays that the class says.

    A layer without a group was stored elsewhere, or there is something wrong with the matching.
    """
    score = 0
    known = {*walk.layers}
    for child in children:
        key = keys.get(child)
        if key is not None:
            stored = sum(1 for _ in container.groups[key].all_arrays())
            score += bool(stored) if child.kind is None else 2 * (stored == _expected_count(child)) - 1
        elif (child.class_name, child.name) not in known and expects_arrays(child):
            score -= 2
        known |= {(below.class_name, below.name) for below in child.walk()}
    used = set(keys.values())
    return score - 2 * sum(has_arrays(group) for key, group in container.groups.items() if key not in used)


def _expected_count(node: Node) -> int:
    """Arrays that the layer and those inside it store, by class and config."""
    return sum(len(expected_kinds(below)[0]) + bool(below.kind and below.kind.shares_kernel) for below in node.walk())
