"""Which layer's units an axis of a tensor runs along, and whose values a layer takes, followed through the graph."""

from __future__ import annotations

from itertools import islice
from math import prod
from typing import TYPE_CHECKING

from kerasinspect.assembly.graph import AxisSource, Run, is_single
from kerasinspect.knowledge.axes import joined_axis, permuted_axis
from kerasinspect.knowledge.channels import keeps_places, own_axis, passed_axis, passes_on
from kerasinspect.knowledge.kinds import Layout
from kerasinspect.knowledge.serialized import as_mapping, mapping, size, word
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.assembly.graph import Graph, Shapes, Wiring
    from kerasinspect.assembly.nodes import Node
    from kerasinspect.model import Shape

_MOST_RUNS = 100
"""Runs of positions along one axis; of more, only the layer that puts them side by side is told."""

_OUTPUT = "output"
"""What one step along an axis is called that is not known to run along units."""


def common_source(graph: Graph, calls: Sequence[Sequence[Node]], wiring: Wiring) -> AxisSource | None:
    """The source of an axis of a layer's input, through layers that pass it on; None where its calls do not agree."""
    if not calls or any(len(call) != 1 for call in calls):
        return None
    found = _source_of(graph, calls[0][0], wiring.input_shape)
    others = {call[0] for call in calls[1:]} - {calls[0][0]}
    return found if all(_source_of(graph, node, None) == found for node in others) else None


def common_values(graph: Graph, calls: Sequence[Sequence[Node]]) -> Node | None:
    """The layer whose values all calls take, through layers that keep values; None where its calls do not agree."""
    if not calls or any(len(call) != 1 for call in calls):
        return None
    found = {_values_of(graph, node) for node in {call[0] for call in calls}}
    return found.pop() if len(found) == 1 else None


def source_given(graph: Graph, node: Node, wiring: Wiring, shape: Shapes) -> AxisSource | None:
    """The source of an axis of a layer's output of this shape."""
    if shape is None or not is_single(shape):
        return None
    if node.role == "input":
        return _of_size(wiring.source, shape)
    return _laid_out(graph, node, wiring, shape) or _passed_on(node, wiring, shape)


def original(node: Node | None) -> Node | None:
    """A layer, or the one met earlier that it is."""
    return node if node is None or node.same_as is None else node.same_as


def is_same(one: AxisSource, other: AxisSource | None) -> bool:
    """Whether two sources are the same axis of the same layer, where a layer may stand at several places."""
    return other is not None and _without_places(one) == _without_places(other)


def _without_places(source: AxisSource) -> tuple[object, ...]:
    """What a source is, whichever place its layers stand at."""
    runs = tuple((original(run.layer), run.word, run.size, run.shape, run.axis) for run in source.runs)
    return (original(source.layer), source.axis, source.size, *runs)


def unit_word(node: Node) -> str:
    """What one step along a layer's own axis is called."""
    words = {
        "filters": "filter", "nb_filter": "filter", "depth_multiplier": "channel", "units": "unit", "output_dim": "unit"
    }  # fmt: skip
    inner = as_mapping(node.config.get("layer")) if node.kind and node.kind.gives_inner_output else {}
    config = as_mapping(inner.get("config")) or node.config
    return next((word for key, word in words.items() if key in config), _OUTPUT)


def _source_of(graph: Graph, node: Node, seen: Shapes) -> AxisSource | None:
    """The source of an axis of a layer's output; ``seen`` is the output's shape as the next layer sees it."""
    wiring = graph.of(node)
    if wiring.output_shape is not None or node.role == "input":
        return wiring.given
    return _passed_on(node, wiring, seen) if is_single(seen) else None


def _values_of(graph: Graph, node: Node) -> Node | None:
    """The layer whose values a layer gives: itself, or another whose values it keeps."""
    keeps = node.role == "input" or (node.kind is not None and node.kind.keeps_values)
    return graph.of(node).values if keeps else node


def _passed_on(node: Node, wiring: Wiring, shape: Shape) -> AxisSource | None:
    """The source of an output that lies as the input did, or that is the layer's own."""
    if node.kind is None or node.role == "operation" or not passes_on(node.class_name, node.config):
        axis = own_axis(node.class_name, node.config, len(shape)) if node.kind else len(shape) - 1
        return _own(node, shape, axis)
    if wiring.source is None or not is_single(wiring.input_shape):
        return None
    passed = passed_axis(node.class_name, node.config, wiring.source.axis, len(wiring.input_shape))
    if passed is None:
        return None
    placed_by = wiring.source.placed_by if keeps_places(node.class_name, node.config) else node
    return _of_size(replace(wiring.source, axis=passed, placed_by=placed_by), shape)


def _own(layer: Node, shape: Shape, axis: int, runs: tuple[Run, ...] = ()) -> AxisSource | None:
    """A layer as the source of an axis of its output, where the shape has it and tells its size."""
    length = shape[axis] if 0 < axis < len(shape) else None
    return AxisSource(layer, axis, length, layer, runs) if length is not None else None


def _of_size(source: AxisSource | None, shape: Shape) -> AxisSource | None:
    """A source whose axis has the size that a shape tells."""
    fits = source is not None and source.axis < len(shape) and shape[source.axis] == source.size
    return source if fits else None


def _laid_out(graph: Graph, node: Node, wiring: Wiring, shape: Shape) -> AxisSource | None:
    """The source of an output in which a layer lays out positions anew; None for other layers, and where it is lost."""
    match _layout(node):
        case Layout.JOINED:
            return _joined(graph, node, wiring, shape)
        case Layout.BOTH_WAYS:
            return _both_ways(node, shape)
        case Layout.PERMUTED if wiring.source is not None:
            axis = permuted_axis(node.config, wiring.source.axis)
            return _of_size(replace(wiring.source, axis=axis, placed_by=node), shape) if axis else None
        case Layout.FLAT | Layout.RESHAPED:
            return _reshaped(node, wiring, shape)
        case _:
            return None


def _layout(node: Node) -> Layout:
    """How a layer lays out positions anew; an operation or a class of somebody else's may have the name of another."""
    return node.kind.layout if node.kind else Layout.NONE


def _joined(graph: Graph, node: Node, wiring: Wiring, shape: Shape) -> AxisSource | None:
    """Several inputs side by side along the last axis: the runs of each, or each as one, by its layer or its place."""
    last = len(shape) - 1
    if wiring.calls != 1 or joined_axis(node.config, len(shape)) != last:
        return None
    plain = [_run_of(graph, one, last) for one in wiring.taken]
    whole = [run for run in plain if run is not None]
    if len(whole) < len(plain) or sum(run.size for run in whole) != shape[last]:
        return None
    parts = [*islice(_parts(graph, wiring.taken, last, whole), _MOST_RUNS + 1)]
    by_place = [Run(node, f"input {place} position", run.size) for place, run in enumerate(whole)]
    runs = next((runs for runs in (parts, whole, by_place) if _are_told_apart(runs)), ())
    return _own(node, shape, last, tuple(runs))


def _parts(graph: Graph, nodes: Sequence[Node], axis: int, whole: Sequence[Run]) -> Iterator[Run]:
    """What an axis of each of some outputs is made of, one after the other."""
    for node, run in zip(nodes, whole, strict=True):
        yield from _runs_of(graph, node, axis, run)


def _are_told_apart(runs: Sequence[Run]) -> bool:
    """Whether no two runs are called alike, and they are not too many."""
    return len(runs) <= _MOST_RUNS and len({(run.layer, run.word) for run in runs}) == len(runs)


def _both_ways(node: Node, shape: Shape) -> AxisSource | None:
    """The units of a layer that reads forwards, then of one that reads backwards, where they lie side by side."""
    forward, last = size(mapping(mapping(node.config, "layer"), "config"), "units", "output_dim"), len(shape) - 1
    every = shape[last]
    if word(node.config, "merge_mode") != "concat" or forward is None or every is None or not 0 < forward < every:
        return None
    runs = (Run(node, "forward unit", forward), Run(node, "backward unit", every - forward))
    return _own(node, shape, last, runs)


def _run_of(graph: Graph, node: Node, axis: int) -> Run | None:
    """An axis of a layer's output as one run; None where its size is not told."""
    shape = graph.of(node).output_shape
    length = shape[axis] if is_single(shape) and axis < len(shape) else None
    return Run(node, "input" if node.role == "input" else _OUTPUT, length) if isinstance(length, int) else None


def _runs_of(graph: Graph, node: Node, axis: int, plain: Run) -> Iterable[Run]:
    """What an axis of a layer's output is made of."""
    given = graph.of(node).given
    if given is None or given.axis != axis:
        return [plain]
    return given.runs or [Run(given.layer, unit_word(given.layer), given.size)]


def _reshaped(node: Node, wiring: Wiring, shape: Shape) -> AxisSource | None:
    """The source of an output that has the values of the input in the same row, cut into other axes."""
    before = wiring.input_shape
    if not is_single(before) or not _is_told(before) or not _is_told(shape):
        return None
    sizes, source = before[1:], wiring.source
    first = _layout(node) is Layout.FLAT and word(node.config, "data_format") == "channels_first" and len(before) > 2  # noqa: PLR2004 - places
    if source is not None and _stays(source, before, shape, moved=first):
        return replace(source, axis=len(shape) - 1, placed_by=node)
    if len(shape) != 2:  # noqa: PLR2004 - batch and one row
        return None
    if first:
        sizes = (*sizes[1:], sizes[0])
    run = _flat_run(wiring, tuple(side for side in sizes if side is not None), moved=first)
    return _own(node, shape, 1, (run,)) if run else None


def _is_told(shape: Shape) -> bool:
    """Whether all sizes but the batch are known."""
    return len(shape) > 1 and all(isinstance(side, int) and side > 0 for side in shape[1:])


def _stays(source: AxisSource, before: Shape, after: Shape, *, moved: bool) -> bool:
    """Whether the last axis of a reshaped output runs along the source's axis."""
    is_last = source.axis == len(before) - 1 and not moved
    is_alone = prod(side or 1 for side in before[1:]) == source.size
    return after[-1] == source.size and (is_last or is_alone)


def _flat_run(wiring: Wiring, sizes: tuple[int, ...], *, moved: bool) -> Run | None:
    """All that comes in as one row: the places, and the units at each, of the layer that laid it out."""
    source = wiring.source
    word = unit_word(source.layer) if source else _OUTPUT
    if source and not source.runs and word != _OUTPUT:
        named = word if source.placed_by is source.layer else "channel"
        axis = (source.axis - (2 if moved else 1)) % len(sizes)
        return Run(source.placed_by, named, prod(sizes), sizes, axis)
    givers = (source.placed_by,) if source else wiring.inbound
    is_known = len(givers) == 1 or (wiring.is_first and not givers)
    return Run(givers[0] if givers else None, "", prod(sizes), sizes) if is_known and not moved else None
