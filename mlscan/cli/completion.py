"""`mlscan completion`: the script that lets a shell complete commands, options and rule ids."""

from __future__ import annotations

import click

VARIABLE = "_MLSCAN_COMPLETE"  # what click looks for in the environment of a program called mlscan

_EPILOG = """\b
Examples:
  mlscan completion bash > ~/.local/share/bash-completion/completions/mlscan
  mlscan completion zsh > ~/.zfunc/_mlscan      with ~/.zfunc in $fpath, before compinit
  mlscan completion fish > ~/.config/fish/completions/mlscan.fish
  source <(mlscan completion bash)              for this shell only
"""


@click.command(epilog=_EPILOG, short_help="Print a script that makes your shell complete mlscan.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for SHELL: commands, options, files, and rule ids where one is expected."""
    from click.shell_completion import get_completion_class

    from mlscan.cli.output import to_stdout

    kind = get_completion_class(shell)
    assert kind is not None
    source = kind(context.find_root().command, {}, "mlscan", VARIABLE)
    # click's own `source` first runs bash to ask for its version; the script is the same.
    to_stdout(source.source_template % source.source_vars())
