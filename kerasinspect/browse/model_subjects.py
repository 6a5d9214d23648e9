"""A model as what can be looked at: its layers and their weights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kerasinspect.browse.subjects import Subject
from kerasinspect.output.wording import shape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kerasinspect.analysis.inspection import Inspection, LayerInspection, WeightInspection
    from kerasinspect.browse.subjects import Page


def model_subject(inspection: Inspection) -> Subject:
    """A model, which holds its own weights and its layers."""
    model = inspection.model
    return Subject(
        path=model.name or "",
        label=model.name or "model",
        facts=lambda: model.class_name or "",
        pages=lambda: _model_pages(inspection),
        below=lambda: _makers(inspection.own_weights, inspection.layers),
        is_leaf=not (inspection.own_weights or inspection.layers),
    )


def _layer_subject(inspected: LayerInspection) -> Subject:
    """A layer, which holds its own weights and the layers below it."""
    layer = inspected.layer
    return Subject(
        path=layer.path,
        label=layer.name,
        facts=lambda: layer.class_name,
        tone=lambda: "quiet" if inspected.is_quiet else "plain",
        pages=lambda: _layer_pages(inspected),
        below=lambda: _makers(inspected.weights, inspected.layers),
        is_leaf=not (inspected.weights or inspected.layers),
    )


def _weight_subject(inspected: WeightInspection) -> Subject:
    """A weight."""
    weight = inspected.weight
    return Subject(weight.path, weight.name, lambda: shape_text(weight.shape), pages=lambda: _weight_pages(inspected))


def _makers(weights: Sequence[WeightInspection], layers: Sequence[LayerInspection]) -> Sequence[Callable[[], Subject]]:
    """What makes the subject of each weight, then of each layer."""
    return (*(partial(_weight_subject, one) for one in weights), *(partial(_layer_subject, one) for one in layers))


def _model_pages(inspection: Inspection) -> Sequence[Page]:
    """The pages about a model; what they are made by is imported after the first painting of the screen."""
    from kerasinspect.browse.model_pages import model_pages  # noqa: PLC0415 - see above

    return model_pages(inspection)


def _layer_pages(inspected: LayerInspection) -> Sequence[Page]:
    """The pages about a layer."""
    from kerasinspect.browse.model_pages import layer_pages  # noqa: PLC0415 - as above

    return layer_pages(inspected)


def _weight_pages(inspected: WeightInspection) -> Sequence[Page]:
    """The pages about a weight."""
    from kerasinspect.browse.model_pages import weight_pages  # noqa: PLC0415 - as above

    return weight_pages(inspected)
