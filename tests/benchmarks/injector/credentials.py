"""Credentials to plant: eight kinds, generated from templates, none of them ever issued by a vendor.

Formats follow the vendors' public documentation, not mlscan's own catalogue, so that the benchmark does not
test the catalogue against itself.
"""

from __future__ import annotations

import base64
import random
import zlib
from dataclasses import dataclass

from injector.uses import AWS, OPAQUE, PASSWORDS, PEM, STRINGS, VENDORS, Use
from mlscan.catalog.templates import expand

KINDS = (
    "vendor token",
    "opaque key",
    "password",
    "connection string",
    "private key",
    "AWS pair",
    "concatenated token",
    "base64",
)


@dataclass(frozen=True, slots=True)
class Credential:
    """`value` is what must be found; `text` is what is written: the same, or a URL or PEM around it.

    `name` is an environment-variable name for it; `companion` a public half that goes along (AWS key id).
    """

    kind: str
    value: str
    text: str
    use: Use
    companion: str = ""

    @property
    def name(self) -> str:
        return self.use.name


_WORDS = ("Tiger", "Marmot", "Bergen", "Quartz", "Falcon", "Ginger", "Walnut", "Comet", "Pepper", "Lisboa")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def generate(kind: str, draw: random.Random) -> Credential:
    """A fresh credential of a kind."""
    if kind == "connection string":
        use, around = draw.choice(STRINGS)
        value = _fill(use.template, draw)
        return Credential(kind, value, around.format(value), use)
    if kind == "private key":
        pem, body = _private_key(draw)
        return Credential(kind, body, pem, PEM)
    if kind == "AWS pair":
        value = _fill(AWS.template, draw)
        return Credential(kind, value, value, AWS, _fill("AKIA<base32:16>", draw))
    if kind == "base64":
        use = draw.choice(VENDORS + PASSWORDS)
        value = base64.b64encode(_fill(use.template, draw).encode()).decode()
        return Credential(kind, value, value, use)
    uses = {"vendor token": VENDORS, "concatenated token": VENDORS, "opaque key": OPAQUE}.get(kind, PASSWORDS)
    use = draw.choice(uses)
    value = _fill(use.template, draw)
    return Credential(kind, value, value, use)


def _fill(template: str, draw: random.Random) -> str:
    while "<WORD>" in template:
        template = template.replace("<WORD>", draw.choice(_WORDS), 1)
    fresh = f"{draw.getrandbits(64):x}|{template}"
    value = expand(fresh).partition("|")[2]
    return value + _checksum(value[4:]) if value.startswith("ghp_") else value


def _checksum(random_part: str) -> str:
    """The six base-62 digits of the CRC32 that end a GitHub token, as GitHub describes its format."""
    number, digits = zlib.crc32(random_part.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def _private_key(draw: random.Random) -> tuple[str, str]:
    """(PEM text, its base64 body): Ed25519 in PKCS #8, or numbers of RSA's sizes in PKCS #1."""
    if draw.random() < 0.5:
        der = bytes.fromhex("302e020100300506032b657004220420") + draw.randbytes(32)
        label = "PRIVATE KEY"
    else:
        sizes = (128, 3, 128, 64, 64, 64, 64, 64)
        numbers = [b"\0", *(_number(size, draw) for size in sizes)]
        der = _tagged(0x30, b"".join(_tagged(2, number) for number in numbers))
        label = "RSA PRIVATE KEY"
    body = base64.b64encode(der).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----")), "\n".join(lines)


def _number(size: int, draw: random.Random) -> bytes:
    """A positive number of `size` bytes with its top bit set; of three bytes, the usual exponent."""
    return b"\1\0\1" if size == 3 else b"\0" + bytes([0x80 | draw.randrange(128)]) + draw.randbytes(size - 1)


def _tagged(tag: int, content: bytes) -> bytes:
    """A DER value: tag, length, content."""
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
