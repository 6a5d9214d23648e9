"""What names in a config may refer to: tables that ``python -m tests.loader_names`` writes, and what asks them."""
