"""Credentials in the history of a repository: each distinct blob is looked at once, whatever its name."""
