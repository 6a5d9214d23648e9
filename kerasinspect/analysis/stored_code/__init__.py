"""Finds what a config would have a loader run, import or open."""
