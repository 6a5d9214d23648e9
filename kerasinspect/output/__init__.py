"""Turns results into pages and documents: views that compute nothing, drawn by each format for its medium."""
