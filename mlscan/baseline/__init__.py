"""Findings that a team has put aside: known again, wherever they moved, without holding a secret."""
