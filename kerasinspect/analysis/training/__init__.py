"""Did it train? For each layer: still initial, changed, or neither for sure, with what that rests on."""

from __future__ import annotations

from kerasinspect.analysis.training.assessing import Judged, Known, assess_training, judge
from kerasinspect.analysis.training.origin import Origin, origin_of
from kerasinspect.analysis.training.results import (
    Certainty,
    Fit,
    Judgement,
    LayerTraining,
    Reason,
    Training,
    Verdict,
    WeightTraining,
)
from kerasinspect.analysis.training.values import is_stored_as

__all__ = [
    "Certainty",
    "Fit",
    "Judged",
    "Judgement",
    "Known",
    "LayerTraining",
    "Origin",
    "Reason",
    "Training",
    "Verdict",
    "WeightTraining",
    "assess_training",
    "is_stored_as",
    "judge",
    "origin_of",
]
