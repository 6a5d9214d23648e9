"""Draws the pictures of the documentation with the tool itself, from the sample models: ``make pictures``.

What a terminal shows becomes SVG by rich; the network is drawn by Graphviz, and a page of HTML by Chromium. What is
drawn by a program that is not installed is left as it is. Samples, widths and colours are fixed, so that a picture
changes only where what it shows does.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from kerasinspect.commands.cli import run

ROOT = Path(__file__).parent.parent

TERMINAL = {
    "show": (98, ("show", "sample_models/question_network.keras", "--layer", "dense", "--layer", "dense_1")),
    "heatmap": (
        90,
        ("show", "--heatmap", "sample_models/text_classifier.keras", "--layer", "forward_lstm", "--weight", "*kernel"),
    ),
    "histogram": (80, ("stats", "--histogram", "sample_models/small_cnn.keras", "--weight", "depthwise_kernel")),
    "spark": (110, ("list", "--spark", "sample_models/small_cnn.keras")),
}
"""By the name of the picture: the columns of the terminal, and the command."""

NETWORK = "sample_models/two_towers.keras"

PAGE, PAGE_SIZE = "sample_models/small_cnn.keras", (1280, 1100)
"""The model of the page of HTML that is photographed, and how much of it, in pixels."""

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def terminal(width: int, command: tuple[str, ...]) -> str:
    """What a terminal of so many columns and all colours shows of a command."""
    page = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(page):
        run([*command, "--width", str(width), "--color", "always", "--no-pager", "-q"])
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    page.seek(0)
    for line in page.read().splitlines():
        console.print(Text.from_ansi(line), soft_wrap=True)
    picture = console.export_svg(title=f"kerasinspect {shlex.join(command)}", unique_id="kerasinspect")
    # A picture in a README fetches nothing: without the font from elsewhere a browser takes its own.
    return re.sub(r"@font-face \{.*?\}\n\s*", "", picture, flags=re.DOTALL)


def page(chromium: str, picture: Path) -> None:
    """A picture of a layer on a page of HTML, as a browser shows it."""
    with TemporaryDirectory() as folder:
        html = Path(folder, "report.html")
        run(["report", PAGE, "-o", str(html), "-q"])
        size = ",".join(map(str, PAGE_SIZE))
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=3000"]
        places = [f"--user-data-dir={folder}/profile", f"--screenshot={picture.absolute()}", f"--window-size={size}"]
        command = [chromium, *options, *places, html.as_uri()]  # which is not scrolled, or all above is left blank
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a browser


def main() -> None:
    """Draw all of them."""
    os.chdir(ROOT)
    os.environ.update(COLORTERM="truecolor", TERM="xterm-256color")
    for name, (width, command) in TERMINAL.items():
        Path("docs", f"{name}.svg").write_text(terminal(width, command), encoding="utf-8")
    if shutil.which("dot"):
        run(["graph", NETWORK, "-o", "docs/graph.svg"])
    else:
        sys.stderr.write("docs/graph.svg stays as it is: Graphviz is not installed.\n")
    if CHROMIUM:
        page(CHROMIUM, Path("docs", "report.png"))
    else:
        sys.stderr.write("docs/report.png stays as it is: Chromium is not installed.\n")


if __name__ == "__main__":
    main()
