"""Pages of results for people, one module a command."""
