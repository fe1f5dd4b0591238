"""Plugins in the manner of detect-secrets, which a user may ask for beside the catalogue."""
