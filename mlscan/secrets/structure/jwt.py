"""JSON Web Tokens: the header decodes, the algorithm, the day it expires, who issued it (RFC 7519)."""

from __future__ import annotations

from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, base64_bytes, day, json_object, named


def jwt(value: str) -> Verdict:
    """A token, also behind a prefix such as `hf_jwt_`."""
    start = value.find("eyJ")
    if start < 0:
        return Verdict(False, ("header does not decode",))
    parts = value[start:].split(".")
    header = json_object(base64_bytes(parts[0]))
    if header is None or not isinstance(header.get("alg"), str):
        return Verdict(False, ("header does not decode",))
    evidence = named(header, alg="algorithm")
    payload = json_object(base64_bytes(parts[1])) if len(parts) > 1 else None
    if payload is None:
        # The payload of an encrypted token (RFC 7516) has five parts and cannot be read.
        return Verdict(None if len(parts) == 5 else False, (*evidence, "payload does not decode"))
    if payload.get("sub") == "1234567890" and payload.get("name") in ("John Doe", "Jane Doe"):
        return Verdict(False, (*evidence, "the example of https://jwt.io"))
    unsigned = str(header["alg"]).lower() == "none"
    return Verdict(None if unsigned else True, (*evidence, *_claims(payload)))


def jwt_in_base64(value: str) -> Verdict:
    """A token that is base64 once more, as Kubernetes keeps it."""
    raw = base64_bytes(value)
    return jwt(raw.decode("latin-1")) if raw and raw.startswith(b"eyJ") else UNKNOWN


def _claims(payload: dict[str, object]) -> tuple[str, ...]:
    expiry = day(payload.get("exp"))
    if expiry:
        when = f"expires {expiry}"
    else:
        when = "expires at no real date" if "exp" in payload else "never expires"
    return (when, *named(payload, iss="issued by", role="role"))
