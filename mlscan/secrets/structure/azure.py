"""Azure's identifiable keys: a product's signature before a Marvin32 checksum under the product's seed.

Signatures and seeds: https://github.com/microsoft/security-utilities (MIT), IdentifiableMetadata.cs.
"""

from __future__ import annotations

import base64
import string

from mlscan.secrets.structure.crc import digits
from mlscan.secrets.structure.marvin import marvin32, seed_of
from mlscan.secrets.structure.verdict import UNKNOWN, Verdict, base64_bytes

_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ENTRA = string.ascii_lowercase + string.ascii_uppercase + "1234567890" + ".-_~"
_MESSAGING = {"Send0000": "send", "Listen00": "listen", "Manage00": "manage"}
_MESSAGING |= {"System00": "system", "Unknown0": "access"}

# Four letters before the checksum: the product, and the kind of key for each seed.
PRODUCTS: dict[str, tuple[str, dict[str, str]]] = {
    "+ASt": ("Azure Storage", {"Default0": "account"}),
    "ACDb": (
        "Azure Cosmos DB",
        {
            "MastRW00": "read-write",
            "MastRO00": "read-only",
            "SystRW00": "system read-write",
            "SystRO00": "system read-only",
            "SysAll00": "system",
            "Resour00": "resource",
            "Encryp00": "data encryption",
        },
    ),
    "+ABa": ("Azure Batch", {"AbAcct00": "account"}),
    "AzFu": ("Azure Functions", {"Master00": "master", "System00": "system", "Functi00": "function"}),
    "AzSe": ("Azure AI Search", {"PAdmin00": "admin", "Query000": "query"}),
    "+ACR": ("Azure Container Registry", {"ACRDflt0": "access"}),
    "AzCa": ("Azure Cache for Redis", {"Access00": "access"}),
    "+ASb": ("Azure Service Bus", _MESSAGING),
    "+AEh": ("Azure Event Hubs", _MESSAGING),
    "+ARm": ("Azure Relay", _MESSAGING),
    "AIoT": ("Azure IoT", {"IoTHub00": "hub", "DpsKey00": "device provisioning", "Device00": "device"}),
    "APIM": (
        "Azure API Management",
        {
            "Tenant00": "direct management",
            "IoTHub00": "subscription",
            "Gatewy00": "gateway",
            "GitKey00": "repository",
        },
    ),
    "+AMC": ("Azure Machine Learning (classic)", {"Classic0": "web service"}),
    "+SQL": ("Azure SQL", {"UsrPwd00": "user"}),
    "AZEG": ("Azure Event Grid", {"SendRecv": "access"}),
}

# Signatures of common annotated keys (`JQQJ`).
ANNOTATED = {
    "ACOG": "Azure AI services",
    "AZAC": "Azure App Configuration",
    "AZCS": "Azure Communication Services",
    "AZDO": "Azure DevOps",
    "AZEG": "Azure Event Grid",
    "AZFR": "Azure Fluid Relay",
    "AZMP": "Azure Maps",
    "AZMR": "Azure Mixed Reality",
    "MSQL": "SQL Server",
}
_KINDS = {"9": "", "D": "derived key", "H": "hash under a key"}


def identifiable(value: str) -> Verdict:
    """Keys of the first version, `<random><signature><six of checksum>`; older ones carry no checksum."""
    raw, text = base64_bytes(value), value.rstrip("=")
    signature = text[-10:-6]
    if raw is None or len(raw) < 24:
        return Verdict(False, ("does not decode to a key",))
    if signature not in PRODUCTS:
        return UNKNOWN
    product, seeds = PRODUCTS[signature]
    for seed, kind in seeds.items():
        if marvin32(raw[:-4], seed_of(seed)) == raw[-4:]:
            return Verdict(True, (f"{product} {kind} key", "checksum holds"))
    if signature == "AzCa":
        # Some of these keys had `+` and `/` replaced after the checksum was taken.
        return Verdict(None, (f"signature of {product}",))
    return Verdict(False, (f"signature of {product}", "checksum fails"))


def annotated(value: str) -> Verdict:
    """Common annotated keys: `<52 random>JQQJ9<kind><year><month><12 + 4 reserved><signature><checksum>`."""
    if len(value) not in (84, 88) or value[52:57] != "JQQJ9":
        return UNKNOWN
    body = base64_bytes(value[:80])
    signature = value[76:80]
    product = ANNOTATED.get(signature.upper(), f"Azure service {signature}")
    words = [product, _KINDS.get(value[57], ""), _issued(value[58], value[59])]
    evidence = tuple(word for word in words if word)
    if body is None:
        return Verdict(False, (*evidence, "checksum fails"))
    check = marvin32(body, seed_of("Default0"))
    holds = value[80:].rstrip("=") in _spellings(check, len(value) == 88)
    return Verdict(holds, (*evidence, "checksum holds" if holds else "checksum fails"))


def _spellings(check: bytes, long: bool) -> set[str]:
    """A checksum as base62 put into base64, and as plain base64."""
    base62 = digits(int.from_bytes(check, "big"), _BASE62, 1)
    leading = min(len(check) - len(check.lstrip(b"\0")), 3)
    packed = base64.b64decode(("0" * leading + base62).ljust(6, "0")[:6] + "==")
    size = 4 if long else 3
    return {base64.b64encode(data[:size]).decode().rstrip("=") for data in (packed, check)}


def _issued(year: str, month: str) -> str:
    """The month of issue: A is 2024 and January."""
    if year not in _BASE64 or month not in "ABCDEFGHIJKL":
        return ""
    return f"issued {2024 + _BASE64.index(year)}-{ord(month) - 64:02d}"


def entra(value: str) -> Verdict:
    """Client secrets of Entra applications: the last three characters start a checksum; `7Q~` has none."""
    if value[3:6] != "8Q~":
        return UNKNOWN
    try:
        check = int.from_bytes(marvin32(value[:-3].encode("latin-1"), seed_of("AadPwd00")), "little")
    except UnicodeEncodeError:
        return UNKNOWN
    holds = digits(check, _ENTRA, 6)[:3] == value[-3:]
    return Verdict(holds, ("checksum holds" if holds else "checksum fails",))
