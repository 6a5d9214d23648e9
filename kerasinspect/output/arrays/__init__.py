"""Draws arrays as tables of numbers."""
