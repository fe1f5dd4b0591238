"""The bytes of a changed file: encoding and byte order mark as before, and never half a file on disk."""

from __future__ import annotations

import codecs
import os
import stat
import tempfile
from pathlib import Path

from mlscan.documents.document import UTF16
from mlscan.fix.edits import RefusedError


def encoded(before: bytes, data: bytes, after: bytes) -> bytes:
    """`after` in the encoding in which `before` holds `data`; both are UTF-8. Raises RefusedError where the
    way back from UTF-8 is not exact."""
    for mark, name in _encodings(before):
        try:
            if mark + data.decode().encode(name) == before:
                return mark + after.decode().encode(name)
        except UnicodeError:
            continue
    raise RefusedError("its encoding cannot be kept")


def _encodings(raw: bytes) -> list[tuple[bytes, str]]:
    if raw.startswith(UTF16):
        little = raw.startswith(codecs.BOM_UTF16_LE)
        return [(raw[:2], "utf-16-le" if little else "utf-16-be")]
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    return [(mark, "utf-8"), (b"", "latin-1")]


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put a new content in place of a file at once, with its mode and at the target of a link.

    Raises RefusedError when the file is not what was read any more, or cannot be written.
    """
    target = path.resolve()
    temporary = ""
    try:
        if target.read_bytes() != before:
            raise RefusedError("it has changed meanwhile")
        mode = stat.S_IMODE(target.stat().st_mode)
        if not mode & stat.S_IWUSR:
            raise RefusedError("it is write-protected")
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise RefusedError(f"it cannot be written ({error.strerror})") from None
    finally:
        if temporary:
            os.unlink(temporary)
