"""What is outside of all commands: the table of them, the page of ``--help``, and how one of them is run."""
