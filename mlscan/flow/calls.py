"""Which function a call reaches: through imports, aliases, instances and `boto3.client("...")`.

`c = MlflowClient(); c.transition_model_version_stage(...)` resolves to
`mlflow.MlflowClient.transition_model_version_stage`; an unknown receiver gives `*.method`.
"""

from __future__ import annotations

import ast

from mlscan.flow.program import Program, Site, dotted

_DEPTH = 6
_CLIENT_FACTORIES = ("client", "resource")


def resolve(function: ast.expr, site: Site, program: Program, depth: int = 0) -> str:
    """The dotted name of a callee; `*.` stands for a receiver that is not known; empty for no name."""
    if depth > _DEPTH:
        return ""
    if isinstance(function, ast.Name):
        if function.id in program.imports:
            return program.imports[function.id]
        binding = program.value(function.id, site)
        if binding is None or binding.value is function:
            return function.id
        there = Site(binding.value, binding.module, site.scope, site.class_name)
        return _instance(binding.value, there, program, depth + 1) or function.id
    if isinstance(function, ast.Attribute):
        base = _receiver(function.value, site, program, depth + 1)
        return f"{base or '*'}.{function.attr}"
    return ""


def _receiver(node: ast.expr, site: Site, program: Program, depth: int) -> str:
    if isinstance(node, ast.Name):
        found = resolve(node, site, program, depth)
        # A name bound nowhere is a global of its host, such as `dbutils` or `spark` in a notebook.
        unknown = found == node.id and node.id not in program.imports and program.value(node.id, site)
        return "" if unknown else found
    if isinstance(node, ast.Attribute):
        key = dotted(node)
        binding = program.value(key, site) if key else None
        if binding is not None and binding.value is not node and depth <= _DEPTH:
            there = Site(binding.value, binding.module, site.scope, site.class_name)
            return _instance(binding.value, there, program, depth + 1)
        base = _receiver(node.value, site, program, depth + 1) if depth <= _DEPTH else ""
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Call):
        return _instance(node, site, program, depth)
    return ""


def _instance(value: ast.expr, site: Site, program: Program, depth: int) -> str:
    """What an expression is an instance of, written as the call that makes it without its arguments."""
    if isinstance(value, ast.Await):
        value = value.value
    if isinstance(value, ast.Call):
        made = resolve(value.func, site, program, depth)
        name = made.rpartition(".")[2]
        if name in _CLIENT_FACTORIES and value.args:
            first = value.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                return f'boto3.client("{first.value}")'
        return "" if made.startswith("*.") else made
    if isinstance(value, ast.Name | ast.Attribute):
        return (
            resolve(value, site, program, depth)
            if isinstance(value, ast.Name)
            else _receiver(value, site, program, depth)
        )
    return ""


def argument(call: ast.Call, name: str, position: int | None) -> ast.expr | None:
    """The expression passed for a parameter, by keyword, by position, or from a literal `**{...}`."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
        if keyword.arg is None and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == name:
                    return value
    if position is not None and position < len(call.args):
        if any(isinstance(item, ast.Starred) for item in call.args[: position + 1]):
            return None
        return call.args[position]
    return None


def splatted(call: ast.Call, name: str, site: Site, program: Program) -> ast.expr | None:
    """The value for a parameter in `**variable`, where the variable is a dict literal or gets the key set."""
    for keyword in call.keywords:
        if keyword.arg is not None or not (key := dotted(keyword.value)):
            continue
        if entry := program.value(f"{key}[{name!r}]", site):
            return entry.value
        binding = program.value(key, site)
        if binding is not None and isinstance(binding.value, ast.Dict):
            for item, value in zip(binding.value.keys, binding.value.values, strict=True):
                if isinstance(item, ast.Constant) and item.value == name:
                    return value
    return None


def matches(callee: str, known: str) -> bool:
    """Whether a resolved callee is a known call; a known `*.method` takes any receiver."""
    if callee == known:
        return True
    if known.startswith("*."):
        return callee.endswith(known[1:])
    # A class re-exported from another module of the same package is the same class.
    parts = known.split(".")
    tail = next((index for index, part in enumerate(parts) if part[:1].isupper()), None)
    if tail is None or "(" in known or callee.partition(".")[0] != parts[0]:
        return False
    return callee.endswith("." + ".".join(parts[tail:]))


def last_name(function: ast.expr) -> str:
    """The last part of a callee or target: `attr` of `a.attr`, or the name itself."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
