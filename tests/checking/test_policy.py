"""Tests of policies: where they are found, what they say, and what is refused in them."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.checking.findings import Finding, Waiver
from kerasinspect.checking.policy import Overrides, Policy, Waivers, policy_from
from kerasinspect.checking.policy_file import PolicyFile, read_policy
from kerasinspect.checking.policy_search import find_policy
from kerasinspect.checking.request import check, nearest_policy, open_lock, open_policy
from kerasinspect.checking.rules import RULES
from kerasinspect.errors import RequestError
from kerasinspect.output.basis import waived_nothing
from tests.makers.plain_models import archive_tree, hdf5, keras_archive
from tests.makers.special_files import make_pipe
from tests.places import SAMPLES

if TYPE_CHECKING:
    import h5py

    from kerasinspect.checking.rule import Scope

DEFAULT_CODES = [rule.code for rule in RULES if rule.default]
WAIVER = {"layer": "a*", "ignore": ["KI105"], "reason": "pruned"}


def policy(**content: Any) -> Policy:  # noqa: ANN401 - any TOML
    """The policy in a table."""
    table = {key.replace("_", "-"): value for key, value in content.items()}
    return policy_from(PolicyFile("kerasinspect.toml", table))


def codes(subject: Policy) -> list[str]:
    """The rules that a policy asks."""
    return [active.rule.code for active in subject.rules(with_contract=False)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder three deep, with nothing in it."""
    folder = tmp_path / "project" / "exports" / "today"
    folder.mkdir(parents=True)
    return folder


OWN, SHARED = 'fail-on = "note"\n', '[tool.kerasinspect]\nfail-on = "warning"\n'
PLACES: dict[str, tuple[dict[str, str], str | None]] = {
    "its own file": ({"kerasinspect.toml": OWN}, "kerasinspect.toml"),
    "the shared file": ({"pyproject.toml": SHARED}, "pyproject.toml"),
    "both": ({"pyproject.toml": SHARED, "kerasinspect.toml": OWN}, "kerasinspect.toml"),
    "above": ({"../../kerasinspect.toml": OWN}, "../../kerasinspect.toml"),
    "the nearest": ({"../pyproject.toml": SHARED, "../../kerasinspect.toml": OWN}, "../pyproject.toml"),
    "past one about other things": (
        {"pyproject.toml": "[tool.other]\n", "../pyproject.toml": SHARED},
        "../pyproject.toml",
    ),
    "past one that is odd": ({"pyproject.toml": "tool = 1\n", "../pyproject.toml": SHARED}, "../pyproject.toml"),
    "an empty table": ({"pyproject.toml": "[tool.kerasinspect]\n", "../kerasinspect.toml": OWN}, "pyproject.toml"),
}


@pytest.mark.parametrize(("files", "expected"), PLACES.values(), ids=PLACES)
def test_the_nearest_policy_counts(files: dict[str, str], expected: str | None, project: Path) -> None:
    """The folder is searched, then those above it; the policy is called by its path from the folder."""
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")
    found = find_policy(project).file
    assert found is not None
    assert found.path == expected
    assert nearest_policy(project).source == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"select = [", "pyproject.toml is not TOML"),
        (b"a = '\xff'", "pyproject.toml is not TOML"),
        (b"a = " + b"[" * 100_000, "pyproject.toml is not TOML"),
        (b"[tool]\nkerasinspect = 3\n", r"\[tool.kerasinspect\] is not a table"),
        (b"[tool.kerasinspect]\nselct = []\n", 'pyproject.toml: .* has no key "selct"'),
        (b"[kerasinspect]\nselect = []\n", r"has a table \[kerasinspect\], which no tool reads"),
    ],
    ids=["syntax", "encoding", "too deep", "no table", "unknown key", "another table"],
)
def test_a_file_that_may_hold_the_policy_is_never_passed_over(content: bytes, message: str, project: Path) -> None:
    """What cannot be understood on the way up is an error, since the policy could be in it."""
    (project / ".." / "pyproject.toml").write_bytes(content)
    with pytest.raises(RequestError, match=message):
        nearest_policy(project)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.toml", None, "Cannot read the policy in .*missing.toml"),
        ("pyproject.toml", "[tool.other]\n", "has no table"),
    ],
)
def test_a_policy_that_was_named_must_be_there(name: str, content: str | None, message: str, project: Path) -> None:
    """With ``--config`` there is no way around the file."""
    if content is not None:
        (project / name).write_text(content, encoding="utf-8")
    with pytest.raises(RequestError, match=message):
        open_policy(project / name)
    assert open_policy(None) == Policy()


@pytest.mark.parametrize("name", ["kerasinspect.toml", "strict.toml"])
@pytest.mark.parametrize(
    "text", [SHARED, "[tool.kerasinspect.thresholds.KI107]\nlargest = 3\n"], ids=["table", "inner"]
)
def test_the_heading_of_the_shared_file_is_explained_where_it_is_wrong(text: str, name: str, project: Path) -> None:
    """Keys stand at the top of a file that is all policy; the error says how to write them."""
    (project / name).write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=r"has the heading \[tool\.kerasinspect\]") as caught:
        read_policy(str(project / name))
    assert "keys stand at the top" in caught.value.remedy


def test_any_name_will_do_for_a_file_that_is_named(project: Path) -> None:
    """Only pyproject.toml has its policy in a table."""
    path = project / "strict.toml"
    path.write_text(OWN, encoding="utf-8")
    assert read_policy(str(path)).content == {"fail-on": "note"}


def test_a_policy_chooses_rules_severities_and_thresholds() -> None:
    """What a file says is what is asked; what it does not say is as the table of rules has it."""
    subject = policy(
        select=["KI10", "legacy-format", "float16-overflow"],
        ignore=["KI11"],
        severities={"KI107": "error", "KI1": "note"},
        thresholds={"exploding-magnitude": {"largest": 5}},
    )
    rules = {active.rule.code: active for active in subject.rules(with_contract=False)}
    assert [*rules] == [*(rule.code for rule in RULES if rule.code.startswith("KI10")), "KI402"]
    assert (rules["KI107"].severity, rules["KI107"].thresholds) == ("error", {"largest": 5})
    assert (rules["KI101"].severity, rules["KI402"].severity) == ("note", "note")
    assert codes(policy()) == DEFAULT_CODES


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], ["KI101"]),
        ([], ["KI101"], []),
        (["KI102"], [], ["KI102"]),
        (["KI10"], ["KI103"], [f"KI10{number}" for number in (1, 2, 4, 5, 6, 7, 8, 9)]),
    ],
    ids=["nothing", "ignored", "selected", "both"],
)
def test_the_command_line_wins(select: list[str], ignore: list[str], expected: list[str]) -> None:
    """What is selected there replaces what the file selects and ignores; what is ignored there is added."""
    subject = policy(select=["KI101", "KI102"], ignore=["KI102"]).overridden(
        Overrides(tuple(select), (), tuple(ignore), "note")
    )
    assert codes(subject) == expected
    assert subject.fail_on == "note"
    assert policy(fail_on="warning").overridden(Overrides()).fail_on == "warning"


BESIDE: dict[str, tuple[Policy, Overrides, list[str]]] = {
    "the default": (policy(extend_select=["KI409"]), Overrides(), sorted([*DEFAULT_CODES, "KI409"])),
    "what the policy selects": (policy(select=["KI101"], extend_select=["KI409"]), Overrides(), ["KI101", "KI409"]),
    "what it ignores": (
        policy(select=["KI10"], extend_ignore=["KI10"], extend_select=["KI409"]),
        Overrides(),
        ["KI409"],
    ),
    "ignored in two lists": (policy(select=["KI10"], ignore=["KI101"], extend_ignore=["KI10"]), Overrides(), []),
    "from outside": (policy(select=["KI101"]), Overrides(extend_select=("KI409",)), ["KI101", "KI409"]),
    "though it is ignored": (policy(select=["KI1"], ignore=["KI1"]), Overrides(extend_select=("KI101",)), ["KI101"]),
    "instead of both": (
        policy(select=["KI101"], extend_select=["KI102"], extend_ignore=["KI409"]),
        Overrides(select=("KI103",), extend_select=("KI409",)),
        ["KI103", "KI409"],
    ),
    "less what is ignored at once": (
        policy(select=["KI101"]),
        Overrides(extend_select=("KI10",), ignore=("not-a-number",)),
        [f"KI10{number}" for number in range(2, 10)],
    ),
}


@pytest.mark.parametrize(("subject", "by", "expected"), BESIDE.values(), ids=BESIDE)
def test_rules_are_added_without_naming_all_others(subject: Policy, by: Overrides, expected: list[str]) -> None:
    """What is extended is added to what is selected or ignored, and the call has the last word."""
    assert codes(subject.overridden(by)) == expected


OFF: dict[str, tuple[dict[str, Any], str, str]] = {
    "off by default": (
        {"thresholds": {"KI409": {"megabytes": 1}}},
        "thresholds.KI409 has no effect: KI409 too-large is off by default.",
        'extend-select = ["KI409"]',
    ),
    "by its name": ({"thresholds": {"too-large": {"megabytes": 1}}}, "thresholds.too-large has no effect", "KI409"),
    "not selected": (
        {"select": ["KI1"], "thresholds": {"KI403": {"major": 3}}},
        "thresholds.KI403 has no effect: KI403 newer-keras is not selected.",
        'extend-select = ["KI403"]',
    ),
    "ignored": (
        {"ignore": ["KI10"], "thresholds": {"KI107": {"largest": 3}}},
        "thresholds.KI107 has no effect: KI107 exploding-magnitude is ignored.",
        "Take it out of ignore",
    ),
    "a severity": ({"severities": {"KI110": "note"}}, "severities.KI110 has no effect: KI110", "extend-select"),
    "a severity of a family": (
        {"select": ["KI1"], "severities": {"KI3": "note"}},
        "severities.KI3 has no effect: KI301 untrained-model is not selected.",
        "extend-select",
    ),
}


@pytest.mark.parametrize(("content", "message", "remedy"), OFF.values(), ids=OFF)
def test_what_is_set_of_a_rule_that_is_off_is_a_wrong_request(
    content: dict[str, Any], message: str, remedy: str
) -> None:
    """A threshold that nothing is held against would look as if it did something."""
    with pytest.raises(RequestError) as caught:
        policy(**content).overridden(Overrides())
    assert caught.value.message.startswith(f"kerasinspect.toml: {message}")
    assert remedy in caught.value.remedy


ON: dict[str, tuple[dict[str, Any], Overrides]] = {
    "on by default": ({"thresholds": {"KI107": {"largest": 3}}}, Overrides()),
    "selected by the policy": ({"extend_select": ["KI409"], "thresholds": {"KI409": {"megabytes": 1}}}, Overrides()),
    "selected by the call": ({"thresholds": {"KI409": {"megabytes": 1}}}, Overrides(extend_select=("KI409",))),
    "left out by the call": ({"thresholds": {"KI107": {"largest": 3}}}, Overrides(select=("KI4",))),
    "ignored by the call": ({"thresholds": {"KI107": {"largest": 3}}}, Overrides(ignore=("KI107",))),
    "one of a family": ({"ignore": ["KI301"], "severities": {"KI3": "note"}}, Overrides()),
    "asked where there is a lock": ({"severities": {"KI609": "note"}}, Overrides()),
}


@pytest.mark.parametrize(("content", "by"), ON.values(), ids=ON)
def test_what_is_set_of_a_rule_that_is_on_somewhere_is_right(content: dict[str, Any], by: Overrides) -> None:
    """One call that asks fewer rules makes nothing of the policy wrong."""
    policy(**content).overridden(by)


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "key": ({"selct": []}, 'has no key "selct"', "The nearest is select"),
    "code": ({"ignore": ["KI999"]}, 'No rule is called "KI999"', "The nearest is KI"),
    "name": ({"select": ["not-a-numbr"]}, "No rule is called", "The nearest is not-a-number"),
    "empty name": ({"select": [""]}, "select is not a list", "Write it as"),
    "select as text": ({"select": "KI1"}, "select is not a list", "Write it as"),
    "select of numbers": ({"ignore": [1]}, "ignore is not a list", "Write it as"),
    "fail-on": ({"fail_on": "never"}, "fail-on is not a severity", "error, warning, note"),
    "fail-on as a list": ({"fail_on": ["error"]}, "fail-on is not a severity", "error, warning, note"),
    "severity": ({"severities": {"KI101": "bad"}}, "severities.KI101 is not a severity", "error, warning, note"),
    "severities as a list": ({"severities": []}, "severities is not a table", ""),
    "severity of no rule": ({"severities": {"KI999": "note"}}, "No rule is called", "The nearest is"),
    "threshold as text": ({"thresholds": {"KI107": {"largest": "9"}}}, "thresholds.KI107.largest is not a number", ""),
    "threshold true": ({"thresholds": {"KI107": {"largest": True}}}, "thresholds.KI107.largest is not a number", ""),
    "threshold nan": ({"thresholds": {"KI107": {"largest": float("nan")}}}, "is not a number", ""),
    "threshold as a number": ({"thresholds": {"KI107": 3}}, "thresholds.KI107 is not a table", ""),
    "unknown threshold": ({"thresholds": {"KI107": {"smallest": 1}}}, "KI107 has no threshold", "It has largest"),
    "waivers as a table": ({"per_layer": WAIVER}, "per-layer is not a list of tables", "[[per-layer]]"),
    "waiver's key": ({"per_layer": [WAIVER | {"why": ""}]}, 'per-layer[0] has no key "why"', "The nearest is"),
    "no layer": ({"per_layer": [WAIVER | {"layer": 1}]}, "per-layer[0] has no layer", "a glob"),
    "no reason": ({"per_layer": [WAIVER | {"reason": " "}]}, "per-layer[0] has no reason", "Say why"),
    "no rules": ({"per_layer": [WAIVER | {"ignore": []}]}, "per-layer[0] ignores nothing", "Name the rules"),
    "threshold beyond any float": ({"thresholds": {"KI107": {"largest": 10**400}}}, "out of range", ""),
    "key of a megabyte": ({"x" * 1_000_000: 1}, f'has no key "{"x" * 100}…"', "The nearest is"),
    "rule of a megabyte": ({"select": ["KI1" * 300_000]}, "No rule is called", "The nearest is KI"),
    "threshold of a megabyte": ({"thresholds": {"KI107": {"x" * 1_000_000: 1}}}, "KI107 has no threshold", "It has"),
    "glob of 300 kB": ({"per_layer": [WAIVER | {"layer": "[" * 300_000}]}, "is longer than 1,000 characters", ""),
    "reason of 300 kB": ({"per_layer": [WAIVER | {"reason": "x" * 300_000}]}, "is longer than 1,000 characters", ""),
    "waived code": ({"per_layer": [WAIVER | {"ignore": ["KI"]}, WAIVER | {"ignore": ["x"]}]}, "No rule is", "nearest"),
}


@pytest.mark.parametrize(("content", "message", "remedy"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_policy_is_a_wrong_request(content: dict[str, Any], message: str, remedy: str) -> None:
    """The error names the file, the place and, for a name, the nearest."""
    with pytest.raises(RequestError) as caught:
        policy(**content)
    assert caught.value.message.startswith("kerasinspect.toml: ")
    assert message in caught.value.message
    assert len(caught.value.message) < 300
    assert remedy in caught.value.remedy


NOT_READ: dict[str, tuple[str, str]] = {
    "a number of thousands of digits": (f"fail-on = {'9' * 5_000}", "a number or a date that is out of range"),
    "such a number of another tool": (f"[tool.other]\na = {'9' * 5_000}", "a number or a date that is out of range"),
    "a bare key of 50,000 parts": ("a." * 50_000 + "a = 1", "a key of more than 64 parts"),
    "a header of 50,000 parts": (f"[{'a.' * 50_000}a]", "a key of more than 64 parts"),
    "a key of quoted parts": ('"a.b" . ' * 50_000 + "a = 1", "a key of more than 64 parts"),
    "a key in a table on one line": (f"x = {{ {'a.' * 50_000}a = 1 }}", "a key of more than 64 parts"),
    "lists 50,000 deep": (f"a = {'[' * 50_000}", "is not TOML"),
    "more than half a megabyte": ("# " + "x" * (1 << 19), "is larger than 524,288 bytes"),
}


@pytest.mark.parametrize("name", ["pyproject.toml", "kerasinspect.toml"])
@pytest.mark.parametrize(("content", "message"), NOT_READ.values(), ids=NOT_READ)
def test_what_costs_too_much_is_not_read(content: str, message: str, name: str, project: Path) -> None:
    """What a parser would choke on is refused in a sentence, whether it is searched or named."""
    (project / name).write_text(content, encoding="utf-8")
    with pytest.raises(RequestError, match=message):
        nearest_policy(project)
    with pytest.raises(RequestError, match=message):
        open_policy(project / name)


@pytest.mark.parametrize("name", ["architecture.json", "architecture"])
@pytest.mark.parametrize("layers", [1, 5_000], ids=["small", "large"])
def test_an_architecture_is_told_where_it_belongs(name: str, layers: int, project: Path) -> None:
    """What ``--config`` means elsewhere is JSON, which no policy is; a broken policy is still to be corrected."""
    text = f"\n{json.dumps({'layers': [{'class_name': 'Dense', 'config': {'kernel': 'x' * 100}}] * layers}, indent=1)}"
    path = project / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError, match=r"is not TOML|is larger than") as caught:
        read_policy(str(path))
    assert "--architecture" in caught.value.remedy
    (project / "kerasinspect.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        nearest_policy(project)
    assert "--no-config" in caught.value.remedy


HARMLESS = {
    "dots in a text": f'a = "{"." * 1_000} {"a.b, " * 1_000}"',
    "dots in a text of several lines": f'a = """\n{"a." * 20}\n"""',
    "numbers in a list": f"a = [{'1.5, ' * 1_000}]",
    "quotation marks in a text": 'a = "' + '\\"' * 100_000 + '"',
    "a long word": "a" * 200_000 + " = 1",
    "text in quotation marks": 'a = "b" # ' + '"' * 200_000,
}


@pytest.mark.parametrize("content", HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_deep_is_read(content: str, project: Path) -> None:
    """Dots outside of keys are no parts, and looking for those takes no longer than the file is."""
    (project / "pyproject.toml").write_text(f"[tool.other]\n{content}\n{SHARED}", encoding="utf-8")
    began = process_time()
    assert nearest_policy(project).fail_on == "warning"
    assert process_time() - began < 2


def test_what_is_no_file_is_no_policy(project: Path) -> None:
    """Neither a folder, a pipe that nobody writes to nor a link to nothing is passed over, and none is waited for."""
    path = project / "kerasinspect.toml"
    for make in (Path.mkdir, make_pipe, lambda path: path.symlink_to("missing")):
        make(path)
        with pytest.raises(RequestError, match=r"Cannot read the policy in kerasinspect\.toml"):
            nearest_policy(project)
        if not path.is_dir():  # which holds locks of many
            with pytest.raises(RequestError, match="Cannot read the lock file"):
                open_lock(path)
        path.rmdir() if path.is_dir() else path.unlink()


def finding(code: str, where: str, scope: Scope = "weight") -> Finding:
    """A finding at some place."""
    return Finding(code, "dead-units", "warning", where, "It is.", "model.keras", scope)


@pytest.mark.parametrize(
    ("layer", "where", "covered"),
    [
        ("dense", "dense/kernel", True),
        ("dense", "dense", True),
        ("dense", "dense_1/kernel", False),
        ("dense*", "dense_1/kernel", True),
        ("encoder", "encoder/block/dense/kernel", True),
        ("encoder/*/dense", "encoder/block/dense/kernel", True),
        ("*", "model.weights.h5", True),
        ("a[1]", "a[1]/kernel", True),
        ("kernel", "dense/kernel", False),
    ],
)
def test_a_waiver_covers_a_layer_and_what_is_inside(layer: str, where: str, *, covered: bool) -> None:
    """A layer is named by its path or by a glob; another rule at the same place is still reported."""
    waivers = Waivers([Waiver(layer, frozenset({"KI105"}), "pruned")])
    assert waivers.reason(finding("KI105", where)) == ("pruned" if covered else None)
    assert waivers.reason(finding("KI106", where)) is None


def test_what_is_waived_is_kept_apart_with_its_reason() -> None:
    """A waived finding neither counts nor disappears."""
    waivers = Waivers(policy(per_layer=[WAIVER]).waivers)
    assert waivers.reason(finding("KI105", "a/kernel")) == "pruned"
    assert waivers.reason(finding("KI105", "b/kernel")) is None


def test_a_waiver_that_waives_nothing_is_said(tmp_path: Path) -> None:
    """One whose layer is misspelt, or which is no longer needed, would stay for ever."""

    def spoilt(file: h5py.File) -> None:
        file["layers/dense_1/vars/0"][1, 0] = np.nan

    (tmp_path / "a.keras").write_bytes(keras_archive(weights=hdf5(archive_tree, spoilt)))
    idle = ({"layer": f"encodr_{number}", "ignore": ["KI1"], "reason": "old"} for number in range(5))
    subject = policy(per_layer=[{"layer": "second", "ignore": ["KI101", "KI105"], "reason": "new"}, *idle])
    report = check(tmp_path / "a.keras", config=subject)
    assert [waiver.layer for waiver in report.idle_waivers] == [f"encodr_{number}" for number in range(5)]
    first, *_, last = waived_nothing(report)
    assert first == 'The waiver of KI1 for "encodr_0" waived nothing: correct its layer, or remove it.'
    assert last == "2 other waivers waived nothing."


def test_check_goes_by_the_policy_that_it_is_given(project: Path, sample_models: Path) -> None:
    """``kerasinspect.check`` takes a policy's file, looks for no other, and says in the report which it was."""
    model = sample_models / "question_network.h5"
    (project / "strict.toml").write_text('select = ["KI402"]\nfail-on = "note"\n', encoding="utf-8")
    strict = check(model, config=project / "strict.toml")
    assert (strict.exit_status, strict.policy) == (1, str(project / "strict.toml"))
    assert check(model, config=project / "strict.toml", fail_on="error").exit_status == 0
    assert check(model, config=project / "strict.toml", select=["KI1"]).exit_status == 0
    assert (check(model).exit_status, check(model).policy) == (0, None)


@pytest.mark.parametrize("policy", [Policy(select=("KI1",), ignore=("KI1",)), Policy(select=("KI6",))])
def test_a_request_that_asks_nothing_is_an_error(policy: Policy) -> None:
    """A model of which no rule was asked has not passed."""
    with pytest.raises(RequestError, match=r"^(No rule is|Only rules about locks are) selected\."):
        check(SAMPLES / "question_network.keras", config=policy)


@pytest.mark.parametrize("content", [{"select": []}, {"thresholds": {"KI409": {"megabytes": -1}}}])
def test_a_policy_that_could_find_nothing_or_everything_is_an_error(content: object) -> None:
    """An empty selection asks nothing, and no figure lies below zero."""
    with pytest.raises(RequestError, match=r"^made\.toml: .*(is empty|is below 0)"):
        policy_from(PolicyFile("made.toml", content))
