"""The whole page. It loads nothing, runs nothing, and is the same bytes for the same audit."""

from __future__ import annotations

from mlscan import __version__
from mlscan.audit import Audit
from mlscan.report import graph_words, pack_words
from mlscan.report.audit.evidence import evidence_view, told
from mlscan.report.audit.findings import findings_view
from mlscan.report.audit.groups import groups_of
from mlscan.report.audit.limits import limits_view
from mlscan.report.audit.markup import environment
from mlscan.report.audit.overview import overview
from mlscan.report.audit.secrets import kinds, reach, tiers
from mlscan.report.audit.style import BLANK, page_style
from mlscan.report.audit.ways import ways_view
from mlscan.report.summary import counted

_IDENTITIES = 60


def render(audit: Audit) -> str:
    """The audit as one HTML file."""
    style, digest = page_style()
    groups = groups_of(audit.report)
    secrets = kinds(groups)
    page = environment().get_template("page.html")
    html = page.render(
        audit=audit,
        version=__version__,
        style=style,
        digest=digest,
        overview=overview(audit, groups, secrets),
        ways=ways_view(audit.picture),
        rules_broken=groups,
        severities=findings_view(groups),
        tiers=tiers(secrets),
        reach=reach,
        deployers=audit.deployers[:_IDENTITIES],
        holders=audit.holders[:_IDENTITIES],
        unlisted=(len(audit.deployers[_IDENTITIES:]), len(audit.holders[_IDENTITIES:])),
        told=told,
        evidence=evidence_view(audit.pack),
        limits=limits_view(audit),
        counted=counted,
        graph=graph_words,
        pack=pack_words,
    )
    return BLANK.sub("\n", html)
