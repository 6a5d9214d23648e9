"""Comparisons of one model in all of its formats, as every version of Keras saved it: nothing differs but what does.

Which files hold the same is what Keras says of each: the hashes of what ``get_weights()`` gave. Where the whole
collection lies beside the repository, layers are matched across versions as well.
"""

from __future__ import annotations

from itertools import combinations, groupby
from typing import TYPE_CHECKING

import pytest

from kerasinspect.comparing import compare
from tests.real_files.test_versions import BESIDE, HERE, Case, cases, truths_of

if TYPE_CHECKING:
    from pathlib import Path

    from kerasinspect.analysis.comparison.results import ConfigChange, Diff

_ENDINGS = (".weights.h5", "_sharded.weights.json", "_v3.keras", "_w.h5", ".h5", ".keras", "_dir")
MORE_IN_ONE = {
    "text": "legacy HDF5 lacks the weights that a lookup layer got from its data",
    "fnsub": "an archive has layers that no call uses and get_weights() leaves out, legacy HDF5 has not",
}
"""Models of which one format holds arrays beyond what ``get_weights()`` gives, and why."""


def model_of(case: Case) -> str:
    """Which model a file holds."""
    ending = next(ending for ending in _ENDINGS if case.name.endswith(ending))
    return case.name.removesuffix(ending)


def same_models(root: Path) -> list[tuple[Case, ...]]:
    """The files of one model of one version, where there are several."""
    ordered = sorted(cases(root), key=lambda case: (case.folder.name, model_of(case)))
    groups = (tuple(group) for _, group in groupby(ordered, key=lambda case: (case.folder.name, model_of(case))))
    return [group for group in groups if len(group) > 1]


def hashes(case: Case) -> list[str]:
    """The hashes of all arrays that a file holds, as Keras gave them."""
    return sorted(weight["sha256"] for weight in truths_of(case.folder)[case.name]["weights"])


def lost_optimizer(change: ConfigChange, diff: Diff) -> bool:
    """Whether one file lacks the optimizer: Keras 3 drops it from what is saved after legacy HDF5, as folders were."""
    side = {"old": diff.old, "new": diff.new}.get(change.missing or "")
    return change.key == "compile.optimizer" and "optimizer" not in ((side and side.training_config) or {})


@pytest.mark.parametrize("group", same_models(BESIDE) or same_models(HERE), ids=lambda group: str(group[0]))
def test_formats_of_one_model_differ_only_in_what_they_hold(group: tuple[Case, ...]) -> None:
    """The same arrays in another format are no difference: not in values, nor in names, nor in configs."""
    for old, new in combinations(group, 2):
        diff = compare(old.folder / old.name, new.folder / new.name)
        differing = [one for one in diff if not one.same]
        expected = hashes(old) == hashes(new)
        if expected and model_of(old) in MORE_IN_ONE:
            assert [one.verdict in {"added", "removed", "trained"} for one in differing] == [True]
        else:
            told = [change for change in diff.config if not lost_optimizer(change, diff)]
            assert (not differing and not told) == expected, (str(old), str(new), differing, diff.config)
        assert not diff.damage


@pytest.mark.skipif(not BESIDE.is_dir(), reason="the collection of files lies beside the repository or nowhere")
def test_every_layer_of_one_network_is_matched_across_versions() -> None:
    """Names, positions and classes changed from Keras 1 to 3; the network did not."""
    files = [case for case in cases(BESIDE) if model_of(case) == "seq_mlp" and "weights" not in case.name]
    whole = [case for case in files if not case.name.endswith("_w.h5")]
    for old, new in combinations(whole, 2):
        diff = compare(old.folder / old.name, new.folder / new.name)
        assert not diff.counts["added"] + diff.counts["removed"], (str(old), str(new), [*diff])
