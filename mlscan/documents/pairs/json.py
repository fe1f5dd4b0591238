"""JSON with comments, trailing commas and several roots (JSON lines): object members, and what lists say.

Beside members: `{"name": X, "value": v}` objects, `{"X": {"value": v}}` and `{"X": {"default": v}}` (Azure
templates, schemas), options in lists (`["--password", "v"]`, `["X=v"]`), the `auths` of Docker's config.json
(https://docs.docker.com/reference/cli/docker/login/) and the key of kaggle.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlscan.documents.pairs.pair import Pair, plain

_TOKEN = re.compile(rb'"((?:[^"\\\n]|\\.)*+)"|//[^\n]*|/\*|[{}\[\],:]' if False else rb'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"|//[^\n]*|/\*|\\.|[{}\[\],:]')
