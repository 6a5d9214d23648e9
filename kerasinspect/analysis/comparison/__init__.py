"""Compares models and their weights."""
