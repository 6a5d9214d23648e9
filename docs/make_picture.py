"""Draws ``docs/show.svg``, the picture at the top of the README, with the tool's own terminal format."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from kerasinspect import open_model
from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.output.formats.terminal import text_lines
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.show_options import GridOptions, ShowOptions

ROOT = Path(__file__).parent.parent
SAMPLE = "sample_models/question_network.keras"
LAYERS = ("dense", "dense_1")
WIDTH = 98


def main() -> None:
    """Show two layers of the network that the project began with, and save what the terminal would show."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    with open_model(ROOT / SAMPLE) as model:
        page = ShowOptions(grid=GridOptions(width=WIDTH))
        for line in text_lines(show_blocks(inspect(select(model, LAYERS)), page), WIDTH, colour=True):
            console.print(Text.from_ansi(line.rstrip("\n")), soft_wrap=True)
    command = f"kerasinspect show {SAMPLE} --layer {' --layer '.join(LAYERS)}"
    picture = console.export_svg(title=command, unique_id="kerasinspect")
    # A picture in a README fetches nothing: without the font from elsewhere a browser takes its own.
    picture = re.sub(r"@font-face \{.*?\}\n\s*", "", picture, flags=re.DOTALL)
    (ROOT / "docs" / "show.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
