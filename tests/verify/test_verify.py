"""The real Keras loads what we read, array by array; what it refuses, runs or must not run is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kerasinspect.commands.cli import run
from kerasinspect.commands.verify import verify as command
from kerasinspect.errors import NotAModel, RefusedFile, RequestError
from kerasinspect.limits import Limits
from kerasinspect.output.documents.model import code_document
from kerasinspect.output.documents.verify import verify_document
from kerasinspect.verify import Bounds, Options, verify, verify_all
from kerasinspect.writing import Target
from tests.described import assert_described
from tests.makers.plain_models import archive_tree, hdf5, keras_archive, parts
from tests.makers.planted import with_config, with_lambda, with_weights
from tests.makers.raw_zip import DEFLATED, Part, raw_zip
from tests.places import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kerasinspect.verify.results import Verification

QUESTION = SAMPLES / "question_network.keras"

with_keras = pytest.mark.usefixtures("keras_environment")

DIRECT = """
import sys
import keras, numpy
model = keras.saving.load_model(sys.argv[1], compile=False)
with numpy.load(sys.argv[2]) as stored:
    inputs = {name: stored[name] for name in stored.files if "/input/" in name}
    for name, array in inputs.items():
        output = model(keras.ops.convert_to_tensor(array), training=False)
        assert numpy.array_equal(numpy.asarray(output), stored[name.replace("input", "output")]), name
"""
"""A direct run of Keras on recorded inputs, which must give the recorded outputs to the bit."""

NOT_VERIFIED = {"custom_layer.keras": "refused", "question_network_keras1.h5": "refused"}
"""Samples that the installed Keras does not load as they are."""


@pytest.fixture(scope="module")
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that ``own.py`` makes, beside it, when it is imported."""
    return tmp_path_factory.mktemp("own") / "marker"


@pytest.fixture(scope="module")
def answers(marker: Path) -> Mapping[str, Verification]:
    """What one worker says of every sample, and of a model with a class of a module that lies ready, by file name."""

    def rename(config: dict[str, dict[str, list[dict[str, str]]]]) -> None:
        config["config"]["layers"][1].update({"module": "own", "class_name": "Own", "registered_name": "Own"})

    marker.with_name("own.py").write_text(f"open({str(marker)!r}, 'w').close()\n", encoding="utf-8")
    own = with_config(QUESTION, marker.with_name("own.keras"), rename)
    paths = [*sorted(path for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"}), own]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(marker.parent))
        found = verify_all([str(path) for path in paths])
    return {path.name: answer for path, answer in zip(paths, found, strict=True)}


@with_keras
@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".keras", ".h5"}))
def test_keras_has_the_arrays_that_we_read(answers: Mapping[str, Verification], name: str) -> None:
    """Every array of every sample that Keras loads is equal in path, name, order, shape, dtype and bytes."""
    answer = answers[name]
    assert answer.outcome == NOT_VERIFIED.get(name, "verified")
    if answer.weights is not None:
        assert not answer.weights.differences
        assert answer.weights.equal == answer.weights.compared


@with_keras
def test_forward_passes_are_told(answers: Mapping[str, Verification]) -> None:
    """Zeros, ones and random inputs each have finite outputs of the right shape, the same twice."""
    forward = answers["question_network.keras"].forward
    assert forward is not None
    assert [case.name for case in forward.cases] == ["zeros", "ones", "random"]
    assert all(case.same_again for case in forward.cases)
    assert {(output.shape, output.not_finite) for case in forward.cases for output in case.outputs} == {((2, 32), 0)}


@with_keras
def test_an_unbuilt_model_is_loaded_and_not_run(answers: Mapping[str, Verification]) -> None:
    """A model without an input spec is no failure."""
    answer = answers["unbuilt.keras"]
    assert answer.forward is not None
    assert answer.outcome == "verified"
    assert "no input spec" in str(answer.forward.error)


@with_keras
def test_a_refusal_has_a_sentence(answers: Mapping[str, Verification]) -> None:
    """A custom layer is named with the option that brings it, and Keras's own message is kept."""
    (refusal,) = answers["custom_layer.keras"].refusals
    assert "custom class" in refusal.reason
    assert "--custom-objects" in refusal.reason
    assert "register_keras_serializable" in refusal.message


@with_keras
def test_the_worker_tells_what_it_took(answers: Mapping[str, Verification]) -> None:
    """Version, time and memory are told, and whether there was a network."""
    answer = answers["question_network.keras"]
    assert answer.process is not None
    assert answer.library is not None
    assert answer.library.module == "keras"
    assert answer.load_seconds is not None
    assert answer.peak_bytes is not None
    assert answer.peak_bytes > 100_000_000
    assert answer.process.network


@with_keras
def test_the_schema_describes_every_answer(answers: Mapping[str, Verification]) -> None:
    """Of what Keras loads and of what it refuses."""
    for answer in answers.values():
        assert_described(json.loads(json.dumps(verify_document(answer))))


@with_keras
def test_a_lambda_runs_only_when_the_user_says_so(tmp_path: Path) -> None:
    """The marker file is made with ``--unsafe`` and not without."""
    marker = tmp_path / "marker"
    path = str(with_lambda(QUESTION, tmp_path / "planted.keras", marker))
    answer = verify(path)
    assert (answer.outcome, answer.exit_status, answer.process) == ("not-loaded", 1, None)
    assert [finding.kind for finding in answer.code] == ["lambda-bytecode"]
    (told,) = json.loads(json.dumps(verify_document(answer)))["code"]
    assert told == code_document(answer.code[0])
    assert not marker.exists()
    assert verify(path, Options(unsafe=True)).outcome == "verified"
    assert marker.exists()


LINKS: dict[str, h5py.SoftLink | h5py.ExternalLink] = {
    "within": h5py.SoftLink("/layers"),
    "to another file": h5py.ExternalLink("other.h5", "/"),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_file_that_leads_elsewhere_is_not_loaded(tmp_path: Path, link: h5py.SoftLink | h5py.ExternalLink) -> None:
    """What check calls unsafe of a container is no less unsafe to load than code."""
    path = tmp_path / "model.keras"
    path.write_bytes(keras_archive(weights=hdf5(archive_tree, lambda file: file.__setitem__("more", link))))
    answer = verify(str(path))
    assert (answer.outcome, answer.exit_status, answer.process) == ("not-loaded", 3, None)
    assert [(finding.kind, finding.where) for finding in answer.code] == [("external-path", "/more")]


def test_a_file_without_a_config_that_can_be_read_is_not_loaded(tmp_path: Path) -> None:
    """Keras might read another one in it."""
    path = tmp_path / "model.keras"
    path.write_bytes(raw_zip([part for part in parts() if part.name != b"config.json"]))
    answer = verify(str(path))
    assert (answer.outcome, answer.exit_status, answer.process) == ("not-loaded", 3, None)


def test_a_file_that_keras_would_unpack_too_far_is_refused(tmp_path: Path) -> None:
    """Whether as an array or as a member of the archive, the limit is named before any Keras is started."""
    limits = Limits(inflated_free=10_000, unpacked_ratio=20)
    chunked = hdf5(
        archive_tree, lambda file: file.create_dataset("more", (1_000, 1_000), "f4", compression="gzip", fillvalue=0)
    )
    asset = Part(b"assets/words.txt", bytes(1_000_000), DEFLATED)
    for number, data in enumerate((keras_archive(weights=chunked), raw_zip([*parts(), asset]))):
        path = tmp_path / f"{number}.keras"
        path.write_bytes(data)
        with pytest.raises(RefusedFile, match="unpacked_ratio"):
            verify(str(path), Options(limits=limits))


def test_records_are_written_as_any_output(tmp_path: Path) -> None:
    """Neither over what is read nor over a model, before any Keras is started."""
    (tmp_path / "inputs.npz").write_bytes(b"not looked at")
    (tmp_path / "link.npz").symlink_to("missing.npz")
    for name in ("inputs.npz", "link.npz"):
        target = Target(str(tmp_path / name), force=True)
        with pytest.raises(RequestError, match=r"file that is read|not followed"):
            verify(str(QUESTION), Options(inputs=str(tmp_path / "inputs.npz"), record=target))
    assert (tmp_path / "inputs.npz").read_bytes() == b"not looked at"


@with_keras
def test_keras_imports_no_module_that_a_file_names(answers: Mapping[str, Verification], marker: Path) -> None:
    """A class of a module that lies ready to be imported stays unknown without ``--custom-objects``."""
    assert answers["own.keras"].outcome == "refused"
    assert not marker.exists()


@with_keras
def test_a_worker_killed_by_a_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent tells which signal, and ends in 3."""
    (tmp_path / "deadly.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    answer = verify(str(QUESTION), Options(custom_objects=("deadly",)))
    assert (answer.outcome, answer.exit_status) == ("killed", 3)
    assert str(answer.ending).startswith("It was killed by SIGSEGV.")


@with_keras
def test_custom_objects_come_from_the_users_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample with a custom layer loads once the module is named, and every array is equal."""
    shutil.copy(SAMPLES / "make_samples.py", tmp_path / "my_layers.py")
    monkeypatch.chdir(tmp_path)
    answer = verify(str(SAMPLES / "custom_layer.keras"), Options(custom_objects=("my_layers",)))
    assert answer.outcome == "verified"
    assert answer.weights is not None
    assert answer.weights.same_arrays


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the HDF5 form of a text classifier computes."""
    path = tmp_path_factory.mktemp("golden") / "golden.npz"
    assert verify(str(SAMPLES / "text_classifier.h5"), Options(record=Target(str(path)))).outcome == "verified"
    return path


def test_outputs_are_those_of_a_direct_run(golden: Path, keras_environment: dict[str, str]) -> None:
    """Keras, run by hand on the recorded inputs, gives the recorded outputs to the bit."""
    command_line = [sys.executable, "-c", DIRECT, str(SAMPLES / "text_classifier.h5"), str(golden)]
    done = subprocess.run(command_line, capture_output=True, text=True, check=False, env=keras_environment)
    assert done.returncode == 0, done.stderr[-2000:]


@with_keras
def test_a_golden_file_holds_for_another_format_and_not_for_other_weights(golden: Path, tmp_path: Path) -> None:
    """The archive of the same model has the same outputs; what is off by more than the tolerances is counted."""

    def shift(file: h5py.File) -> None:
        file["layers/dense/vars/1"][...] += 0.5

    same = SAMPLES / "text_classifier.keras"
    other = with_weights(same, tmp_path / "other.keras", shift)
    answers = verify_all([str(same), str(other)], Options(golden=str(golden)))
    assert [(answer.outcome, answer.exit_status) for answer in answers] == [("verified", 0), ("differs", 1)]
    forward, changed = (answer.forward for answer in answers)
    assert forward is not None
    assert forward.golden is not None
    assert not forward.other_weights
    assert max(difference.largest for difference in forward.golden) < 1e-6
    assert changed is not None
    assert changed.golden is not None
    assert changed.other_weights
    assert {row.case: row.outside for row in changed.golden} == {"zeros": 2, "ones": 2, "random": 2}


@with_keras
def test_a_golden_file_of_another_model(golden: Path) -> None:
    """It does not fit, and why is said."""
    with pytest.raises(
        RequestError, match=r"takes float32 of shape \(None, 8\), and the file has int32 of shape \(2, 12\)"
    ):
        verify(str(QUESTION), Options(golden=str(golden)))


def test_the_command_has_the_defaults_of_the_package() -> None:
    """The command repeats them, so that ``--help`` need not import what uses them."""
    said: dict[str | None, Any] = {parameter.name: parameter.default for parameter in command.params}
    tolerances, bounds = Options().tolerances, Options().bounds
    assert (said["rtol"], said["atol"]) == (tolerances.relative, tolerances.absolute)
    assert (said["time_limit"], said["memory_limit"] * (1 << 30)) == (bounds.seconds, bounds.memory)


@pytest.mark.parametrize("option", ["--rtol=nan", "--atol=inf", "--time-limit=nan", "--memory-limit=inf"])
def test_amounts_are_numbers(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is ever further off than infinity, or later than NaN."""
    assert run(["verify", str(QUESTION), option]) == 2
    assert "is not a valid amount" in capsys.readouterr().err


def test_requests_that_cannot_be_met(tmp_path: Path) -> None:
    """What is no npz file, no golden file or no model is said before any Keras is started."""
    (tmp_path / "text.npz").write_text("hello", encoding="utf-8")
    np.savez(tmp_path / "plain.npz", np.zeros(3))
    bounds = Bounds(seconds=0.1)
    with pytest.raises(RequestError, match="cannot be read as an npz file"):
        verify(str(QUESTION), Options(inputs=str(tmp_path / "text.npz"), bounds=bounds))
    with pytest.raises(RequestError, match="is not a golden file"):
        verify(str(QUESTION), Options(golden=str(tmp_path / "plain.npz"), bounds=bounds))
    with pytest.raises(NotAModel):
        verify(str(tmp_path / "text.npz"), Options(bounds=bounds))


def test_standard_input_is_verified_from_a_copy(keras_environment: dict[str, str], tmp_path: Path) -> None:
    """The worker has no standard input of ours, and Keras goes by the ending of a name; inputs may have any names."""
    inputs = tmp_path / "inputs.npz"
    np.savez(inputs, np.zeros((3, 8), "float32"))
    done = subprocess.run(
        [sys.executable, "-m", "kerasinspect", "verify", "-", "--input", str(inputs), "--format", "json"],
        input=(SAMPLES / "question_network.h5").read_bytes(),
        capture_output=True,
        check=False,
        env=keras_environment,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["weights"]["equal"], document["weights"]["compared"]) == (8, 8)
    (case,) = document["forward"]["cases"]
    assert (case["name"], [output["shape"] for output in case["outputs"]]) == ("input", [[3, 32]])
