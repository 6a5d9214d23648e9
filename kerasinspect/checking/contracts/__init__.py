"""What was agreed about models: made of one, kept in lock files, and held against others."""
