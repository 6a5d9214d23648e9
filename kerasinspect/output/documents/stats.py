"""``stats`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Unread
from kerasinspect.output.documents.model import line_head, model_document, model_state
from kerasinspect.output.figures import figures_document, finite, histogram_document, initial_std

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.surveying import Survey, Surveyed
    from kerasinspect.analysis.weights_checksum import Verified
    from kerasinspect.output.formats.json import Document, Writable

_STATS_SCHEMA = "kerasinspect.stats/1"


def stats_document(survey: Survey, checksum: Verified | None = None) -> Document:
    """The figures with keys that stay; None for what is unknown or no finite number."""
    return {
        "schema": _STATS_SCHEMA,
        "model": model_document(survey.model),
        "weights": [_weight_document(one, survey) for one in survey.weights],
        "left_out": survey.left_out,
        **model_state(survey.model, checksum),
    }


def stats_lines(survey: Survey) -> Iterator[Document]:
    """A document for each weight."""
    head = line_head("stats", survey.model)
    return (head | _weight_document(one, survey) for one in survey.weights)


def _weight_document(one: Surveyed, survey: Survey) -> dict[str, Writable]:
    """The document of one weight."""
    weight, figures = one.inspected.weight, one.figures
    document: dict[str, Writable] = {
        "index": weight.index,
        "layer": weight.layer,
        "name": weight.name,
        "stored_path": weight.stored_path,
        "shape": one.inspected.measured_shape,
        "dtype": weight.dtype,
        "initial_std": finite(initial_std(weight)),
        "statistics": None if isinstance(figures, Unread) else figures_document(figures),
    }
    if one.quantiles is not None:
        document["quantiles"] = {
            f"{point:g}": finite(value) for point, value in zip(survey.points, one.quantiles, strict=True)
        }
    if survey.with_histograms:
        document["histogram"] = histogram_document(one.inspected)
    return document
