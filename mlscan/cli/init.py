"""`mlscan init`: a configuration to start from, the pre-commit hook, and what to do next."""

from __future__ import annotations

from pathlib import Path

import click

_EPILOG = """\b
Examples:
  mlscan init
  mlscan init --root services/churn
  mlscan init --no-pre-commit

\b
Nothing is overwritten: an mlscan.toml or a [tool.mlscan] that is there stays, and a hook is only added
behind the others, or shown for you to paste.
"""


@click.command(epilog=_EPILOG, short_help="Write mlscan.toml, add the pre-commit hook, say what is next.")
@click.option("--root", metavar="DIR", help="The repository.  [default: the git work tree]")
@click.option("--pre-commit/--no-pre-commit", default=True, help="Add the hook to .pre-commit-config.yaml.")
def init(root: str | None, pre_commit: bool) -> int:
    """Write a commented mlscan.toml, add mlscan to .pre-commit-config.yaml, and say what is next."""
    from mlscan.config import config_root, load_config
    from mlscan.errors import UserError

    folder = config_root((), root)
    if not folder.is_dir():
        raise UserError(f"--root: no such folder: {root}")
    file = load_config(folder).file
    if file or (folder / "mlscan.toml").exists():
        click.echo(f"kept     {file or folder / 'mlscan.toml'}")
    else:
        from mlscan.cli.template import TEMPLATE

        _write(folder / "mlscan.toml", TEMPLATE, "x")
        click.echo(f"written  {folder / 'mlscan.toml'}")
    if pre_commit:
        _hook(folder / ".pre-commit-config.yaml")
    click.echo("\nNext:")
    for line, why in _NEXT:
        click.echo(f"  {line:<38}  {why}")
    return 0


_NEXT = (
    ("mlscan check --statistics", "what there is today"),
    ("mlscan explain RULE", "why a finding is one, and what to do"),
    ("mlscan baseline", "accept what is there, and hear of what is new only"),
    ("mlscan check --format sarif -o x.sarif", "for github/codeql-action/upload-sarif in a workflow"),
    ("mlscan completion bash", "let your shell complete commands and rules"),
)


def _hook(file: Path) -> None:
    """Add the hook to a file that is there, or show it."""
    from mlscan.cli.hook_entry import ENTRY, runs_mlscan, with_hook

    if not file.exists():
        click.echo(f"no {file.name}; with pre-commit, it would be:\n\nrepos:\n{ENTRY}")
        return
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    if runs_mlscan(text):
        click.echo(f"kept     {file}")
        return
    added = with_hook(text)
    if added is None:
        click.echo(f"{file} is not changed: paste this under `repos:`\n\n{ENTRY}")
        return
    _write(file, added, "w")
    click.echo(f"added    the hook mlscan to {file}")


def _write(file: Path, text: str, mode: str) -> None:
    from mlscan.errors import UserError

    try:
        with file.open(mode, encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"cannot write {file}: {error.strerror}") from error
