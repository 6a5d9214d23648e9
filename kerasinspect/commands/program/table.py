"""THE table of commands: under which title each is listed, where it is, and one line about it."""

from __future__ import annotations

TABLE: dict[str, dict[str, tuple[str, str]]] = {
    "Look": {
        "list": ("list.list_weights", "List every array in one line: its position, name, shape, and what it is."),
        "show": (
            "show.show",
            "Show what every array is: labelled tables of kernels, biases and all other weights.",
        ),
        "summary": (
            "summary.summary",
            "Show the layer tree: classes, shapes, parameters, sizes, and the totals.",
        ),
        "stats": (
            "stats.stats",
            "Show figures of every weight: range, mean, standard deviation, zeros, NaN, infinities.",
        ),
        "graph": (
            "pictures.graph.graph",
            "Draw the network: layers, nested models and the tensors between them, for Mermaid, Graphviz or as SVG.",
        ),
        "training": (
            "training.training",
            "Show whether each layer was trained or still has its initial values, and why.",
        ),
        "browse": (
            "pictures.browse.browse",
            "Look at a model in an interactive view: its layer tree, and what each weight is.",
        ),
    },
    "Compare": {
        "diff": (
            "comparison.diff.diff",
            "Show what differs between two models: layers, names, configs, shapes, dtypes, values.",
        ),
        "series": (
            "comparison.series.series",
            "Show how each layer moves over checkpoints, and the first one with a NaN.",
        ),
    },
    "Guard": {
        "check": (
            "check.check",
            "Check models for damage, NaN, untrained layers and unsafe code, with an exit status for CI.",
        ),
        "tally": (
            "tally.tally",
            "Count what a log of check holds: findings by rule, files by Keras version, layers by class.",
        ),
        "lock": (
            "lock.lock",
            "Record what a model is made of, for check --against to compare later exports with.",
        ),
        "rules": ("rules.rules", "List the rules of check, or explain some of them."),
        "compat": (
            "guarding.compat.compat",
            "Show which Keras versions accept the config, and which keys stop the others.",
        ),
        "verify": (
            "verify.verify",
            "Load the model with the real Keras in another process, compare every array, and run it.",
        ),
    },
    "Take out": {
        "export": (
            "export.export",
            "Write arrays with their right names to .npz, .npy, .safetensors, .csv or .json.",
        ),
        "report": (
            "pictures.report.report",
            "Write one page of HTML about a model, with pictures of its weights, to look at or to send.",
        ),
    },
    "Set up": {
        "completion": (
            "completion.command.completion",
            "Print the script that lets a shell complete commands, options and names in models.",
        ),
    },
}
"""By title, in the order of ``--help``: the module and the function of each command, and what is said of it there."""

ALIASES = {"ls": "list"}
"""Shorter names for commands, which are not listed."""
