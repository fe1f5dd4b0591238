"""Which module lowers a platform's files; each is imported when the first such file is met."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

# Platforms whose module is not called after them.
_NAMES = {
    "azure-pipelines": "azure",
    "bitbucket-pipelines": "bitbucket",
    "cloud-build-trigger": "cloud_build_triggers",
    "codebuild": "buildspec",
    "codepipeline": "codepipeline_export",
    "github-actions": "github",
    "gitlab-ci": "gitlab",
    "model-events": "model_events_code",
}


@cache
def module(platform: str) -> Any:
    """The module of a platform: `lower(parsed, context)` and, for most, `recognised`."""
    return import_module(f"{__package__}.{_NAMES.get(platform, platform.replace('-', '_'))}")
