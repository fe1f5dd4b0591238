"""Azure shared access signatures: the day it expires, what it permits, a signature of 32 bytes.

https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas
"""

from __future__ import annotations

import re

from mlscan.secrets.structure.verdict import Verdict, base64_bytes

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERMISSIONS = re.compile(r"[a-z]{1,16}")


def sas(value: str) -> Verdict:
    """A query string, alone or behind an address."""
    from urllib.parse import parse_qs

    try:
        # `+` is a letter of base64 here, not a space.
        fields = parse_qs((value.partition("?")[2] or value).replace("+", "%2B"))
    except ValueError:
        return Verdict()
    expiry = _DATE.match(fields.get("se", [""])[0])
    permissions = _PERMISSIONS.fullmatch(fields.get("sp", [""])[0])
    evidence = (
        *([f"expires {expiry[0]}"] if expiry else []),
        *([f"permissions {permissions[0]}"] if permissions else []),
    )
    signature = base64_bytes(fields.get("sig", [""])[0])
    if signature is None or len(signature) != 32:
        return Verdict(False, (*evidence, "signature does not decode to 32 bytes"))
    # A stored access policy (`si`) holds the expiry and the permissions on the server.
    return Verdict(True if expiry or "si" in fields else None, evidence)
