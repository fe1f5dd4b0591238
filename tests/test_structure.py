"""Checksums and inner structure: published vectors, tokens forged here, a changed letter, any text at all."""

from __future__ import annotations

import base64
import json
import random
import string
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlscan.model import Confidence
from mlscan.secrets.structure import inspect, names
from mlscan.secrets.structure.azure import PRODUCTS
from mlscan.secrets.structure.crc import crc, digits
from mlscan.secrets.structure.fixed import polymod
from mlscan.secrets.structure.marvin import marvin32, marvin64, seed_of

ALNUM = string.ascii_letters + string.digits
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
BASE36 = string.digits + string.ascii_lowercase
ENTRA = string.ascii_lowercase + string.ascii_uppercase + "1234567890.-_~"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
DRAW = random.Random(20261123)


def draw(length: int, alphabet: str = ALNUM) -> str:
    return "".join(DRAW.choice(alphabet) for _ in range(length))


def b64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def b64url(data: bytes | str) -> str:
    return b64(data).translate(str.maketrans("+/", "-_")).rstrip("=")


def in_base62(text: str) -> str:
    number, tail = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        tail = BASE62[rest] + tail
    return text + tail


def little(text: str) -> bytes:
    return zlib.crc32(text.encode()).to_bytes(4, "little")


def gitlab(version: str) -> str:
    payload = b64url(b"o:1\nu:2s" + DRAW.randbytes(16) + b"\x10")
    body = f"glpat-{payload}.{version}{digits(len(payload), BASE36, 2)}"
    return body + digits(zlib.crc32(body.encode()), BASE36, 7)


def zuplo() -> str:
    body = draw(32, BASE36)
    return f"zpka_{body}_{zlib.crc32(body.encode()):08x}"


def grafana() -> str:
    body = f"glsa_{draw(32)}"
    return f"{body}_{little(body).hex()}"


def confluent() -> str:
    body = draw(54)
    return "cflt" + body + b64(little(body))[:6]


def cloudflare() -> str:
    body = f"cfut_{draw(40)}"
    return f"{body}{zlib.crc32(body.encode()):08x}"


def identifiable(signature: str, seed: str) -> str:
    size = {"+ACR": 39, "AzSe": 39, "AzFu": 40}.get(signature, 64 if signature in LONG else 32)
    text = draw(4 * ((size + 2) // 3) - (-size % 3) - 10) + signature + "A" * 6
    raw = base64.b64decode(text + "=" * (-len(text) % 4))
    return b64(raw[:-4] + marvin32(raw[:-4], seed_of(seed)))


LONG = ("+ASt", "ACDb", "+ABa", "+AMC", "APIM")


def annotated(signature: str, *, long: bool = False) -> str:
    body = f"{draw(52)}JQQJ99BC{draw(12)}AAAB{signature}"
    check = marvin32(base64.b64decode(body), seed_of("Default0"))
    spelled = digits(int.from_bytes(check, "big"), BASE62, 1).ljust(6, "0") + "=="
    tail = b64(base64.b64decode(spelled))
    return body + (tail if long else tail[:4])


def entra() -> str:
    body = f"{draw(3)}8Q~{draw(31)}"
    number = int.from_bytes(marvin32(body.encode(), seed_of("AadPwd00")), "little")
    return body + digits(number, ENTRA, 6)[:3]


def devops() -> str:
    raw = bytearray(DRAW.randbytes(32))
    places = (22, 8, 7, 2)
    rest = bytes(byte for index, byte in enumerate(raw) if index not in places)
    for place, byte in zip(places, (zlib.crc32(rest) ^ 0xE0B9692D).to_bytes(4, "little"), strict=True):
        raw[place] = byte
    return base64.b32encode(raw).decode().rstrip("=").lower()


def jwt(payload: object = None) -> str:
    header = json.dumps({"alg": "HS256", "typ": "JWT"})
    claims = payload or {"exp": 1893456000, "iss": "supabase", "role": "service_role"}
    return f"{b64url(header)}.{b64url(json.dumps(claims))}.{b64url(DRAW.randbytes(32))}"


def sas() -> str:
    return (
        f"sv=2024-11-04&sp=rwdl&se=2027-01-01T00%3A00%3A00Z&sig={b64(DRAW.randbytes(32)).replace('=', '%3D')}"
    )


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def number(bits: int) -> bytes:
    return der(2, b"\0" + (DRAW.getrandbits(bits) | 1 << bits - 1).to_bytes(bits // 8, "big"))


def rsa() -> bytes:
    return der(0x30, der(2, b"\0") + number(2048) + der(2, b"\1\0\1") + number(2048) + number(1024))


def armor(raw: bytes, label: str = "RSA PRIVATE KEY", line_end: str = "\n") -> str:
    text = b64(raw)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return line_end.join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def pkcs8() -> bytes:
    algorithm = der(0x30, der(6, bytes.fromhex("2a864886f70d010101")) + der(5, b""))
    return der(0x30, der(2, b"\0") + algorithm + der(4, rsa()))


def service_account() -> dict[str, str]:
    return {
        "type": "service_account",
        "project_id": "ml-prod",
        "private_key": armor(pkcs8(), "PRIVATE KEY"),
        "client_email": "train@ml-prod.iam.gserviceaccount.com",
    }


def neptune() -> str:
    return b64(json.dumps({"api_address": "https://app.neptune.ai", "api_key": draw(36)}))


def sentry() -> str:
    claims = json.dumps({"iat": 1700000000.5, "url": "https://sentry.io", "org": "acme"})
    return f"sntrys_{b64(claims)}_{draw(43)}"


def grafana_cloud() -> str:
    return "glc_" + b64(json.dumps({"o": "1234", "n": "train", "k": draw(24), "m": {"r": "eu"}}))


def pypi() -> str:
    identifier = b"\x02" + bytes([36]) + draw(36).encode()
    caveat = b"\x00" + b"\x02" + bytes([14]) + b'{"projects":[]' + b"\x00"
    raw = b"\x02\x01\x08pypi.org" + identifier + caveat + b"\x00\x06\x20" + DRAW.randbytes(32)
    return f"pypi-{b64url(raw)}"


def age() -> str:
    prefix, data = "age-secret-key-", [DRAW.randrange(32) for _ in range(52)]
    words = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix] + data
    check = polymod([*words, 0, 0, 0, 0, 0, 0]) ^ 1
    tail = [check >> 5 * (5 - index) & 31 for index in range(6)]
    return (prefix + "1" + "".join(BECH32[word] for word in data + tail)).upper()


def access_key_id(account: int) -> str:
    raw = (1 << 47 | account << 7).to_bytes(6, "big") + DRAW.randbytes(4)
    return "AKIA" + base64.b32encode(raw).decode()


# Structure, how to forge a token, what the evidence says. All of them hold.
FORGED: list[tuple[str, Callable[[], str], str]] = [
    ("github-crc32", lambda: "ghp_" + in_base62(draw(30)), "checksum holds"),
    ("npm-crc32", lambda: "npm_" + in_base62(draw(30)), "checksum holds"),
    ("vercel-crc32", lambda: "vcp_" + in_base62(draw(50)), "checksum holds"),
    ("grafana-crc32", grafana, "checksum holds"),
    ("gitlab-routable", lambda: gitlab(""), "checksum holds"),
    ("gitlab-routable", lambda: gitlab("01."), "checksum holds"),
    ("zuplo-crc32", zuplo, "checksum holds"),
    ("confluent-crc32", confluent, "checksum holds"),
    ("cloudflare-crc32", cloudflare, "checksum holds"),
    ("azure-storage", lambda: identifiable("+ASt", "Default0"), "Azure Storage account key"),
    ("azure-cask", lambda: annotated("ACOG"), "Azure AI services"),
    ("azure-cask", lambda: annotated("AZDO", long=True), "issued 2025-03"),
    ("azure-entra", entra, "checksum holds"),
    ("azure-devops-legacy", devops, "checksum holds"),
    ("bech32", age, "checksum holds"),
    ("pypi-macaroon", pypi, "limited to projects"),
    ("jwt", jwt, "expires 2030-01-01"),
    ("jwt", lambda: "hf_jwt_" + jwt(), "issued by supabase"),
    ("jwt-base64", lambda: b64(jwt()), "role service_role"),
    ("sas-expiry", sas, "expires 2027-01-01"),
    ("sas-expiry", lambda: "https://a.blob.core.windows.net/c?" + sas(), "permissions rwdl"),
    ("pem", lambda: armor(rsa()), "body decodes to a private key (RSA, 2048 bits)"),
    ("pem", lambda: armor(pkcs8(), "PRIVATE KEY", "\\n"), "body decodes to a private key (RSA)"),
    ("pem", lambda: armor(rsa(), line_end='\\n"\n  + "'), "body decodes to a private key (RSA, 2048 bits)"),
    ("base64-json", lambda: b64(json.dumps({"a": 1})), "decodes to JSON"),
    ("neptune", neptune, "server app.neptune.ai"),
    ("docker-auth", lambda: b64("robot:" + draw(20)), "decodes to user and password"),
    ("sentry", sentry, "organisation acme"),
    ("grafana-json", grafana_cloud, "region eu"),
    ("service-account", lambda: json.dumps(service_account()), "project ml-prod"),
    ("service-account", lambda: b64(json.dumps(service_account())), "body decodes to a private key (RSA)"),
    ("anthropic-tail", lambda: "sk-ant-" + draw(90) + "AA", "ends as Anthropic keys do"),
]
CHECKSUMS = FORGED[:15]
IDS = [f"{structure}-{index}" for index, (structure, _, _) in enumerate(FORGED)]


@pytest.mark.parametrize(("structure", "forge", "words"), FORGED, ids=IDS)
def test_what_holds_raises_confidence(structure: str, forge: Callable[[], str], words: str) -> None:
    token = forge()
    confidence, evidence = inspect(structure, token, Confidence.LOW)
    assert confidence is Confidence.HIGH
    assert words in evidence
    assert not any(token in word for word in evidence)


@pytest.mark.parametrize(("structure", "forge", "words"), CHECKSUMS, ids=IDS[: len(CHECKSUMS)])
def test_one_changed_letter_breaks_a_checksum(structure: str, forge: Callable[[], str], words: str) -> None:
    for place in (9, 15, 25):
        token = forge()
        other = next(letter for letter in "q7wz2" if letter.upper() != token[place].upper())
        other = other.upper() if token[place].isupper() else other
        broken = token[:place] + other + token[place + 1 :]
        confidence, evidence = inspect(structure, broken, Confidence.LOW)
        assert confidence is Confidence.LOW, f"changed at {place}"
        assert "checksum holds" not in evidence


@pytest.mark.parametrize(
    ("signature", "seed", "kind"),
    [(signature, seed, kind) for signature, (_, kinds) in PRODUCTS.items() for seed, kind in kinds.items()],
)
def test_every_azure_product_and_seed(signature: str, seed: str, kind: str) -> None:
    token = identifiable(signature, seed)
    assert signature in token
    confidence, evidence = inspect("azure-identifiable", token, Confidence.MEDIUM)
    assert confidence is Confidence.HIGH
    product = PRODUCTS[signature][0]
    assert evidence == (f"{product} {kind} key", "checksum holds")


def test_what_fails_lowers_confidence_by_one_step() -> None:
    token = "ghp_" + draw(36)
    assert inspect("github-crc32", token, Confidence.HIGH) == (Confidence.MEDIUM, ("checksum fails",))
    assert inspect("github-crc32", token, Confidence.MEDIUM)[0] is Confidence.LOW
    assert inspect("github-crc32", token, Confidence.LOW)[0] is Confidence.LOW


def test_what_cannot_be_told_changes_nothing() -> None:
    assert inspect("", "anything", Confidence.MEDIUM) == (Confidence.MEDIUM, ())
    assert inspect("no-such-check", "anything", Confidence.LOW) == (Confidence.LOW, ())
    assert inspect("azure-storage", b64(bytes(64)), Confidence.MEDIUM) == (Confidence.MEDIUM, ())


@pytest.mark.parametrize(
    ("account", "words"), [(0, "account 000000000000"), (602000000042, "account 602000000042")]
)
def test_aws_account_number(account: int, words: str) -> None:
    assert inspect("aws-key-id", access_key_id(account), Confidence.HIGH) == (Confidence.HIGH, (words,))


def test_aws_key_ids_of_before_2019_hold_no_account() -> None:
    assert inspect("aws-key-id", "AKIAI" + draw(15, "ABCDEFGH234567"), Confidence.HIGH) == (
        Confidence.HIGH,
        (),
    )


def test_dates_are_never_compared_with_today() -> None:
    assert "expires 2001-09-09" in inspect("jwt", jwt({"exp": 1000000000}), Confidence.HIGH)[1]
    assert "never expires" in inspect("jwt", jwt({"sub": "x"}), Confidence.HIGH)[1]
    assert "expires at no real date" in inspect("jwt", jwt({"exp": 1e300}), Confidence.HIGH)[1]


def test_unsigned_tokens_prove_nothing() -> None:
    parts = [b64url(json.dumps({"alg": "none"})), b64url(json.dumps({"sub": "x"})), ""]
    assert inspect("jwt", ".".join(parts), Confidence.LOW) == (
        Confidence.LOW,
        ("algorithm none", "never expires"),
    )


def test_redis_keys_may_have_lost_their_checksum() -> None:
    token = draw(33) + "AzCa" + "A" * 6 + "="
    confidence, evidence = inspect("azure-identifiable", token, Confidence.HIGH)
    assert (confidence, evidence) == (Confidence.HIGH, ("signature of Azure Cache for Redis",))


def test_keys_that_are_cut_short_or_no_key() -> None:
    assert inspect("pem", armor(rsa()[:-40]), Confidence.HIGH) == (Confidence.MEDIUM, ("key is cut short",))
    assert inspect("pem", armor(b"\x99" * 200), Confidence.HIGH)[1] == ("body holds no key",)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_keys_of_openssh(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    try:
        subprocess.run(command, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("ssh-keygen is not installed")
    confidence, evidence = inspect("pem", path.read_text(), Confidence.MEDIUM)
    assert confidence is Confidence.HIGH
    assert evidence[0].startswith("body decodes to a private key (")
    assert kind in evidence[0]


# SymCrypt's two vectors and those of https://github.com/skeeto/marvin32, as collected in
# https://github.com/microsoft/security-utilities (MIT), MarvinTests.cs and MarvinShared.cs.
SEEDS = (0x004FB61A001BDBCC, 0x804FB61A001BDBCC, 0x804FB61A801BDBCC)
MARVIN = [
    (0xD53CD9CECD0893B7, b"abc".hex(), 0x22C74339492769BF),
    (0xDDDDEEEEFFFF000, b"abcdefghijklmnopqrstuvwxyz".hex(), 0xA128EB7E7260ACA2),
    (SEEDS[0], "", 0x30ED35C100CD3C7D),
    (SEEDS[0], "af", 0x48E73FC77D75DDC1),
    (SEEDS[0], "e70f", 0xB5F6E1FC485DBFF8),
    (SEEDS[0], "37f495", 0xF0B07C789B8CF7E8),
    (SEEDS[0], "8642dc59", 0x7008F2E87E9CF556),
    (SEEDS[0], "153fb79826", 0xE6C08C6DA2AFA997),
    (SEEDS[0], "0932e6246c47", 0x6F04BF1A5EA24060),
    (SEEDS[0], "ab427ea8d10fc7", 0xE11847E4F0678C41),
    (SEEDS[1], "", 0x10A9D5D3996FD65D),
    (SEEDS[1], "af", 0x68201F91960EBF91),
    (SEEDS[1], "153fb79826", 0x0A06114B13464DBD),
    (SEEDS[1], "ab427ea8d10fc7", 0xE203987DBA252FB3),
    (SEEDS[2], "00", 0xA37FB0DA2ECAE06C),
    (SEEDS[2], "ff00ff", 0x9D8577C0FE0D30BF),
    (SEEDS[2], "00ff00ff00", 0x1D7DDF9DFDF3C1BF),
    (SEEDS[2], "ff00ff00ff00", 0x6911A53CA8C12254),
    (SEEDS[2], "00ff00ff00ff00", 0x71876F2EFB1B0EE8),
]


@pytest.mark.parametrize(("seed", "data", "expected"), MARVIN)
def test_marvin(seed: int, data: str, expected: int) -> None:
    assert marvin64(bytes.fromhex(data), seed) == expected
    folded = (expected >> 32) ^ (expected & 0xFFFFFFFF)
    assert marvin32(bytes.fromhex(data), seed) == folded.to_bytes(4, "little")


def test_a_published_identifiable_key() -> None:
    """IdentifiableSecretsTests.cs of the same repository: seed 42, signature TEST, decoded."""
    key = bytes.fromhex("f374efde9d1db6673f730ede115c5c0bb961e9933e3203c6dd31124cb04b2ade")
    assert marvin32(key[:-4], 42) == key[-4:]


def test_a_seed_is_its_eight_letters() -> None:
    assert seed_of("Default0") == 0x44656661756C7430
    assert seed_of("MastRW00") == 0x4D61737452573030


def test_crc_vectors() -> None:
    assert crc("123456789") == 0xCBF43926
    assert digits(crc("hello"), BASE62, 6) == "0zNvy2"
    assert digits(0, BASE36, 7) == "0000000"


@given(st.sampled_from(sorted(names())), st.text())
def test_any_text_is_safe(structure: str, text: str) -> None:
    confidence, evidence = inspect(structure, text, Confidence.HIGH)
    assert confidence >= Confidence.MEDIUM
    assert all(word.isprintable() for word in evidence)


@given(st.sampled_from(FORGED), st.data())
def test_any_damage_is_safe(entry: tuple[str, Callable[[], str], str], data: st.DataObject) -> None:
    structure, forge, _ = entry
    token = forge()
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    inspect(structure, token[:start] + data.draw(st.text(max_size=8)) + token[end:], Confidence.HIGH)


@given(
    st.sampled_from(["jwt", "neptune", "sentry", "grafana-json", "service-account"]), st.binary(max_size=300)
)
def test_any_bytes_inside_base64_are_safe(structure: str, raw: bytes) -> None:
    text = b64(raw)
    for value in (
        text,
        f"eyJ{text}.{text}.{text}",
        f"sntrys_{text}_x",
        b64(json.dumps({"exp": text, "m": text})),
    ):
        inspect(structure, value, Confidence.HIGH)


@given(st.binary(max_size=400), st.sampled_from(["PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]))
def test_any_key_body_is_safe(raw: bytes, label: str) -> None:
    inspect("pem", armor(raw, label), Confidence.HIGH)
    inspect("pem", armor(b"openssh-key-v1\0" + raw, "OPENSSH PRIVATE KEY"), Confidence.HIGH)
    inspect("pem", armor(b"\x30\x82" + raw, label), Confidence.HIGH)
