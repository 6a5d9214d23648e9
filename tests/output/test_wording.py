"""Initializers and the evidence of a verdict, in the words that pages say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kerasinspect.analysis.statistics import measure
from kerasinspect.analysis.training import Fit, Judgement, Reason, WeightTraining
from kerasinspect.model import Initializer
from kerasinspect.output.evidence import evidence
from kerasinspect.output.wording import initializer_in_words
from tests.makers.handmade import weight

UNIFORM = Initializer("glorot_uniform", limit=0.142, stddev=0.082)
ZEROS = Initializer("zeros", constant=0.0, stddev=0.0)

INITIALIZERS = {
    "a range": (UNIFORM, "glorot_uniform (±0.142)"),
    "a default": (Initializer("glorot_uniform", limit=0.142, default=True), "glorot_uniform (default, ±0.142)"),
    "a spread": (Initializer("he_normal", stddev=0.25), "he_normal (standard deviation 0.25)"),
    "around a mean": (Initializer("random_uniform", limit=0.5, mean=1.0), "random_uniform (±0.5 around 1)"),
    "a value that the name says": (ZEROS, "zeros"),
    "another value": (Initializer("constant", constant=0.5), "constant (0.5)"),
    "a forget gate": (Initializer("zeros", forget_gate=True), "zeros, forget gate ones"),
    "a class of one's own": (Initializer("Mine"), "Mine"),
}


@pytest.mark.parametrize(("initializer", "words"), INITIALIZERS.values(), ids=INITIALIZERS)
def test_an_initializer_has_its_numbers_in_brackets(initializer: Initializer, words: str) -> None:
    """Its name, then what it draws from as far as the name does not say it."""
    assert initializer_in_words(initializer) == words


EVIDENCE: dict[Reason, tuple[Initializer | None, str]] = {
    "at its constant": (ZEROS, "every value is as initialized by zeros"),
    "off its constant": (ZEROS, "values from -0.5 to 0.25, initialized as zeros"),
    "out of range": (UNIFORM, "values from -0.5 to 0.25, outside the range of glorot_uniform (±0.142)"),
    "fits": (UNIFORM, "its values fit the distribution of glorot_uniform (probability 0.5)"),
    "too few values": (UNIFORM, "its values fit glorot_uniform, but they are too few to prove it"),
    "no initializer": (None, "the file does not state its initializer"),
    "initializer unknown": (None, "its initializer is not known"),
}


@pytest.mark.parametrize("reason", EVIDENCE)
def test_evidence_names_what_was_expected(reason: Reason) -> None:
    """What the values are, and what the initializer would have made them."""
    initializer, words = EVIDENCE[reason]
    subject = weight("a", "Dense", "kernel", np.array([-0.5, 0.25]), ["unit"], initializer=initializer)
    judgement = Judgement("cannot tell", reason, fit=Fit(0.1, 0.5))
    assert evidence(WeightTraining(subject, measure(subject.array), judgement)) == words


def test_a_value_beyond_a_range_has_digits_enough_to_see_it() -> None:
    """Neither number is rounded to the other."""
    values = np.array([-0.25, 0.3000012], "f4")
    subject = weight("a", "Dense", "kernel", values, ["unit"], initializer=replace(UNIFORM, limit=0.3))
    said = evidence(WeightTraining(subject, measure(subject.array), Judgement("changed", "out of range")))
    assert said == "values from -0.25 to 0.300001, outside the range of glorot_uniform (±0.3)"


def test_an_assumed_initializer_is_said_to_be_assumed() -> None:
    """The file states none, so that nobody takes it for a fact."""
    subject = weight("a", "Dense", "kernel", np.array([-0.5, 0.25]), ["unit"])
    judgement = Judgement("changed", "off its constant", assumed=ZEROS)
    said = evidence(WeightTraining(subject, measure(subject.array), judgement))
    assert said == "values from -0.5 to 0.25, initialized as zeros (assumed, since the file states none)"
