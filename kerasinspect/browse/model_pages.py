"""The pages about a model, a layer and a weight, as the commands have them that write them."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.browse.hints import HINTS
from kerasinspect.browse.subjects import Page
from kerasinspect.browse.whole_array import whole_array
from kerasinspect.output.blocks import Paragraph
from kerasinspect.output.pages.list import list_blocks
from kerasinspect.output.pages.show import layer_head, weight_blocks, weight_head
from kerasinspect.output.show_options import ShowOptions
from kerasinspect.output.wording import first_few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.analysis.inspection import Inspection, LayerInspection, WeightInspection
    from kerasinspect.browse.whole_array import WholeArray
    from kerasinspect.output.blocks import Block
    from kerasinspect.output.show_options import GridOptions

_NAMED = 5
"""Sublayers that are named; of more only the number is said."""


def model_pages(inspection: Inspection) -> tuple[Page, ...]:
    """What is said of a model as a whole."""
    size = inspection.model.nbytes
    return (
        Page("Arrays", lambda _: list_blocks(inspection)),
        Page("Layers", lambda _: _summary(inspection)),
        Page("Figures", lambda _: _survey(inspection), size),
        Page("Training", lambda _: _training(inspection), size),
    )


def _summary(inspection: Inspection) -> Iterable[Block]:
    """The layer tree with its totals."""
    from kerasinspect.analysis.summarising import summarise  # noqa: PLC0415 - not every page is looked at
    from kerasinspect.output.pages.summary import summary_blocks  # noqa: PLC0415 - as above

    return summary_blocks(summarise(inspection.selection))


def _survey(inspection: Inspection) -> Iterable[Block]:
    """The figures of all weights."""
    from kerasinspect.analysis.surveying import survey  # noqa: PLC0415 - as above
    from kerasinspect.output.pages.stats import stats_blocks  # noqa: PLC0415 - as above

    return stats_blocks(survey(inspection))


def _training(inspection: Inspection) -> Iterable[Block]:
    """Whether each layer was trained."""
    from kerasinspect.analysis.training import assess_training  # noqa: PLC0415 - as above
    from kerasinspect.output.pages.training import training_blocks  # noqa: PLC0415 - as above

    return training_blocks(assess_training(inspection.model, damage=inspection.damage), inspection.selection)


def layer_pages(inspected: LayerInspection) -> tuple[Page, ...]:
    """What is said of a layer and its own weights."""
    size = sum(map(_nbytes, inspected.weights))
    return (
        Page("Table", partial(layer_table, inspected)),
        *_pictures(partial(_layer_pictures, inspected), size),
        Page("Figures", lambda _: _measured(inspected.weights) if inspected.weights else _no_weights(inspected), size),
        Page("Explanation", lambda _: _explanation(inspected)),
    )


def weight_pages(inspected: WeightInspection) -> tuple[Page, ...]:
    """What is said of a weight."""
    return (
        whole_page("Table", inspected),
        *_pictures(partial(weight_blocks, inspected), _nbytes(inspected)),
        Page("Figures", lambda _: _measured((inspected,)), _nbytes(inspected)),
        Page("Explanation", lambda _: _explained(inspected)),
    )


def whole_page(title: str, inspected: WeightInspection) -> Page:
    """All values of a weight below what it is; those of one that has no lines of values as elsewhere."""

    def array() -> WholeArray | None:
        found = inspected.attempt(lambda: whole_array(inspected.values))
        return None if isinstance(found, Unread) else found  # the page says why it cannot be read

    return Page(title, partial(_weight_table, inspected), array=array, head=lambda: _head(inspected))


def _explanation(inspected: LayerInspection) -> Iterator[Block]:
    """What a layer and its own weights do, in sentences."""
    return chain(layer_head(inspected, explain=True), *map(_explained, inspected.weights))


def _measured(weights: Sequence[WeightInspection]) -> Iterable[Block]:
    """The figures of some weights."""
    from kerasinspect.analysis.surveying import survey_of  # noqa: PLC0415 - as above
    from kerasinspect.output.pages.stats import figures_blocks  # noqa: PLC0415 - as above

    return figures_blocks(survey_of(weights))


def _nbytes(inspected: WeightInspection) -> int:
    """Bytes that its values take in the file."""
    return inspected.weight.array.nbytes


def layer_table(inspected: LayerInspection, grid: GridOptions) -> Iterator[Block]:
    """What a layer is, with the values of its own weights."""
    head = layer_head(inspected, explain=False)
    if inspected.layer.layers or inspected.is_quiet:  # of others the head says it
        head = chain(head, () if inspected.weights else _no_weights(inspected))
    return chain(head, *(_weight_table(weight, grid) for weight in inspected.weights))


def _weight_table(inspected: WeightInspection, grid: GridOptions) -> Iterator[Block]:
    """The values of a weight in labelled tables."""
    return weight_blocks(inspected, ShowOptions(grid=grid))


def _no_weights(inspected: LayerInspection) -> Iterator[Block]:
    """Why nothing is shown of the weights of a layer that has none of its own; the head of a page says more of some."""
    layer = inspected.layer
    holders = [inner.path for inner in layer.walk() if inner is not layer and inner.weights]
    if holders:
        yield Paragraph(f"It has no weights of its own: they belong to {first_few(holders, _NAMED)}.", "quiet", 2)
    elif layer.built is False:
        yield Paragraph("It has no weights yet.", "quiet", 2)
    else:
        yield Paragraph("It has no weights.", "quiet", 2)


def _pictures(draw: Callable[[ShowOptions], Iterable[Block]], nbytes: int) -> Iterator[Page]:
    """What is drawn rather than written of all values."""
    yield Page("Heat map", lambda grid: draw(ShowOptions(heatmap=True, grid=grid)), nbytes)
    yield Page("Histogram", lambda grid: draw(ShowOptions(histogram=True, grid=grid)), nbytes)


def _layer_pictures(inspected: LayerInspection, options: ShowOptions) -> Iterator[Block]:
    """The pictures of a layer's own weights."""
    if not inspected.weights:
        return _no_weights(inspected)
    return chain.from_iterable(weight_blocks(weight, options) for weight in inspected.weights)


def _head(inspected: WeightInspection) -> Iterator[Block]:
    """What a weight is."""
    return weight_head(inspected, explain=False, hints=HINTS)


def _explained(inspected: WeightInspection) -> Iterator[Block]:
    """What a weight does, in sentences."""
    return weight_head(inspected, explain=True, hints=HINTS)
