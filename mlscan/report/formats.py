"""The report formats by name; the module of a format is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from mlscan.model import Report
from mlscan.report.style import Style

Renderer = Callable[[Report, Style], str]

_MODULES = {
    "text": "mlscan.report.text",
    "concise": "mlscan.report.concise",
    "json": "mlscan.report.json_report",
    "sarif": "mlscan.report.sarif",
    "github": "mlscan.report.github",
    "gl-code-quality": "mlscan.report.gl_code_quality",
    "gl-secret-detection": "mlscan.report.gl_secret_detection",
    "junit": "mlscan.report.junit",
    "csv": "mlscan.report.csv_report",
}
NAMES = tuple(_MODULES)


def renderer(name: str) -> Renderer:
    """The `render` function of a format, one of `NAMES`."""
    render: Renderer = import_module(_MODULES[name]).render
    return render
