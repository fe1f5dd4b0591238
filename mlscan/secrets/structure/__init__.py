"""Checksums and inner structure of tokens: they move confidence and leave evidence, they never drop."""

from __future__ import annotations

from collections.abc import Callable

from mlscan.model import Confidence
from mlscan.secrets.structure import aws, azure, azure_devops, crc, fixed, json_tokens, jwt, pem, sas
from mlscan.secrets.structure.verdict import Verdict


def inspect(structure: str, value: str, confidence: Confidence) -> tuple[Confidence, tuple[str, ...]]:
    """The confidence after a structure check, and what the check found."""
    check = _CHECKS.get(structure)
    if check is None:
        return confidence, ()
    verdict = check(value)
    if verdict.holds is None:
        return confidence, verdict.evidence
    if verdict.holds:
        return Confidence.HIGH, verdict.evidence
    # Formats of high precision come in with HIGH and so keep MEDIUM.
    return Confidence(max(Confidence.LOW, confidence - 1)), verdict.evidence


def names() -> frozenset[str]:
    """The structures a rule file may name."""
    return frozenset(_CHECKS)


_CHECKS: dict[str, Callable[[str], Verdict]] = {
    "github-crc32": crc.base62,
    "npm-crc32": crc.base62,
    "vercel-crc32": crc.vercel,
    "grafana-crc32": crc.grafana,
    "gitlab-routable": crc.gitlab,
    "zuplo-crc32": crc.zuplo,
    "confluent-crc32": crc.confluent,
    "cloudflare-crc32": crc.cloudflare,
    "azure-storage": azure.identifiable,
    "azure-identifiable": azure.identifiable,
    "azure-cask": azure.annotated,
    "azure-entra": azure.entra,
    "azure-devops-legacy": azure_devops.legacy_token,
    "jwt": jwt.jwt,
    "jwt-base64": jwt.jwt_in_base64,
    "sas-expiry": sas.sas,
    "pem": pem.pem,
    "base64-json": json_tokens.any_json,
    "neptune": json_tokens.neptune,
    "docker-auth": json_tokens.docker,
    "sentry": json_tokens.sentry,
    "grafana-json": json_tokens.grafana,
    "service-account": json_tokens.service_account,
    "aws-key-id": aws.access_key_id,
    "anthropic-tail": fixed.anthropic,
    "pypi-macaroon": fixed.pypi,
    "bech32": fixed.bech32,
}
