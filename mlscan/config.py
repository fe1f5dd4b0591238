"""What the user decided: defaults, then `mlscan.toml` or `[tool.mlscan]`, then the command line.

One file counts, at the root of the repository. Its keys are the long option names of `mlscan check`, and
those that only a file has: `rules`, `severity`, `per-path-ignores`, and `policy`, see `mlscan.policy`. An
unknown key or a wrong type is an error that names file and key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert
from msgspec.structs import asdict, fields

from mlscan.errors import UserError
from mlscan.model import Confidence, Family, Rule, Severity
from mlscan.policy import Policy, read_policy
from mlscan.words import suggestion

FormatName = Literal[
    "text", "concise", "json", "sarif", "github", "gl-code-quality", "gl-secret-detection", "junit", "csv"
]  # fmt: skip
Level = Literal["note", "warning", "error"]

FAMILIES = tuple(family.value for family in Family)
_FILES = ("mlscan.toml", "pyproject.toml")


class Settings(Struct, frozen=True, kw_only=True, rename="kebab"):
    """Values from one source, a file or the command line; what it does not mention is `UNSET`."""

    select: tuple[str, ...] | UnsetType = UNSET
    ignore: tuple[str, ...] | UnsetType = UNSET
    exclude: tuple[str, ...] | UnsetType = UNSET
    min_severity: Level | UnsetType = UNSET
    min_confidence: Literal["low", "medium", "high"] | UnsetType = UNSET
    max_file_size: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    max_file_seconds: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    format: FormatName | UnsetType = UNSET
    statistics: bool | UnsetType = UNSET
    show_suppressed: bool | UnsetType = UNSET
    sarif_category: str | UnsetType = UNSET
    exit_zero: bool | UnsetType = UNSET
    fail_on: Literal["note", "warning", "error"] | UnsetType = UNSET
    strict: bool | UnsetType = UNSET
    jobs: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    plugins: tuple[str, ...] | UnsetType = UNSET
    rules: tuple[str, ...] | UnsetType = UNSET
    severity: dict[str, Level] | UnsetType = UNSET
    per_path_ignores: dict[str, tuple[str, ...]] | UnsetType = UNSET
    baseline: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Config:
    """Every decision of one run.

    `select` and `ignore` hold rule ids and families; an empty `select` means all rules. `exclude` holds
    gitignore patterns relative to the root. `max_file_size` is in bytes, `max_file_seconds` in seconds of
    processor time, 0 for no limit; of what takes more only the text is searched. `jobs` 0 lets mlscan choose.
    `show_suppressed` and `sarif_category` are those of `mlscan.report.style`. `exit_zero` None means: only
    for the format that is uploaded (sarif). Findings below `fail_on` are reported and fail nothing; with
    `strict` a file that could not be read or parsed does. `plugins` names detect-secrets plugins, files
    resolved; `plugins_trusted` is False where a file that was merely found names them. `rules` are the files
    with rules of the user's own, resolved. `severity` grades rules by id anew; `per_path_ignores` maps
    gitignore patterns to rule ids and families whose findings do not count there. `baseline` is the file of
    findings to hold back; empty for what stands at the root. `policy` is what a release has to show; None
    where nobody has decided. `file` is where this was read.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    min_severity: Severity = Severity.NOTE
    min_confidence: Confidence = Confidence.MEDIUM
    max_file_size: int = 50_000_000
    max_file_seconds: int = 30
    format: FormatName = "text"
    statistics: bool = False
    show_suppressed: bool = False
    sarif_category: str = ""
    exit_zero: bool | None = None
    fail_on: Severity = Severity.NOTE
    strict: bool = False
    jobs: int = 0
    plugins: tuple[str, ...] = ()
    plugins_trusted: bool = True
    rules: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    baseline: str = ""
    policy: Policy | None = None
    file: str = field(default="", compare=False)

    def merged(self, settings: Settings) -> Config:
        """This configuration with every value the settings mention put over it.

        A rule that the settings select by its id is no longer ignored by what was here before.
        """
        values: dict[str, Any] = {
            name: value for name, value in asdict(settings).items() if value is not UNSET
        }
        for name in ("min_severity", "fail_on"):
            if name in values:
                values[name] = Severity[values[name].upper()]
        if "min_confidence" in values:
            values["min_confidence"] = Confidence[values["min_confidence"].upper()]
        if "severity" in values:
            values["severity"] = {name: Severity[word.upper()] for name, word in values["severity"].items()}
        if "select" in values:
            kept = tuple(name for name in self.ignore if name not in values["select"])
            values = {"ignore": kept, **values}
        if "plugins" in values:
            values["plugins_trusted"] = True
        return replace(self, **values)

    def enabled(self, rule: Rule) -> bool:
        """Whether the rule runs. An id weighs more than a family, and `ignore` more than `select`."""
        if rule.id in self.ignore:
            return False
        if rule.id in self.select:
            return True
        if rule.family.value in self.ignore:
            return False
        return not self.select or rule.family.value in self.select

    def may_report(self, rule: Rule) -> bool:
        """Whether findings of the rule are asked for, if one is sure of them."""
        return rule.severity >= self.min_severity and self.enabled(rule)

    def wants(self, rule: Rule, confidence: Confidence) -> bool:
        """Whether a finding of this rule with this confidence is to be reported."""
        return confidence >= self.min_confidence and self.may_report(rule)

    def exclusion(self) -> Callable[[str], bool] | None:
        """A test of POSIX paths relative to the root against `exclude`; None when nothing is excluded."""
        if not self.exclude:
            return None
        from pathspec import GitIgnoreSpec

        try:
            return GitIgnoreSpec.from_lines(self.exclude).match_file
        except ValueError as error:
            raise UserError(f"exclude: not a gitignore pattern: {error}") from error


def load_config(root: Path, file: Path | None = None) -> Config:
    """The configuration in `file`, else in the one file at `root` that has any, else the defaults."""
    if file is not None:
        table = _table(file)
        if table is None:
            raise UserError(f"{file}: no such file, or it has no [tool.mlscan] section")
        return _read(file, table)
    found = [(path, table) for name in _FILES if (table := _table(path := root / name)) is not None]
    if len(found) > 1:
        raise UserError(f"{found[0][0]} and [tool.mlscan] in {found[1][0]} both exist: keep one of them")
    config = _read(*found[0]) if found else Config()
    return replace(config, plugins_trusted=not config.plugins)


def _read(file: Path, table: dict[str, Any]) -> Config:
    policy = read_policy(str(file), table["policy"]) if "policy" in table else None
    config = Config(policy=policy).merged(_settings(file, table))
    plugins = tuple(str(file.parent / name) if name.endswith(".py") else name for name in config.plugins)
    rules = _files(file, config.rules) if config.rules else ()
    baseline = config.baseline and str(file.parent / config.baseline)
    return replace(config, plugins=plugins, rules=rules, baseline=baseline, file=str(file))


def _files(file: Path, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The files that the globs of `rules` mean, all of them below the folder of the configuration."""
    folder = file.parent
    found: dict[str, None] = {}
    for pattern in patterns:
        parts = Path(pattern).parts
        if Path(pattern).is_absolute() or ".." in parts or parts.count("**") > 1 or not parts:
            raise UserError(
                f"{file}: rules: '{pattern}': a path below {folder or '.'}, with `**` at most once"
            )
        paths = sorted(path for path in folder.glob(pattern) if path.is_file())
        if not paths:
            raise UserError(f"{file}: rules: no file matches '{pattern}'")
        for path in paths:
            if not path.resolve().is_relative_to(folder.resolve()):
                raise UserError(f"{file}: rules: {path} leads out of {folder}")
            found[str(path)] = None
    return tuple(found)


def built_in(plugin: str) -> bool:
    """Whether a name in `plugins` means what detect-secrets brings: itself, or a class by its CamelCase."""
    return plugin == "detect-secrets" or (plugin.isidentifier() and plugin[0].isupper())


def check_plugins(config: Config) -> None:
    """Refuse code that a scanned repository asks to be run, unless the user trusts it."""
    foreign = [name for name in config.plugins if not built_in(name)]
    if foreign and not config.plugins_trusted:
        raise UserError(
            f"plugins: {foreign[0]} is code that the scan would run; add --allow-plugins if you trust it"
        )


def selects(config: Config) -> bool:
    """Whether a configuration names rules."""
    return bool(config.select or config.ignore or config.severity or config.per_path_ignores)


def check_selectors(config: Config, rules: Iterable[Rule]) -> None:
    """Refuse a name that is no rule and no family: a typo would hide findings."""
    ids = [rule.id for rule in rules]
    known = [*FAMILIES, *ids]
    for name in config.severity:
        if name not in ids:
            raise UserError(f"{config.file}: severity: unknown rule '{name}'{suggestion(name, ids)}")
    for pattern, names in config.per_path_ignores.items():
        for name in names:
            if name not in known:
                raise UserError(
                    f'{config.file}: per-path-ignores."{pattern}": unknown rule or family '
                    f"'{name}'{suggestion(name, known)} (`mlscan rules` lists them)"
                )
    for option, names in (("select", config.select), ("ignore", config.ignore)):
        for name in names:
            if name not in known:
                raise UserError(
                    f"{option}: unknown rule or family '{name}'{suggestion(name, known)} "
                    "(`mlscan rules` lists them)"
                )


def config_root(paths: tuple[str, ...], root: str | None) -> Path:
    """Where configuration is: `root`, else the work tree around the first path, else the path's folder."""
    if root is not None:
        return Path(root)
    here = Path.cwd()
    start = here.joinpath(paths[0] if paths else ".").absolute()
    folder = start if start.is_dir() else start.parent
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return parent
    return here if folder.is_relative_to(here) else folder


def _table(path: Path) -> dict[str, Any] | None:
    """The mlscan table of a file, or None when the file is missing or has none."""
    try:
        if path.exists() and not path.is_file():
            raise UserError(f"{path}: not a regular file")
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    if path.name == "pyproject.toml" and b"mlscan" not in data:
        return None
    from msgspec import toml

    try:
        document = toml.decode(data)
    except ValueError as error:
        raise UserError(f"{path}: not valid TOML: {error}") from error
    if path.name == "pyproject.toml":
        document = document.get("tool", {}).get("mlscan")
    if document is not None and not isinstance(document, dict):
        raise UserError(f"{path}: tool.mlscan: expected a table")
    return document


def _settings(path: Path, table: dict[str, Any]) -> Settings:
    known = [entry.encode_name for entry in fields(Settings)]
    table = {key: value for key, value in table.items() if key != "policy"}
    for key in table:
        if key not in known:
            raise UserError(f"{path}: unknown key '{key}'{suggestion(key, [*known, 'policy'])}")
    for name, kind in (("severity", Level), ("per-path-ignores", tuple[str, ...])):
        for key, value in table[name].items() if isinstance(table.get(name), dict) else ():
            try:
                convert(value, kind)
            except ValidationError as error:
                reason = str(error).partition(" - at ")[0]
                hint = " (one of note, warning, error; `ignore` turns a rule off)" if kind is Level else ""
                raise UserError(f'{path}: {name}."{key}": {reason}{hint}') from error
    try:
        return convert(table, Settings)
    except ValidationError as error:
        reason, _, where = str(error).partition(" - at `$.")
        key = where.rstrip("`")
        raise UserError(f"{path}: {key}: {reason}{_choices(key)}") from error


def _choices(key: str) -> str:
    """` (one of note, warning, error)` for a key that takes one of a few words."""
    kind = get_args(get_type_hints(Settings).get(key.replace("-", "_"), None))
    words = [word for option in kind for word in get_args(option) if isinstance(word, str)]
    return f" (one of {', '.join(words)})" if words else ""
