"""Completes command lines: commands, options, formats, files, rules, and the names that are in a model."""

VARIABLE = "_KERASINSPECT_COMPLETE"
"""The environment variable by which a shell asks what may come next on its line."""
