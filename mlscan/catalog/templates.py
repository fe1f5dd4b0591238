"""Expands example templates such as `hf_<alpha:34>`, so that no live-looking secret stands in a file.

The same template always gives the same text. Known holes: `<alpha:n>`, `<lower:n>`, `<upper:n>`,
`<digit:n>`, `<alnum:n>`, `<loweralnum:n>`, `<upperalnum:n>`, `<hex:n>`, `<HEX:n>`, `<base32:n>`,
`<base64:n>`, `<base64url:n>`, `<word:n>` (letters, digits, `_`), `<uuid>` and `<password:n>` (letters,
digits and at least one of `!@#%^*`). Anything else in angle brackets is left as it stands.
"""

from __future__ import annotations

import random
import re
import string

_ALPHABETS = {
    "alpha": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digit": string.digits,
    "alnum": string.ascii_letters + string.digits,
    "loweralnum": string.ascii_lowercase + string.digits,
    "upperalnum": string.ascii_uppercase + string.digits,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "base32": string.ascii_uppercase + "234567",
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
    "word": string.ascii_letters + string.digits + "_",
    "password": string.ascii_letters + string.digits + "!@#%^*",
}
_HOLE = re.compile(rf"<(uuid|(?:{'|'.join(_ALPHABETS)}):\d+)>")


def expand(template: str) -> str:
    """The template with every hole filled from a generator seeded by the template itself."""
    source = random.Random(template)  # noqa: S311  reproducible filler, not a key

    def fill(match: re.Match[str]) -> str:
        name, _, length = match[1].partition(":")
        if name == "uuid":
            digits = _draw(source, "0123456789abcdef", 32)
            return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        text = _draw(source, _ALPHABETS[name], int(length))
        return text[:-1] + source.choice("!@#%^*") if name == "password" else text

    return _HOLE.sub(fill, template)


def _draw(source: random.Random, alphabet: str, length: int) -> str:
    """Random characters with no more than two equal neighbours, so that no mask (`xxx`) arises."""
    text = ""
    while len(text) < length:
        letter = source.choice(alphabet)
        if not text.endswith(letter * 2):
            text += letter
    # The first and last character are never '-' or '_', which a word boundary would refuse.
    safe = [letter for letter in alphabet if letter.isalnum()]
    if text[:1] in "-_+/!@#%^*":
        text = source.choice(safe) + text[1:]
    if text[-1:] in "-_+/":
        text = text[:-1] + source.choice(safe)
    return text
