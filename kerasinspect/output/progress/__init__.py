"""Long work is seen on a terminal: what its line says, and when that is drawn."""
