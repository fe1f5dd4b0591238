"""The names that services give to the root of a checkout: `$WORKSPACE/deploy.py` is a file of the repository.

Jenkins, GitHub, GitLab, CodeBuild, Bitbucket, Buildkite, Azure Pipelines and Drone, each in its reference of
predefined variables.
"""

from __future__ import annotations

import re

_VARIABLES = (
    "WORKSPACE", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "CODEBUILD_SRC_DIR", "BITBUCKET_CLONE_DIR",
    "BUILDKITE_BUILD_CHECKOUT_PATH", "BUILD_SOURCESDIRECTORY", "DRONE_WORKSPACE", "CI_WORKSPACE",
)  # fmt: skip
_ROOT = re.compile(
    rf"(?:\$(?:{'|'.join(_VARIABLES)})(?!\w)|\$\{{(?:env\.)?(?:{'|'.join(_VARIABLES)})\}}"
    r"|\$\{\{\s{0,4}github\.workspace\s{0,4}\}\})(?:/|\Z)"
)


def below_root(path: str) -> str | None:
    """The path from the root of the repository where a path starts there, None for any other."""
    match = _ROOT.match(path)
    return path[match.end() :].lstrip("/") if match is not None else None
