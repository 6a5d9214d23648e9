"""JSON documents of results, one module a command."""
