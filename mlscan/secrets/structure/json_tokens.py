"""Tokens that are base64 of JSON, or of `user:password`, and what they say about where they belong."""

from __future__ import annotations

from mlscan.secrets.structure.pem import pem
from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, base64_bytes, day, json_object, named

_FAILS = Verdict(False, ("does not decode to JSON",))


def any_json(value: str) -> Verdict:
    """Base64 of any JSON object."""
    return _FAILS if _decoded(value) is None else Verdict(True, ("decodes to JSON",))


def neptune(value: str) -> Verdict:
    """Neptune: the address of the server and a key (https://docs.neptune.ai/api/api_token)."""
    found = _decoded(value)
    if found is None:
        return _FAILS
    address = found.get("api_address") or found.get("api_url")
    key = isinstance(found.get("api_key"), str)
    return Verdict(True if address and key else None, ("decodes to JSON", *_host(address)))


def docker(value: str) -> Verdict:
    """Docker's `auth`: base64 of `user:password` (https://docs.docker.com/reference/cli/docker/login/)."""
    raw = base64_bytes(value)
    try:
        user, colon, password = (raw or b"").decode().partition(":")
    except UnicodeDecodeError:
        user = colon = password = ""
    if not (user and colon and password and (user + password).isprintable()):
        return Verdict(False, ("does not decode to user and password",))
    return Verdict(True, ("decodes to user and password",))


def sentry(value: str) -> Verdict:
    """`sntrys_<base64 JSON>_<secret>`: the organisation and the server it is for.

    https://github.com/getsentry/rfcs/blob/main/text/0091-ci-upload-tokens.md
    """
    found = _decoded(value.removeprefix("sntrys_").partition("_")[0])
    if found is None:
        return _FAILS
    issued = day(found.get("iat"))
    return Verdict(
        True if "org" in found else None,
        (
            *named(found, org="organisation"),
            *_host(found.get("url")),
            *([f"issued {issued}"] if issued else []),
        ),
    )


def grafana(value: str) -> Verdict:
    """`glc_<base64 JSON>` and the older `eyJrIjoi...`: the organisation and the region, key in `k`."""
    found = _decoded(value.removeprefix("glc_"))
    if found is None:
        return _FAILS
    meta = found.get("m")
    region = named(meta, r="region") if isinstance(meta, dict) else ()
    organisation = named(found, o="organisation") or named(found, id="organisation")
    return Verdict(
        True if isinstance(found.get("k"), str) else None, ("decodes to JSON", *organisation, *region)
    )


def service_account(value: str) -> Verdict:
    """Google's key file as JSON or base64 of it, or only its private key: project and account, and the key.

    https://cloud.google.com/iam/docs/keys-create-delete
    """
    text = value.strip()
    if text.startswith("-----BEGIN"):
        return pem(text)
    found = json_object(text) if text.startswith("{") else _decoded(text)
    if found is None:
        return _FAILS
    if found.get("type") != "service_account":
        return Verdict(None, ("decodes to JSON",))
    key = pem(str(found.get("private_key", "")))
    whole = key.holds is True and isinstance(found.get("client_email"), str)
    names = named(found, project_id="project", client_email="account")
    return Verdict(whole, ("service account", *names, *key.evidence))


def _decoded(text: str) -> dict[str, object] | None:
    return json_object(base64_bytes(text))


def _host(address: object) -> tuple[str, ...]:
    """`server <host>` of an address."""
    from urllib.parse import urlsplit

    try:
        host = urlsplit(address).hostname if isinstance(address, str) else None
    except ValueError:
        host = None
    return named({"host": host}, host="server") if host else UNKNOWN.evidence
