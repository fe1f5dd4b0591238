"""What baselines at the root of a repository are called."""

from __future__ import annotations

OWN = ".mlscan-baseline.json"
GITLEAKS = ".gitleaksignore"
DETECT_SECRETS = ".secrets.baseline"
