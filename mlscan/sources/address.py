"""Git URLs, and how to show them: a URL may carry a password or a token."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from mlscan.errors import UserError

SCHEMES = ("https", "http", "ssh", "git", "file")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://")
# `git@host:path`, as ssh and scp write it.
_SCP = re.compile(r"[\w.-]{1,100}@[\w.-]{1,253}:(?!//)")
# Nobody is called this: a token that stands where a user's name does.
_TOKEN = 20


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is what git is given, `header` the Authorization header it sends with it, empty for none.

    `shown` names the repository and holds no credentials; `secrets` are the texts that must never be shown.
    """

    url: str
    shown: str
    header: str = ""
    secrets: tuple[str, ...] = ()

    def hidden(self, text: str) -> str:
        """A text of git's with neither the URL as it was given nor any of its credentials in it."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def is_url(text: str) -> bool:
    """Whether git would fetch from this rather than open a folder."""
    return bool(_URL.match(text) or _SCP.match(text))


def read_address(text: str) -> Address:
    """A URL taken apart. Raises UserError, without quoting it, for one that git must not be given."""
    if not _URL.match(text):
        return Address(text, text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise UserError("not a URL") from None
    if parts.scheme not in SCHEMES:
        raise UserError(f"'{parts.scheme}://' is none of {', '.join(f'{name}://' for name in SCHEMES)}")
    who, _, host = parts.netloc.rpartition("@")
    user, colon, password = who.partition(":")
    if parts.scheme.startswith("http") and (colon or len(user) >= _TOKEN):
        pair = f"{unquote(user)}:{unquote(password)}".encode()
        header = f"Authorization: Basic {base64.b64encode(pair).decode()}"
        secrets = [text, who, user, password, unquote(user), unquote(password), header]
    else:
        # ssh takes no password; a name alone tells git whose credentials to ask its helpers for.
        header = ""
        host = f"{user}@{host}" if user else host
        secrets = [text, password, unquote(password)] if colon else []
    url = parts._replace(netloc=host, fragment="").geturl()
    secrets += [url, parts.query] if parts.query else []
    return Address(url, _shown(parts, who), header, tuple(secret for secret in secrets if secret))


def _shown(parts: SplitResult, who: str) -> str:
    host = parts.netloc.removeprefix(f"{who}@")
    shown = parts._replace(netloc=host, query="", fragment="").geturl()
    return f"{shown}?***" if parts.query else shown
