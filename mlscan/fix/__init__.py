"""Mends what was found where that is safe: literals become look-ups, ungated deploys get an environment."""
