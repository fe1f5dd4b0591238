"""Inline comments, configuration and baselines mark findings as not counting; they never delete them."""
