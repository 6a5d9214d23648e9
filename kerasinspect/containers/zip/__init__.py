"""Zip archives: their directory, their members, and reading at any place of a member."""
