"""Formats of saved models: which containers make one, before anything is given a meaning."""
