"""What every command takes, beside the build before it, other tools and the least that the machine needs."""
