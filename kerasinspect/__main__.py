"""Runs the command line as ``python -m kerasinspect``."""

from __future__ import annotations

from kerasinspect.commands.cli import main

if __name__ == "__main__":
    main()
