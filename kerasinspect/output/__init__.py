"""Turns a selection or a summary into pages: results become blocks, and each format draws blocks."""
