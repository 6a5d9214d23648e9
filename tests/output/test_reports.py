"""Tests of the reports of ``check``: valid for those who read them, the same on every run, and safe with any name."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from jsonschema import Draft202012Validator

from kerasinspect.checking.findings import Finding, Ignored, Skipped
from kerasinspect.checking.reports import CheckReport, ModelReport
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.output.documents.check import check_document
from kerasinspect.output.formats.github import write_github
from kerasinspect.output.formats.junit import write_junit
from kerasinspect.output.formats.markdown import write_markdown
from kerasinspect.output.formats.sarif import uri_of, write_sarif
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.check import check_blocks, check_tables
from tests.output.test_hostile_names import HOSTILE

if TYPE_CHECKING:
    from kerasinspect.checking.rule import Severity

SCHEMAS = Path(__file__).parent / "schemas"
JUNIT = xmlschema.XMLSchema(SCHEMAS / "junit.xsd")
SARIF = Draft202012Validator(json.loads((SCHEMAS / "sarif.json").read_text(encoding="utf-8")))
BARS = re.compile(r"(?<!\\)\|")
MORE_HOSTILE = {
    **HOSTILE,
    "end of CDATA": "a]]>b",
    "element": "<failure/>&amp;",
    "entity": "&xxe;",
    "not in XML": "a\ufffeb\x01",
    "attached file": "[[ATTACHMENT|/etc/passwd]]",
    "link": "[a](https://b)",
    "image": "![a](https://b)",
    "bar": "a|b",
    "backticks": "a``b`",
    "percent": "%0A::error::b",
    "property": "a,title=b::c",
    "brace": "{a}{{",
    "path": "/a/../b c#d?e",
}


REMEDY = "Do this."


def finding(code: str, severity: Severity, where: str, message: str, location: str = "a.keras") -> Finding:
    """A finding of a rule."""
    (active,) = active_rules([code])
    rule = active.rule
    return Finding(code, rule.name, severity, where, message, location, rule.scope, remedy=REMEDY, place=where)


def report_of(name: str = "dense") -> CheckReport:
    """A report with everything in it that there can be, with a name of choice in every place that a file can fill."""
    location = f"models/{name}.keras"
    found = (
        finding("KI401", "note", name, f"The name is {name}.", location),
        finding("KI101", "error", f"{name}/kernel", "3 of 25 values are NaN at [0, 4].", location),
        finding("KI101", "error", f"{name}/bias", "All values are NaN.", location),
        finding("KI103", "warning", name, name, location),
    )
    models = (
        ModelReport(
            location,
            "keras-archive",
            7,
            8,
            damage=(f"{name}: the values end.",),
            findings=found,
            skipped=(Skipped("KI203", "the file has no config"),),
            ignored=(Ignored(finding("KI105", "warning", name, name, location), f"It is {name}."),),
        ),
        ModelReport("/b.keras", error=f"{name} is no model."),
        ModelReport("c.keras", "keras-archive", 0, 0),
    )
    rules = active_rules(["KI101", "KI103", "KI105", "KI203", "KI401", "KI501"])
    return CheckReport(models, "error", rules, "kerasinspect.toml")


def junit(report: CheckReport) -> str:
    """The report as JUnit XML."""
    stream = io.StringIO()
    write_junit(report, stream)
    return stream.getvalue()


def sarif(report: CheckReport) -> str:
    """The report as SARIF."""
    stream = io.StringIO()
    write_sarif(report, stream)
    return stream.getvalue()


def github(report: CheckReport) -> str:
    """The report as workflow commands."""
    stream = io.StringIO()
    write_github(report, stream)
    return stream.getvalue()


def markdown(report: CheckReport) -> str:
    """The report as Markdown."""
    stream = io.StringIO()
    write_markdown(check_tables(report), stream)
    return stream.getvalue()


def parsed(text: str) -> ET.Element:
    """The root of an XML document of ours."""
    return ET.fromstring(text)  # noqa: S314 - our own output


def case_of(root: ET.Element, location: str, name: str) -> ET.Element:
    """One test case."""
    return next(case for case in root.iter("testcase") if (case.get("classname"), case.get("name")) == (location, name))


@pytest.mark.parametrize("name", MORE_HOSTILE.values(), ids=MORE_HOSTILE)
def test_junit_is_valid_whatever_the_names(name: str) -> None:
    """The document fits the schema, and has the elements that it has with a harmless name."""
    text = junit(report_of(name))
    JUNIT.validate(text)
    assert [element.tag for element in parsed(text).iter()] == [
        element.tag for element in parsed(junit(report_of())).iter()
    ]
    assert "[[ATTACHMENT" not in text


def test_junit_has_a_test_case_for_each_rule_of_each_file() -> None:
    """A rule fails where it stops the release, passes with a note where it does not, and says why it was skipped."""
    root = parsed(junit(report_of()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("15", "1", "2")
    location = "models/dense.keras"
    failure = case_of(root, location, "KI101 not-a-number").find("failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.splitlines()[:2] == [
        "error: dense/kernel: 3 of 25 values are NaN at [0, 4].",
        "error: dense/bias: All values are NaN.",
    ]
    assert failure.text.splitlines()[2] == "fix: Do this."
    assert case_of(root, location, "KI103 zero-kernel").findtext("system-out") == (
        "warning: dense: dense\nfix: Do this."
    )
    assert case_of(root, location, "KI105 dead-units").findtext("system-out") == (
        "waived, since It is dense.: warning: dense: dense"
    )
    skipped = case_of(root, location, "KI203 wrong-shape").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "the file has no config"
    assert len(case_of(root, location, "KI501 stored-code")) == 0
    assert case_of(root, location, "can be read").findtext("error") == "dense: the values end."
    assert case_of(root, "/b.keras", "can be read").findtext("error") == "dense is no model."
    assert sum(case.get("classname") == "/b.keras" for case in root.iter("testcase")) == 1


def test_junit_of_nothing_is_valid() -> None:
    """A report without any file or rule is a document too."""
    text = junit(CheckReport((), "error", ()))
    JUNIT.validate(text)
    assert parsed(text).get("tests") == "0"


@pytest.mark.parametrize("name", MORE_HOSTILE.values(), ids=MORE_HOSTILE)
def test_sarif_is_valid_whatever_the_names(name: str) -> None:
    """The document fits the schema, has no link and no placeholder in a message, and is ASCII."""
    text = sarif(report_of(name))
    document = json.loads(text)
    assert text.isascii()
    assert [error.message for error in SARIF.iter_errors(document)] == []
    for result in document["runs"][0]["results"]:
        assert not re.search(r"(?<!\\)\]\(", result["message"]["text"])


def test_sarif_says_what_a_viewer_needs() -> None:
    """Each result names its rule, its file and its place; what is waived says why, what is unread is a notification."""
    (run,) = json.loads(sarif(report_of()))["runs"]
    rules = run["tool"]["driver"]["rules"]
    results = run["results"]
    assert [result["ruleId"] for result in results] == ["KI401", "KI101", "KI101", "KI103", "KI105"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in results)
    assert [result["level"] for result in results] == ["note", "error", "error", "warning", "warning"]
    assert results[1]["message"]["text"] == "dense/kernel: 3 of 25 values are NaN at [0, 4]. Fix: Do this."
    (place,) = results[1]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "models/dense.keras"
    assert place["logicalLocations"] == [{"fullyQualifiedName": "dense/kernel", "kind": "member"}]
    assert results[4]["suppressions"][0]["justification"] == "It is dense."
    assert not any("suppressions" in result for result in results[:4])
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
    unread = invocation["toolExecutionNotifications"]
    assert [one["message"]["text"] for one in unread] == ["dense: the values end.", "dense is no model."]
    assert unread[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///b.keras"
    policy, skipped = invocation["toolConfigurationNotifications"]
    assert policy["message"]["text"] == "The policy kerasinspect.toml was in force."
    assert skipped["associatedRule"] == {"id": "KI203"}
    code = next(rule for rule in rules if rule["id"] == "KI501")
    assert code["properties"]["security-severity"] == "8.0"
    assert code["properties"]["documentation"] == "docs/rules.md#ki501"
    assert code["help"]["text"].endswith("CVE-2025-9905 (fixed in Keras 3.11.3).")


URIS = [
    (PurePosixPath("models/a b.keras"), "models/a%20b.keras"),
    (PurePosixPath("a:b.keras"), "a%3Ab.keras"),
    (PurePosixPath("/models/a.keras"), "file:///models/a.keras"),
    (PureWindowsPath(r"models\a.keras"), "models/a.keras"),
    (PureWindowsPath(r"C:\models\a b.keras"), "file:///C:/models/a%20b.keras"),
    (PureWindowsPath(r"\\server\share\a.keras"), "file://server/share/a.keras"),
]


@pytest.mark.parametrize(("path", "uri"), URIS, ids=str)
def test_sarif_names_files_of_any_system(path: PurePath, uri: str) -> None:
    """With forward slashes; those with a drive or a server as RFC 8089 has them."""
    assert uri_of(path) == uri


def test_sarif_fingerprints_tell_results_apart() -> None:
    """Two findings of one rule at one place have fingerprints of their own, and so have places."""
    twice = finding("KI501", "error", "layers/0", "It is code.")
    model = ModelReport("a.keras", "keras-archive", 0, 0, findings=(twice, twice, finding("KI501", "error", "b", "c")))
    (run,) = json.loads(sarif(CheckReport((model,), "error", active_rules(["KI501"]))))["runs"]
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert [text.partition(":")[2] for text in prints] == ["1", "2", "1"]
    assert len(set(prints)) == 3


@pytest.mark.parametrize("name", MORE_HOSTILE.values(), ids=MORE_HOSTILE)
def test_annotations_are_one_command_a_line_whatever_the_names(name: str) -> None:
    """A name cannot end its command, its property or its line."""
    lines = github(report_of(name)).splitlines()
    shape = r"::(error|warning|notice) file=[^:,\r\n]*,title=[^:,\r\n]*::[^\r\n]*"
    assert [re.fullmatch(shape, line) is not None for line in lines] == [True] * len(lines)
    assert [line.split(" ")[0] for line in lines] == [line.split(" ")[0] for line in github(report_of()).splitlines()]
    assert "%0A::" not in "".join(lines)


def test_annotations_name_file_rule_and_place() -> None:
    """What cannot be read comes first, then the findings, the worst first; a note is a notice."""
    of_rule = "::error file=models/dense.keras,title=KI101 not-a-number"
    assert github(report_of()).splitlines() == [
        "::error file=models/dense.keras,title=cannot be read::dense: the values end.",
        f"{of_rule}::dense/kernel: 3 of 25 values are NaN at [0, 4].%0Afix: Do this.",
        f"{of_rule}::dense/bias: All values are NaN.%0Afix: Do this.",
        "::warning file=models/dense.keras,title=KI103 zero-kernel::dense: dense%0Afix: Do this.",
        "::notice file=models/dense.keras,title=KI401 optimizer-state::dense: The name is dense.%0Afix: Do this.",
        "::error file=/b.keras,title=cannot be read::dense is no model.",
    ]


def test_annotations_escape_as_the_runner_reads_them() -> None:
    """Percent signs are escaped everywhere, colons and commas in properties."""
    model = ModelReport("a,b:c%.keras", error="100% wrong: a, b")
    assert github(CheckReport((model,), "error", ())) == (
        "::error file=a%2Cb%3Ac%25.keras,title=cannot be read::100%25 wrong: a, b\n"
    )


@pytest.mark.parametrize("name", MORE_HOSTILE.values(), ids=MORE_HOSTILE)
def test_markdown_has_as_many_rows_and_cells_whatever_the_names(name: str) -> None:
    """A name neither ends a cell nor begins a line; lines that are no text have the same form."""

    def form(text: str) -> list[tuple[bool, int]]:
        """Whether each line is a heading or a row, and its cells."""
        return [(line.startswith(("#", "|")), len(BARS.findall(line))) for line in text.split("\n")]

    text = markdown(report_of(name))
    assert form(text) == form(markdown(report_of()))
    assert "](http" not in re.sub(r"(`+).*?\1", "", text)


def test_markdown_is_a_summary_with_a_table() -> None:
    """The summary names each file, lists its findings in a table and ends with the totals."""
    lines = markdown(report_of()).splitlines()
    assert lines[0] == "## kerasinspect check"
    assert any("models/dense.keras" in line and line.startswith("### ") for line in lines)
    assert any(line.startswith("| error | KI101") for line in lines)
    assert lines[-1].endswith(" · 7 of 8 arrays read in 3 files")


@pytest.mark.parametrize("write", [junit, sarif, github, markdown])
def test_two_reports_of_the_same_files_are_equal(write: Any) -> None:  # noqa: ANN401 - a function of a report
    """There is no time and no count of anything else in them."""
    assert write(report_of()) == write(report_of())
    assert not re.search(r"\b20\d\d-\d\d\b", write(report_of()))


def page(report: CheckReport) -> str:
    """The report as the page that a pipe gets."""
    stream = io.StringIO()
    write_text(check_blocks(report), stream)
    return stream.getvalue()


def test_what_is_said_of_many_places_is_said_once_with_their_number() -> None:
    """On the page all of them are named; documents keep a finding each, and a page with places in the file a line."""
    places = [f"dense_{at}" for at in range(5)]
    found = (
        *(finding("KI101", "error", place, "It is so.") for place in places),
        finding("KI101", "error", "x", "No."),
    )
    report = CheckReport(
        (ModelReport("a.keras", "keras-archive", 1, 1, findings=found),), "error", active_rules(["KI101"])
    )
    lines = [line.strip() for line in page(report).splitlines()]
    assert f"5 places ({', '.join(places)}): It is so." in lines
    assert "x: No." in lines
    assert page(report).count("It is so.") == 1
    assert sarif(report).count("It is so.") == 5
    stream = io.StringIO()
    write_text(check_blocks(report, verbose=True), stream)
    assert stream.getvalue().count("It is so.") == 5


@pytest.mark.parametrize("write", [page, junit, sarif, github])
def test_a_place_that_is_longer_than_any_real_one_is_cut_in_sentences(write: Any) -> None:  # noqa: ANN401 - as above
    """A log is not flooded; the document for programs has it whole."""
    place = "a" * 30_000
    model = ModelReport("a.keras", "keras-archive", 1, 1, findings=(finding("KI101", "error", place, "It is so."),))
    report = CheckReport((model,), "error", active_rules(["KI101"]))
    assert re.search(r"a{200}(?:…|\\u2026) \(29,800 more characters\): It is so", write(report))
    read = json.loads(json.dumps(check_document(report)))
    assert read["models"][0]["findings"][0]["where"] == place
