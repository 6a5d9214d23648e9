"""Did it train? For each layer: still initial, changed, or neither for sure, with what that rests on."""

from __future__ import annotations

from kerasinspect.analysis.training.assessing import assess_training
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

__all__ = [
    "Certainty",
    "Fit",
    "Judgement",
    "LayerTraining",
    "Reason",
    "Training",
    "Verdict",
    "WeightTraining",
    "assess_training",
]
