"""Tokens that end in a CRC-32 of themselves."""

from __future__ import annotations

import base64
import string
import zlib

from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, checksum

_BASE36 = string.digits + string.ascii_lowercase
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def crc(text: str) -> int:
    """CRC-32 (IEEE 802.3) of the text in UTF-8."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def digits(number: int, alphabet: str, width: int) -> str:
    """A number in positional notation, padded with the alphabet's zero."""
    text = ""
    while number or len(text) < width:
        number, rest = divmod(number, len(alphabet))
        text = alphabet[rest] + text
    return text


def base62(value: str) -> Verdict:
    """GitHub and npm: behind the prefix, the last six characters are base62 of the CRC of the 30 before.

    https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    """
    body = value.partition("_")[2]
    return checksum(_ends_in_base62(body)) if len(body) == 36 else UNKNOWN


def vercel(value: str) -> Verdict:
    """The same behind 50 characters; the vendor publishes it for no prefix, so only a hit tells."""
    return checksum(True) if _ends_in_base62(value.partition("_")[2]) else UNKNOWN


def _ends_in_base62(body: str) -> bool:
    return digits(crc(body[:-6]), _BASE62, 6) == body[-6:]


def grafana(value: str) -> Verdict:
    """`glsa_<secret>_<8 hex>`: the CRC of all before it, least significant byte first.

    https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go
    """
    body, _, check = value.rpartition("_")
    if len(check) != 8 or not body:
        return UNKNOWN
    return checksum(crc(body).to_bytes(4, "little").hex() == check.lower())


def gitlab(value: str) -> Verdict:
    """Routable tokens, `<prefix><payload>.<2 digits of length><7 of CRC>`, in base36; newer ones say `.01.`.

    https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/
    """
    body, check = value[:-7], value[-7:]
    payload, _, rest = body.partition(".")
    length = rest.rpartition(".")[2]
    if len(length) != 2 or not payload:
        return UNKNOWN
    # The payload may hold the separator of prefixes, so its stated length only has to fit.
    fits = all(letter in _BASE36 for letter in length) and int(length, 36) <= len(payload)
    return checksum(fits and digits(crc(body), _BASE36, 7) == check)


def zuplo(value: str) -> Verdict:
    """`zpka_<32>_<8 hex>`: the CRC of the middle part (https://zuplo.com/docs/articles/api-key-leak-detection)."""
    parts = value.split("_")
    if len(parts) != 3:
        return UNKNOWN
    return checksum(f"{crc(parts[1]):08x}" == parts[2].lower())


def confluent(value: str) -> Verdict:
    """`cflt<54><6>`: base64 of the CRC of the middle part, least significant byte first."""
    if len(value) != 64:
        return UNKNOWN
    tail = base64.b64encode(crc(value[4:58]).to_bytes(4, "little")).decode()[:6]
    return checksum(tail == value[58:])


def cloudflare(value: str) -> Verdict:
    """`cfut_<40><8 hex>`: the vendor does not publish over what the checksum runs, so only a hit tells.

    https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/
    """
    body, check = value[:-8], value[-8:].lower()
    sums = [crc(text) for text in (body, body.partition("_")[2])]
    hits = {number.to_bytes(4, order).hex() for number in sums for order in ("big", "little")}
    return checksum(True) if check in hits else UNKNOWN
