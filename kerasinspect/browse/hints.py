"""What the pages of the view say of how to see what they leave out: by its keys, since it has no options."""

from __future__ import annotations

from kerasinspect.output.show_options import Hints

HINTS = Hints(
    all_values="the weight has all on a page of its own",
    more_pictures="kerasinspect show --heatmap --full draws more",
    wider="{columns} columns show {what}; z widens the page",
    dequantized="kerasinspect show --dequantize has the values that the layer computes with",
)
"""For every page of the view."""
