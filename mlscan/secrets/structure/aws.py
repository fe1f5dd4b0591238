"""AWS access key ids: characters 5 to 12 are base32 and hold the account number.

https://awsteele.com/blog/2020/09/26/aws-access-key-format.html
"""

from __future__ import annotations

import base64

from mlscan.secrets.structure.verdict import UNKNOWN, Verdict

_ACCOUNT = 0x7FFFFFFFFF80


def access_key_id(value: str) -> Verdict:
    """Ids of before 2019 (fifth character A to P) hold no account number."""
    try:
        raw = base64.b32decode(value[4:])
    except ValueError:
        return Verdict(False, ("not base32",))
    if len(raw) != 10:
        return Verdict(False, ("not base32",))
    if not raw[0] & 0x80:
        return UNKNOWN
    account = (int.from_bytes(raw[:6], "big") & _ACCOUNT) >> 7
    if account >= 10**12:
        return Verdict(False, ("no account number inside",))
    return Verdict(None, (f"account {account:012d}",))
