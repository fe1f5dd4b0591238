"""The `mlscan.toml` to start from: every key with its default, commented out."""

from __future__ import annotations

PROJECT = "https://raw.githubusercontent.com/OWNER/mlscan/main"

TEMPLATE = f"""\
#:schema {PROJECT}/mlscan/mlscan.schema.json
# Configuration of mlscan. Every line below is commented out and shows what a key looks like;
# keys are the long options of `mlscan check`. A key that is misspelt is an error.

# Files that are not looked at, gitignore patterns. What git ignores is left out anyway.
# exclude = ["third_party/", "*.lock"]

# Rules or whole families that do not run: `mlscan rules` lists them, `mlscan explain RULE` says more.
# ignore = ["gate-unverified", "evidence"]

# How severe (note, warning, error) and how certain (low, medium, high) a finding has to be.
# min-severity = "note"
# min-confidence = "medium"

# Rules of your own: token formats, SDK calls, commands. `mlscan rules check` tries their examples.
# rules = ["tools/mlscan/*.yaml"]

# What is known and accepted at some paths, gitignore patterns: it is counted as suppressed and fails nothing.
# [per-path-ignores]
# "tests/" = ["secrets"]
# "notebooks/scratch/" = ["promotes-to-production-from-notebook"]

# What a rule is worth here: note, warning or error.
# [severity]
# gate-unverified = "warning"

# What a release has to show. Without a policy, missing evidence is a note.
# [policy]
# risk = "medium"
# [policy.targets."churn-prod"]
# risk = "high"
"""
