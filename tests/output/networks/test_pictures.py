"""Networks in the languages of Mermaid and Graphviz: as kept, and with names that would be something else there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kerasinspect.analysis.network.making import network_of
from kerasinspect.analysis.network.results import Edge, Network, Node
from kerasinspect.errors import MissingExtra
from kerasinspect.opening import open_model
from kerasinspect.output.networks.graphviz import svg_of
from kerasinspect.output.networks.pictures import PictureForm, picture
from kerasinspect.shown.escaping import visible_name
from tests.output.snapshots import assert_as_kept
from tests.places import SAMPLES

SVG = "{http://www.w3.org/2000/svg}"
MERMAID = Path(os.environ.get("MERMAID_JS", "node_modules/mermaid/dist/mermaid.min.js"))
"""What ``npm install mermaid`` puts there."""
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
PAGE = """
<!doctype html><meta charset="utf-8"><div id="drawn"></div><script src="{library}"></script><script>
mermaid.initialize({{startOnLoad: false, securityLevel: "strict"}});
mermaid.render("g", {diagram}).then(({{svg}}) => {{ document.getElementById("drawn").innerHTML = svg; say(); }}, say);
function say(error) {{
  const labels = [...document.querySelectorAll("#drawn .node, #drawn .cluster")];
  const told = labels.map((one) => [one.id, one.querySelector(".nodeLabel").textContent]);
  const answer = document.createElement("pre");
  answer.textContent = JSON.stringify({{error: error ? String(error) : null, told, run: window.run ?? null}});
  answer.id = "answer";
  document.body.append(answer);
}}
</script>
"""
NAMES = (
    *("plain", "dense_1", "_lead", "a_b_c_", "a__b__", "end", "click", "subgraph", "graph", "class"),
    *("1. one", "1) one", "- x", "+ x", "* x", "# h", "> q", "[x] y", "**b**", "~~x~~", "***", "---", "==="),
    *("`c`", "$$x^2$$", "a $$ b $$", "\\(x\\)", "![a](b)", "http://x.y/z", "javascript:alert(1)", "fa:fa-car"),
    *("<b>x</b>", "<br/>", "<script>window.run=1</script>", "<img src=x onerror=window.run=1>", "style n0 fill:#f00"),
    *('"quote"', "'q'", "a]b", "a)b", "a}b", "a|b", "a;b", "a%%b", "a-->b", "a:::c", "~~~", "{{x}}", "[[x]]"),
    *("%%{init: {'theme':'dark'}}%%", "@{shape: rect}", "---\ntitle: x\n---", "#quot;", "#35;", "&lt;", "&amp;amp;"),
    *("a\\nb", "a\\Nb", "a\\Gb", "\\", "a\nb", "a\u202eb", "\ufb02\xb0\xb035\xb6\xdf", " lead", "tail ", "..."),
    *("\u65e5\u672c\u8a9e", "\U0001f600", "—·é", "x" * 10_000),
)
HOSTILE = Network(
    "net",
    "Functional",
    (
        *(Node(name, name, name, "layer", parameters=3) for name in NAMES),
        Node('<script>window.run=2</script>"', 'X`"', "around", "model", is_cluster=True, is_wired=False),
        Node("in", "D", "around/in", "operation", around=len(NAMES)),
    ),
    {Edge(place, place + 1, (None, 3)): 1 for place in range(len(NAMES))},
    is_wired=True,
)
WIDE = Network(
    "net",
    None,
    tuple(Node(f"layer_{place}", "Dense", f"layer_{place}", "layer") for place in range(20_000)),
    {Edge(place, place + 1, (None, 3)): 1 for place in range(19_999)},
    is_wired=True,
)

needs_graphviz = pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")


def drawn(sample: str, form: PictureForm) -> str:
    """The network of a sample as a picture."""
    with open_model(str(SAMPLES / sample)) as model:
        return picture(network_of(model), form)


@pytest.mark.parametrize(("form", "ending"), [("mermaid", "mmd"), ("dot", "dot"), ("markdown", "md")])
@pytest.mark.parametrize("sample", ["two_towers", "custom_layer"])
def test_a_picture_is_as_it_was_looked_at(sample: str, form: PictureForm, ending: str) -> None:
    """Nested models, a shared layer, and a layer whose inside is not told."""
    assert_as_kept(f"graph_{sample}.{ending}", drawn(f"{sample}.keras", form))


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_what_nothing_connects_stands_in_rows(form: PictureForm) -> None:
    """A model whose connections are unknown is in a frame that says so, and no wider than a page."""
    nodes = tuple(Node(str(place), "Dense", str(place), "layer") for place in range(100))
    page = picture(Network("net", "Mine", nodes, {}, is_wired=False), form)
    assert "how its layers are connected is not in the file" in page
    assert page.count("~~~" if form == "mermaid" else "style=invis") == 92


@pytest.mark.parametrize("form", ["mermaid", "dot"])
def test_a_picture_grows_with_its_network(form: PictureForm) -> None:
    """20,000 layers have two lines each."""
    page = picture(WIDE, form)
    assert page.count("\n") < 40_010
    assert len(page) < 4_000_000


def parts_of(svg: str) -> dict[str, str]:
    """The text on each node of a picture by its title."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("class") in {"node", "cluster"}]  # noqa: S314 - ours
    return {
        group.findtext(f"{SVG}title", ""): "".join(text.text or "" for text in group.iter(f"{SVG}text"))
        for group in groups
    }


@needs_graphviz
def test_graphviz_shows_every_name_as_it_is_escaped() -> None:
    """Neither its escapes nor its entities nor its tags are resolved in a name, and the path is the title."""
    parts = parts_of(picture(HOSTILE, "svg"))
    for node in HOSTILE.nodes:
        expected = f"{visible_name(node.name)}{visible_name(node.class_name or '')}"
        assert parts[visible_name(node.path)].replace("\xa0", " ").startswith(expected)


@needs_graphviz
def test_the_edge_of_a_frame_is_titled_by_it() -> None:
    """Graphviz needs a node in it, which nothing says is fed."""
    titles = re.findall("<title>(.*)</title>", drawn("custom_layer.keras", "svg"))
    assert {"before → gated_mix", "gated_mix → after"} <= {*titles}
    assert titles[0] == "network of sequential · Sequential"


@pytest.mark.skipif(BROWSER is None or not MERMAID.is_file(), reason="needs Chromium, and mermaid from npm")
def test_mermaid_shows_every_name_as_it_is_escaped(tmp_path: Path) -> None:
    """Nothing in a name is markup of Mermaid, Markdown or HTML, and no script in one runs."""
    diagram = json.dumps(picture(HOSTILE, "mermaid")).replace("<", "\\u003c")
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(library=MERMAID.resolve().as_uri(), diagram=diagram), encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--timeout=60000")
    command = [str(BROWSER), *options, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    dumped = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=120).stdout
    found = re.search(r'<pre id="answer">(.*?)</pre>', dumped, re.DOTALL)
    assert found is not None
    answer = json.loads(unescape(found[1]))
    assert (answer["error"], answer["run"]) == (None, None)
    told = {int(found[1]): text for name, text in answer["told"] if (found := re.search(r"\bn(\d+)", name))}
    for place, node in enumerate(HOSTILE.nodes):
        expected = f"{visible_name(node.name)}{visible_name(node.class_name or '')}"
        assert "".join(told[place].split()).startswith("".join(expected.split()))


def test_without_graphviz_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the commands of each system."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingExtra, match="apt install graphviz, brew install graphviz"):
        svg_of("digraph { a }")


@pytest.mark.skipif(os.name == "nt", reason="a script stands for Graphviz")
@pytest.mark.parametrize("script", ["exit 1", "echo no picture", "cat > /dev/null; yes", "sleep 30"])
def test_a_graphviz_that_draws_nothing_is_said_to(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be it broken, too slow or without end."""
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("kerasinspect.output.networks.graphviz._SECONDS", 1)
    monkeypatch.setattr("kerasinspect.output.networks.graphviz._MOST_BYTES", 1 << 20)
    with pytest.raises(Exception, match="Graphviz drew no picture"):
        svg_of("digraph { a }" + " " * (1 << 20))
