"""Private keys in PEM: the body decodes to DER (or OpenSSH's form) of its full length; which kind of key.

Structures: RFC 8017 (RSA), RFC 5915 (EC), RFC 5958 (PKCS#8), RFC 9580 (OpenPGP), OpenSSH PROTOCOL.key.
"""

from __future__ import annotations

import re

from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, base64_bytes

_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]{0,30}?) ?PRIVATE KEY(?: BLOCK)?-----")
_MARKS = re.compile(r"-----[A-Z0-9 ]{1,60}-----")
_HEADER = re.compile(r"^[ \t\"']*[A-Za-z-]{3,20}: .*$", re.M)
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")
_OPENSSH = b"openssh-key-v1\0"
_SEQUENCE, _INTEGER, _OCTETS, _OBJECT = 0x30, 0x02, 0x04, 0x06
_ALGORITHMS = {
    "2a864886f70d010101": "RSA",
    "2a864886f70d01010a": "RSA-PSS",
    "2a8648ce380401": "DSA",
    "2a8648ce3d0201": "EC",
    "2b656e": "X25519",
    "2b656f": "X448",
    "2b6570": "Ed25519",
    "2b6571": "Ed448",
}


def pem(value: str) -> Verdict:
    """A block, also with `\\n` spelled out or as quoted lines of a program."""
    text = value.replace("\\r", "").replace("\\n", "\n").replace("\\\\", "")
    label = _LABEL.search(text)
    encrypted = "ENCRYPTED" in text[:200] or "DEK-Info" in text[:300]
    body = _HEADER.sub("", _MARKS.sub("\n", text))
    if label and label[1] == "PGP":
        return _openpgp(body)
    # A piece is what stands between blanks; a lone `+` joins the strings of a program.
    pieces = (max(_BASE64.findall(piece), key=len, default="") for piece in body.split())
    raw = base64_bytes("".join(piece for piece in pieces if piece != "+"))
    if not raw:
        return Verdict(False, ("body does not decode",))
    if raw.startswith(_OPENSSH):
        return _openssh(raw)
    if encrypted and raw[0] != _SEQUENCE:
        return Verdict(None, ("encrypted key",))
    return _der(raw)


def _der(raw: bytes) -> Verdict:
    whole = _element(raw, 0)
    if whole is None or whole[0] != _SEQUENCE:
        return Verdict(False, ("body holds no key",))
    _, start, end = whole
    if end > len(raw):
        return Verdict(False, ("key is cut short",))
    kind = _kind(raw[start:end])
    return Verdict(True, (f"body decodes to {kind}",)) if kind else Verdict(None, ("body decodes",))


def _kind(inner: bytes) -> str:
    first = _element(inner, 0)
    second = _element(inner, first[2]) if first else None
    if first is None or second is None:
        return ""
    if first[0] == _SEQUENCE:
        return "an encrypted key" if second[0] == _OCTETS else ""
    if first[0] != _INTEGER:
        return ""
    if second[0] == _SEQUENCE:
        name = _element(inner, second[1])
        object_id = inner[name[1] : name[2]].hex() if name and name[0] == _OBJECT else ""
        algorithm = _ALGORITHMS.get(object_id, "")
        return f"a private key ({algorithm})" if algorithm else "a private key"
    if second[0] == _OCTETS:
        return "a private key (EC)"
    if second[0] == _INTEGER:
        bits = int.from_bytes(inner[second[1] : second[2]], "big").bit_length()
        third = _element(inner, second[2])
        # RSA goes on with a short exponent, DSA with a second long parameter.
        short = third is not None and third[2] - third[1] <= 8
        return f"a private key (RSA, {bits} bits)" if short else f"a private key (DSA, {bits} bits)"
    return ""


def _element(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Tag, start and end of the content of the DER element at an offset."""
    if at + 2 > len(data):
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            return None
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    return tag, start, start + length


def _openssh(raw: bytes) -> Verdict:
    cipher, at = _string(raw, len(_OPENSSH))
    _, at = _string(raw, at)
    _, at = _string(raw, at)
    public, at = _string(raw, at + 4)
    kind = _string(public, 0)[0].decode("latin-1")
    if not re.fullmatch(r"[a-z0-9@.\-]{3,50}", kind):
        return Verdict(False, ("key is cut short",))
    private, end = _string(raw, at)
    if not private or end > len(raw):
        return Verdict(False, ("key is cut short",))
    lock = "" if cipher == b"none" else ", encrypted"
    return Verdict(True, (f"body decodes to a private key ({kind}{lock})",))


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    """A length-prefixed string and the offset behind it, which may lie behind the end."""
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    return data[at + 4 : end], end


def _openpgp(body: str) -> Verdict:
    """Armored secret keys begin with a packet of tag 5; the last line of armor may be a CRC-24."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    if lines and re.fullmatch(r"=[A-Za-z0-9+/]{4}", lines[-1]):
        lines.pop()
    raw = base64_bytes("".join(lines)[: len("".join(lines)) // 4 * 4])
    if not raw:
        return UNKNOWN if raw is None else Verdict(False, ("body does not decode",))
    tag = raw[0] & 0x3F if raw[0] & 0x40 else raw[0] >> 2 & 0xF
    if raw[0] & 0x80 and tag == 5:
        return Verdict(True, ("body decodes to a secret key packet",))
    return Verdict(False, ("body holds no key",))
