"""Judges models: rules, findings, policies and locks."""
