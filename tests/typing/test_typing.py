"""The types of the public interface are true: what ``user_code`` asserts of them holds when it runs."""

from __future__ import annotations

from pathlib import Path

import kerasinspect
from kerasinspect import NothingMatches, open_model
from tests.places import SAMPLES
from tests.typing.user_code import findings, followed, largest, moved, names, nearest, values, written

SAMPLE = SAMPLES / "question_network.keras"
OTHER = SAMPLES / "dense_on_ones.keras"


def test_code_of_users_is_typed_and_runs(tmp_path: Path) -> None:
    """Each function takes and gives what its types say."""
    assert names(SAMPLE)[:2] == ["dense/kernel", "dense/bias"]
    assert findings(SAMPLE) == []
    assert moved(SAMPLE, str(SAMPLE)) == []
    assert followed(SAMPLE, str(SAMPLE.with_suffix(".h5"))) is None
    changed = [weight for weight in moved(SAMPLE, str(OTHER)) if weight.old and weight.new]
    assert all(largest(weight) is None or largest(weight) == 0 for weight in changed)
    with open_model(SAMPLE) as model:
        whole, total = values(model.weights[0])
        assert whole.shape == (8, 5)
        assert isinstance(total, float)
        assert len(written(model, tmp_path) or "") == 64
        assert isinstance(nearest(model), NothingMatches)


def test_the_package_says_that_it_is_typed() -> None:
    """A type checker goes by the marker."""
    assert (Path(kerasinspect.__file__).parent / "py.typed").is_file()
