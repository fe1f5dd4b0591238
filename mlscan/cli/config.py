"""`mlscan config schema`: the JSON schema of the configuration file."""

from __future__ import annotations

import click

_SCHEMA_EPILOG = """\b
Examples:
  mlscan config schema > mlscan.schema.json

\b
Editors with Taplo (Even Better TOML in VS Code) then check mlscan.toml while you write, with the first line
  #:schema ./mlscan.schema.json
"""
_EPILOG = """\b
Examples:
  mlscan config schema
  mlscan init                  write a mlscan.toml to start from
"""


@click.group(epilog=_EPILOG, short_help="About the configuration file: its JSON schema.")
def config() -> None:
    """About mlscan.toml and [tool.mlscan] in pyproject.toml."""


@config.command(epilog=_SCHEMA_EPILOG, short_help="Print the JSON schema of mlscan.toml.")
def schema() -> None:
    """Print the JSON schema of mlscan.toml, which is also that of [tool.mlscan] in pyproject.toml."""
    from mlscan.cli.output import to_stdout
    from mlscan.cli.schema import published

    to_stdout(published())
