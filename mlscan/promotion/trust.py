"""Trust policies of cloud roles: which runs of a repository's workflows may take a role.

GitHub signs for every run a token whose subject names the repository and then the environment of the job, or
the branch, or the pull request. A policy that accepts any subject of a repository accepts ungated jobs too.
Source: https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.promotion.graph import Trust

_ISSUER = b"token.actions.githubusercontent.com:sub"
_SUBJECT = re.compile(rb"repo:[\w.${}/*:\-]{1,200}")
_ANY = re.compile(r"^repo:(?:[^:]*\*|[^:]+:\*)$")
_NAME = re.compile(rb"[\w+=,.@\-]{3,64}")
_NEAR = 400


def trusts_in(document: Document) -> Iterator[Trust]:
    """The subjects without a limit in a file whose every trust has none: so no other one can be meant."""
    data = document.data
    if _ISSUER not in data:
        return
    found = []
    at = data.find(_ISSUER)
    while at >= 0:
        following = data.find(_ISSUER, at + 1)
        end = min(at + _NEAR, following if following >= 0 else len(data))
        found += list(_SUBJECT.finditer(data, at, end))
        at = following
    subjects = [match[0].decode("utf-8", "replace") for match in found]
    if subjects and all(_ANY.match(subject) for subject in subjects):
        names = frozenset(name.decode("utf-8", "replace") for name in _NAME.findall(data))
        first = found[0]
        yield Trust(subjects[0], document.place(first.start(), first.end()), names)
