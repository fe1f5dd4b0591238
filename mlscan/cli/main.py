"""The entry point: finds the command, and turns every way a run can end into an exit code."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from mlscan import __version__
from mlscan.errors import UserError

# Each in a module of its name, imported when it is asked for: a hook needs one of them.
COMMANDS = (
    "audit", "baseline", "check", "completion", "config", "diff", "evidence", "explain", "fix", "graph",
    "history", "init", "rules",
)  # fmt: skip
CLEAN, FINDINGS, USAGE, CRASH, INTERRUPTED = 0, 1, 2, 3, 130

_EPILOG = """\b
Examples:
  mlscan                          scan the current folder
  mlscan src notebooks/train.ipynb
  mlscan --select secrets --min-severity error
  mlscan --format sarif -o mlscan.sarif
  mlscan explain deploy-without-approval
  mlscan init                     write mlscan.toml

\b
Exit codes:
  0  no findings (or --exit-zero, or --format sarif)
  1  findings
  2  wrong usage, configuration or path
  3  a defect in mlscan

`mlscan check --help` shows every option of a scan.
"""


class DefaultGroup(click.Group):
    """A group whose first word may be left out: what is no command and no option of the group is a check."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mlscan.cli.{cmd_name}"), cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--version", *self.get_help_option_names(ctx), *COMMANDS}
        # Parsing is resilient while a shell completes; an empty line then offers the commands.
        if args[0] not in own if args else not ctx.resilient_parsing:
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=DefaultGroup,
    epilog=_EPILOG,
    subcommand_metavar="[COMMAND] [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mlscan", message="%(prog)s %(version)s")
def main() -> None:
    """Find hard-coded credentials, deploys straight to production and missing approval gates in
    machine-learning repositories: Python files, notebooks, pipeline YAML.

    `mlscan PATHS` is short for `mlscan check PATHS`.
    """


def entry() -> None:
    """What `mlscan` and `python -m mlscan` call."""
    # Trees and graphs hold no cycles, and live as long as the process: a collector would walk them in vain.
    gc.disable()
    # Whoever cancels a run (a CI system, `timeout`) leaves neither half a report nor a process behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        return int(main.main(list(arguments), prog_name="mlscan", standalone_mode=False) or CLEAN)
    except UserError as error:
        click.echo(f"mlscan: error: {' '.join(str(error).split())}", err=True)
        return USAGE
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        click.echo(_crash(error), err=True)
        return CRASH


def _crash(error: BaseException) -> str:
    """Where it broke, without the messages of the exceptions: they may quote a scanned file."""
    import platform
    import traceback

    lines = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.format_list(traceback.extract_tb(cause.__traceback__))
        said = f": {cause}" if isinstance(cause, ImportError) else ""
        lines += [*frames, f"{type(cause).__name__}{said}\n"]
        cause = cause.__cause__ or cause.__context__
    return (
        f"{''.join(lines)}\n"
        f"mlscan: this is a defect in mlscan {__version__} "
        f"(Python {platform.python_version()}, {platform.system()}).\n"
        "Please report it with the lines above; they hold nothing from your files."
    )


__all__ = ["entry", "main", "run"]
