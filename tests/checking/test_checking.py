"""Tests of how rules are chosen and asked, and of what a report says about files that cannot be read."""

from __future__ import annotations

import io
import re
import time
import zipfile
from concurrent import futures
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.checking import gathering
from kerasinspect.checking.asking import check_file
from kerasinspect.checking.findings import Finding
from kerasinspect.checking.reports import CheckReport, ModelReport
from kerasinspect.checking.request import check
from kerasinspect.checking.rule import ActiveRule, Hit, Rule
from kerasinspect.checking.rule_names import active_rules, named_rules
from kerasinspect.checking.rules import RULES
from kerasinspect.errors import RequestError
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, parts
from tests.makers.raw_zip import Part, raw_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import h5py

    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Severity, Thresholds


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """A sound model of three layers."""
    path = tmp_path / "plain.keras"
    path.write_bytes(keras_archive())
    return str(path)


def codes(rules: tuple[ActiveRule, ...]) -> list[str]:
    """The codes of some rules."""
    return [active.rule.code for active in rules]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["KI101"], ["KI101"]),
        (["ki101"], ["KI101"]),
        (["not-a-number"], ["KI101"]),
        (["KI3"], [rule.code for rule in RULES if rule.family == "training"]),
        (["KI102", "KI101"], ["KI102", "KI101"]),
    ],
    ids=["code", "small letters", "name", "prefix", "several"],
)
def test_rules_are_named_by_code_prefix_or_name(names: list[str], expected: list[str]) -> None:
    """A rule goes by its code, by the beginning of its code, and by its name."""
    assert [*named_rules(names)] == expected


@pytest.mark.parametrize("name", ["KI999", "not-a-numbr", "", "X"])
def test_a_name_that_means_no_rule_names_the_nearest(name: str) -> None:
    """A name that is wrong is an error, never an empty choice."""
    with pytest.raises(RequestError, match="No rule is called"):
        active_rules([name])


def test_rules_that_are_off_are_asked_where_they_are_selected() -> None:
    """By default only rules that are on are asked; naming a rule turns it on, ignoring it turns it off again."""
    assert codes(active_rules()) == [rule.code for rule in RULES if rule.default]
    others = [rule.code for rule in RULES if rule.code.startswith("KI11") and rule.code not in {"KI110", "KI111"}]
    assert codes(active_rules(["KI11"], ["KI110", "float16-vanishing"])) == others


def test_severities_and_thresholds_can_be_set_by_any_name() -> None:
    """A policy names rules as the options do; a threshold that a rule lacks is an error."""
    (rule,) = active_rules(["KI107"], severities={"KI1": "note"}, thresholds={"exploding-magnitude": {"largest": 5}})
    assert (rule.severity, rule.thresholds) == ("note", {"largest": 5})
    with pytest.raises(RequestError, match="KI107 has no threshold"):
        active_rules(["KI107"], thresholds={"KI107": {"smallest": 5}})
    with pytest.raises(RequestError, match="It has none"):
        active_rules(["KI101"], thresholds={"KI101": {"share": 5}})


def test_all_arrays_are_read_and_counted(plain: str) -> None:
    """A report says how many arrays the file has and how many were read."""
    (report,) = check(plain).models
    assert (report.format, report.arrays_read, report.arrays) == ("keras-archive", 6, 6)
    assert report.readable


def test_each_array_is_read_once(plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rules look at values, one pass over each array serves all of them."""
    from kerasinspect.containers.stored import StoredArray

    read: list[str] = []
    blocks = StoredArray.blocks

    def counted(self: StoredArray, *size: int) -> Iterator[bytes | memoryview]:
        read.append(self.path)
        return blocks(self, *size)

    monkeypatch.setattr(StoredArray, "blocks", counted)
    check(plain, select=["KI101", "KI102", "KI103", "KI104", "KI105", "KI106", "KI107", "KI108", "KI109"])
    assert len(read) == len(set(read)) == 6


def test_a_bad_file_does_not_stop_the_others(plain: str, tmp_path: Path) -> None:
    """A file that is no model has its sentence, no findings, and nothing is known of it; the next one is checked."""
    other = tmp_path / "other.keras"
    other.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n")
    bad, missing, good = check(other, tmp_path / "none.keras", plain).models
    assert "Git LFS" in (bad.error or "")
    assert "does not exist" in (missing.error or "")
    assert (bad.format, bad.arrays, bad.arrays_read, bad.findings, bad.skipped) == (None, None, None, (), ())
    assert good.readable


def test_an_array_that_cannot_be_read_is_damage_and_the_findings_stay(tmp_path: Path) -> None:
    """Of a model with one array in another file the rest is checked, and the report says that it is partial."""

    def spoilt(file: h5py.File) -> None:
        del file["layers/dense/vars/0"], file["layers/dense_1/vars/1"]
        file["layers/dense/vars/0"] = np.full((3, 2), np.nan, "<f4")
        file.create_dataset("layers/dense_1/vars/1", (2,), "<f4", external=[("/etc/hostname", 0, 8)])

    path = tmp_path / "spoilt.keras"
    path.write_bytes(keras_archive(weights=hdf5(archive_tree, spoilt)))
    report = check(path)
    (model,) = report.models
    assert (model.arrays_read, model.arrays, len(model.damage)) == (5, 6, 1)
    assert {"KI101", "KI511"} <= {finding.code for finding in model.findings}
    assert report.exit_status == 3


def test_an_array_that_is_pickled_does_not_count_as_read(tmp_path: Path) -> None:
    """Only numbers are read, so of an archive with one pickled array one is left out."""
    members = {"layers/dense/vars/0.npy": np.ones((3, 2), "<f4"), "layers/dense/vars/1.npy": np.array([None, None])}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, values in members.items():
            with archive.open(name, "w") as file:
                np.lib.format.write_array(file, values)
    path = tmp_path / "pickled.keras"
    path.write_bytes(raw_zip([*parts()[:2], Part(b"model.weights.npz", buffer.getvalue())]))
    (model,) = check(path).models
    assert (model.arrays_read, model.arrays) == (1, 2)


def test_rules_that_lack_something_are_skipped_with_the_reason(tmp_path: Path) -> None:
    """Of a weights file without a config the rules about the config are skipped, each with its reason."""
    path = tmp_path / "plain.weights.h5"
    path.write_bytes(hdf5(archive_tree))
    (report,) = check(path, select=["KI101", "KI203", "KI305", "KI404"]).models
    assert {skipped.code: skipped.reason for skipped in report.skipped} == {
        "KI203": "the file has no config",
        "KI305": "the file has no optimizer state",
        "KI404": "the file has no checksums",
    }


def test_checksums_are_waited_for_however_late_a_thread_begins(
    sample_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine all arrays may be read before any thread has begun to verify the checksums."""
    threads = futures.ThreadPoolExecutor

    def busy(_: int) -> futures.Executor:
        """Threads that have something else to do first."""
        pool = threads(1)
        pool.submit(time.sleep, 0.2)
        return pool

    path = sample_models / "question_network.keras"
    monkeypatch.setattr(gathering, "LARGE", path.stat().st_size)
    monkeypatch.setattr(futures, "ThreadPoolExecutor", busy)
    (report,) = check(path).models
    assert not report.damage


def nothing(_: Evidence, __: Thresholds) -> Iterator[Hit]:
    """Find nothing."""
    return iter(())


RULE = Rule("KI101", "example", "error", "weight", nothing)


@pytest.mark.parametrize(
    ("severity", "fail_on", "damage", "status"),
    [
        (None, "error", (), 0),
        ("error", "error", (), 1),
        ("warning", "error", (), 0),
        ("warning", "warning", (), 1),
        ("note", "warning", (), 0),
        ("note", "note", (), 1),
        ("error", "note", (), 1),
        ("error", "error", ("gone",), 3),
        (None, "error", ("gone",), 3),
    ],
)
def test_the_exit_status_follows_severities_and_damage(
    severity: Severity | None, fail_on: Severity, damage: tuple[str, ...], status: int
) -> None:
    """1 for a finding at or above the severity to fail on; 3, which wins, where something could not be read."""
    findings = (Finding(RULE.code, RULE.name, severity, "here", "It is.", "a", "weight"),) if severity else ()
    report = CheckReport((ModelReport("a", damage=damage, findings=findings),), fail_on, ())
    assert report.exit_status == status


def test_a_documentation_comes_from_the_docstring() -> None:
    """The documentation of a rule is the docstring of its function."""
    assert RULE.documentation == RULE.summary == "Find nothing."
    assert all(re.fullmatch(r"KI\d{3}", rule.code) for rule in RULES)


def many_hits(_: Evidence, __: Thresholds) -> Iterator[Hit]:
    """Say it of 3,000 places, of which one in three is in the layer a."""
    yield from (Hit(f"{'abc'[number % 3]}/{number}", "It is.") for number in range(3_000))


def in_layer_a(finding: Finding) -> str | None:
    """Why a finding is waived: since it is about the layer a."""
    return "It is a." if finding.where.startswith("a/") else None


def test_of_very_many_findings_the_others_are_counted(plain: str) -> None:
    """A thousand are listed and a thousand that are waived; what is not listed is asked like the rest."""
    (rule,) = active_rules(["KI101"])
    rule = replace(rule, rule=replace(rule.rule, function=many_hits))
    report = check_file(plain, [rule], waive=in_layer_a)
    assert (len(report.findings), len(report.ignored)) == (1_001, 1_000)
    assert (report.findings[-1].more, report.findings[-1].severity) == (1_000, "error")
    assert not any(in_layer_a(finding) for finding in report.findings)
    assert CheckReport((report,), "error", (rule,)).count("error") == 2_000
