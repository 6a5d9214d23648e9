"""Sizes add up, however the layers are listed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kerasinspect.analysis.selection import select
from kerasinspect.analysis.summarising import Order, Total, summarise
from tests.makers.handmade import dense, model, question_network, varied


def test_a_parent_counts_what_lies_below_it() -> None:
    """The parameters of a layer are those of all its sublayers, at every depth."""
    summary = summarise(select(varied()))
    lstm = next(entry for entry in summary.entries if entry.layer.name == "lstm")
    assert lstm.total == lstm.entries[0].total == Total(2, 256, 1024)
    assert summary.total.parameters == varied().parameters


@pytest.mark.parametrize("order", ["parameters", "bytes", "name"])
@pytest.mark.parametrize("depth", [None, 1, 2])
def test_a_list_counts_everything_once(order: Order, depth: int | None) -> None:
    """Sorted entries share out all parameters among them, whatever the depth."""
    summary = summarise(select(varied()), order, depth=depth)
    assert sum(entry.total.parameters for entry in summary.entries) == varied().parameters
    assert not summary.tree


def test_the_largest_come_first() -> None:
    """By parameters, then by path; --top alone sorts so too, and says how many it left out."""
    summary = summarise(select(question_network()), top=3)
    assert [entry.layer.name for entry in summary.entries] == ["dense_3", "dense", "dense_1"]
    assert summary.left_out == 1


def test_depth_leaves_out_rows_and_no_parameters() -> None:
    """Layers below the depth are not listed but counted."""
    summary = summarise(select(varied()), depth=1)
    assert not any(entry.entries for entry in summary.entries)
    assert sum(entry.total.parameters for entry in summary.entries) == varied().parameters


def test_totals_tell_weights_that_train_from_the_others() -> None:
    """Optimizer state is a total of its own and counts for no weight."""
    assert {kind: total.parameters for kind, total in summarise(select(varied())).totals.items()} == {
        "trainable": 300_600,
        "non_trainable": 1,
    }
    assert summarise(select(question_network())).totals["optimizer"] == Total(1, 297, 1188)


def test_a_variable_that_is_stored_twice_counts_once_where_both_places_are_counted() -> None:
    """Its bytes lie there twice; a layer that has only the second place has its parameters all the same."""
    first, second = dense("a", 2, 3, 0), dense("b", 2, 3, 2)
    again = replace(second.weights[0], same_as="a/kernel")
    subject = model([first, replace(second, weights=(again, *second.weights[1:]))])
    summary = summarise(select(subject))
    assert summary.total == Total(4, 6 + 3 + 3, 4 * 18)
    assert summary.total.parameters == subject.parameters == summary.totals["trainable"].parameters
    assert [entry.total.parameters for entry in summary.entries] == [layer.parameters for layer in subject.layers]
