"""The pages about a model, a layer and a weight, as the commands have them that write them."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.browse.subjects import Page
from kerasinspect.output.pages.list import list_blocks
from kerasinspect.output.pages.show import layer_head, weight_blocks, weight_head
from kerasinspect.output.show_options import ShowOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kerasinspect.analysis.inspection import Inspection, LayerInspection, WeightInspection
    from kerasinspect.output.blocks import Block
    from kerasinspect.output.show_options import GridOptions


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
        _figures(inspected.weights),
        Page("Explanation", lambda _: _explanation(inspected)),
    )


def weight_pages(inspected: WeightInspection) -> tuple[Page, ...]:
    """What is said of a weight."""
    return (
        Page("Table", partial(weight_table, inspected)),
        *_pictures(partial(weight_blocks, inspected), _nbytes(inspected)),
        _figures((inspected,)),
        Page("Explanation", lambda _: _explained(inspected)),
    )


def _explanation(inspected: LayerInspection) -> Iterator[Block]:
    """What a layer and its own weights do, in sentences."""
    return chain(layer_head(inspected, explain=True), *map(_explained, inspected.weights))


def _figures(weights: Sequence[WeightInspection]) -> Page:
    """The figures of some weights, for which all of their values are read."""
    return Page("Figures", lambda _: _measured(weights), sum(map(_nbytes, weights)))


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
    return chain(head, *(weight_table(weight, grid) for weight in inspected.weights))


def weight_table(inspected: WeightInspection, grid: GridOptions) -> Iterator[Block]:
    """The values of a weight in labelled tables."""
    return weight_blocks(inspected, ShowOptions(grid=grid))


def _pictures(draw: Callable[[ShowOptions], Iterable[Block]], nbytes: int) -> Iterator[Page]:
    """What is drawn rather than written of all values."""
    yield Page("Heat map", lambda grid: draw(ShowOptions(heatmap=True, grid=grid)), nbytes)
    yield Page("Histogram", lambda grid: draw(ShowOptions(histogram=True, grid=grid)), nbytes)


def _layer_pictures(inspected: LayerInspection, options: ShowOptions) -> Iterator[Block]:
    """The pictures of a layer's own weights."""
    return chain.from_iterable(weight_blocks(weight, options) for weight in inspected.weights)


def _explained(inspected: WeightInspection) -> Iterator[Block]:
    """What a weight does, in sentences."""
    return weight_head(inspected, explain=True)
