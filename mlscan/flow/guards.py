"""What stands before a call in code: a person's answer, a recorded approval, a metric, or nothing.

A guard counts where the call cannot be reached without it: a condition around the call, one before it that
leaves the block, a statement before it that stops the program, or the same before every call of the
function that the call stands in.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from mlscan.flow.calls import last_name
from mlscan.flow.links import opened
from mlscan.flow.options import Options
from mlscan.flow.passed import argument
from mlscan.flow.program import Function, Program, Site, dotted

_ASKS = {
    "input",
    "confirm",
    "Confirm",
    "ask",
    "pause_flow_run",
    "suspend_flow_run",
    "wait_for_input",
    "interrupt",
}
# What waits for a person by itself, without a condition around what comes after it.
_WAITS = frozenset(("pause_flow_run", "suspend_flow_run", "wait_for_input", "interrupt"))
_MEASURES = frozenset(("validate_evaluation_results",))
_APPROVAL = ("approv", "current_stage", "sign_off", "signoff", "reviewed")
_LISTS = frozenset(("list_model_packages", "search_model_versions", "get_model_version_by_alias"))
_READS = frozenset(("os.environ.get", "environ.get", "os.getenv", "getenv"))
_METRIC = (
    "accuracy",
    "score",
    "metric",
    "rmse",
    "mse",
    "auc",
    "f1",
    "loss",
    "precision",
    "recall",
    "threshold",
    "passed",
)
_HOPS = 2
# How many statements of a block are looked at before the call: generated code is long.
_NEAR = 200


class Strength(IntEnum):
    """How much a guard asks for; a metric is about quality, and no approval."""

    METRIC = 1
    RECORDED = 2
    HUMAN = 3


@dataclass(frozen=True, slots=True)
class Guard:
    """What has to hold before a call; `words` for the evidence."""

    strength: Strength
    words: str

    @property
    def human(self) -> bool:
        """Whether a person has to agree, or has recorded it, before the call."""
        return self.strength >= Strength.RECORDED


_PERSON = Guard(Strength.HUMAN, "a question to a person")
_RECORD = Guard(Strength.RECORDED, "a recorded approval")
_NUMBER = Guard(Strength.METRIC, "a metric condition")
_LINK = Guard(Strength.HUMAN, "a link that a person opens")


def guard_of(
    call: ast.AST, site: Site, program: Program, options: Options,
    tests: tuple[ast.expr, ...] = (), hops: int = 0,
) -> Guard | None:  # fmt: skip
    """The strongest guard before a call. `tests` are conditions that are known to hold beside."""
    known = _program_guards(program, options)
    own = strongest((known.before(call, site.module.tree, site), *(known.tested(one, site) for one in tests)))
    if own is not None and own.human:
        return own
    if known.looked_up(site):
        return _RECORD
    function = program.function_of(site.scope)
    if function is None or hops >= _HOPS:
        return own
    if any(last_name(_callee(item)) == "confirmation_option" for item in function.node.decorator_list):
        return _PERSON
    if opened(function.node):
        return _LINK
    return strongest((own, known.called(function, hops)))


def guard_within(call: ast.Call, function: ast.AST) -> Guard | None:
    """The same as far as one function tells, for those who read no whole program."""
    return _function_guards(function).before(call, function, None)


def strongest(guards: Iterable[Guard | None]) -> Guard | None:
    """The one that asks for most, None where there is none."""
    return max((guard for guard in guards if guard), key=lambda guard: guard.strength, default=None)


class _Guards:
    """The guards on the ways to calls, each test and each node on a way looked at once: generated code has
    thousands of branches one below the other."""

    def __init__(self) -> None:
        self._ways: dict[tuple[ast.AST, int], Guard | None] = {}
        self._statements: dict[tuple[ast.AST, int], Guard | None] = {}

    def before(self, call: ast.AST, tree: ast.AST, site: Site | None) -> Guard | None:
        """The strongest guard on the way from the root of a tree to a call."""
        parents, scope = _parents(tree), site.scope if site is not None else 0
        way: list[ast.AST] = []
        node = call
        while (node, scope) not in self._ways and node in parents:
            way.append(node)
            node = parents[node]
        guard = self._ways.get((node, scope))
        for child in reversed(way):
            guard = strongest((guard, *self._between(parents[child], child, site)))
            self._ways[(child, scope)] = guard
        return guard

    def _between(self, parent: ast.AST, child: ast.AST, site: Site | None) -> Iterator[Guard | None]:
        """What stands around a child in its parent, and before it in its block."""
        if isinstance(parent, ast.If | ast.While | ast.IfExp) and child is not parent.test:
            yield self.tested(parent.test, site)
        block, index = _places(parent).get(child, ((), 0))
        for statement in block[max(0, index - _NEAR) : index]:
            key = (statement, site.scope if site is not None else 0)
            if key not in self._statements:
                self._statements[key] = self._passed(statement, site)
            yield self._statements[key]

    def _passed(self, statement: ast.stmt, site: Site | None) -> Guard | None:
        """What a statement lets nobody past: `if not x: return`, or a call that stops by itself."""
        if isinstance(statement, ast.Assert) or (isinstance(statement, ast.If) and _leaves(statement)):
            return self.tested(statement.test, site)
        if isinstance(statement, ast.Expr | ast.Assign):
            value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
            return _statement(value) if isinstance(value, ast.Call) else None
        return None

    def tested(self, test: ast.expr, site: Site | None) -> Guard | None:
        """What a condition asks for."""
        key = (test, site.scope if site is not None else 0)
        if key not in self._statements:
            free = _always(test) or self.decided(test, site)
            self._statements[key] = None if free else _condition(test, lambda names: self.asked(names, site))
        return self._statements[key]

    def asked(self, names: set[str], site: Site | None) -> bool:
        """Whether one of these names holds what a person has answered."""
        raise NotImplementedError

    def decided(self, test: ast.expr, site: Site | None) -> bool:
        """Whether a condition asks nobody."""
        return False


class _ProgramGuards(_Guards):
    def __init__(self, program: Program, options: Options) -> None:
        super().__init__()
        self._program = program
        self._options = options
        self._called: dict[tuple[ast.AST, int], Guard | None] = {}
        self._lookups: dict[int, tuple[int, int]] = {}
        for other in _lookups(program):
            self._lookups[other.scope] = min(other.order, self._lookups.get(other.scope, other.order))

    def asked(self, names: set[str], site: Site | None) -> bool:
        return site is not None and _asked(names, site, self._program)

    def decided(self, test: ast.expr, site: Site | None) -> bool:
        if site is None:
            return False
        there = Site(test, site.module, site.scope, site.class_name)
        return _decided(test, there, self._program, self._options)

    def looked_up(self, site: Site) -> bool:
        """Whether a query of what is approved stands before: what is approved is taken."""
        return any(scope in self._lookups and self._lookups[scope] <= site.order for scope in {site.scope, 0})

    def called(self, function: Function, hops: int) -> Guard | None:
        """The weakest guard before the calls of a function of the program."""
        key = (function.node, hops)
        if key not in self._called:
            found = [
                guard_of(other.node, other, self._program, self._options, (), hops + 1)
                for other in self._program.called.get(function.node.name, ())
                if isinstance(other.node, ast.Call) and other.scope != function.scope
            ]
            self._called[key] = min(found, key=lambda guard: guard.strength if guard else 0, default=None)
        return self._called[key]


class _FunctionGuards(_Guards):
    def __init__(self, function: ast.AST) -> None:
        super().__init__()
        self._answers = {
            target.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and any(_name(inner) in _ASKS for inner in ast.walk(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def asked(self, names: set[str], site: Site | None) -> bool:
        return not self._answers.isdisjoint(names)


@lru_cache(maxsize=4)
def _program_guards(program: Program, options: Options) -> _ProgramGuards:
    return _ProgramGuards(program, options)


@lru_cache(maxsize=4)
def _function_guards(function: ast.AST) -> _FunctionGuards:
    return _FunctionGuards(function)


def _condition(test: ast.expr, asked: Callable[[set[str]], bool]) -> Guard | None:
    names = {_name(node) for node in ast.walk(test)}
    return _PERSON if names & _ASKS or asked(names) else guard_in(ast.unparse(test))


def _decided(test: ast.expr, site: Site, program: Program, options: Options) -> bool:
    """Whether a condition asks nobody: a switch of the command line (`if args.approve:`), by which who
    starts the program says yes to himself, or a name that is true unless somebody says otherwise."""
    while isinstance(test, ast.UnaryOp):
        test = test.operand
    if isinstance(test, ast.Attribute) and options.flag(test.attr):
        return True
    binding = program.value(test.id, site) if isinstance(test, ast.Name) else None
    return binding is not None and isinstance(binding.value, ast.Constant) and binding.value.value is True


def _statement(call: ast.Call) -> Guard | None:
    """What a call stops by itself when it is answered with no."""
    name = _name(call)
    if name in _WAITS:
        return _PERSON
    aborts = argument(call, "abort", 2)
    if name == "confirm" and isinstance(aborts, ast.Constant) and aborts.value is True:
        return _PERSON
    return _NUMBER if name in _MEASURES else None


def _lookups(program: Program) -> Iterator[Site]:
    """The calls of `list_model_packages(ModelApprovalStatus="Approved")`."""
    for name in _LISTS:
        for site in program.called.get(name, ()):
            texts = (node.value for node in ast.walk(site.node) if isinstance(node, ast.Constant))
            if any(str(text).lower() == "approved" for text in texts):
                yield site


def guard_in(condition: str) -> Guard | None:
    """What the words of a condition say that it asks for."""
    text = condition.lower()
    if any(word in text for word in _APPROVAL):
        return _RECORD
    return _NUMBER if any(word in text for word in _METRIC) else None


def _always(test: ast.expr) -> bool:
    """`bool(os.getenv("AUTO", "0"))`: every text but the empty one is true, "0" and "false" too."""
    match test:
        case ast.Call(func=ast.Name("bool"), args=[ast.Call(func, [_, ast.Constant(str() as default)])]):
            return bool(default) and ast.unparse(func) in _READS
    return False


def _asked(names: set[str], site: Site, program: Program) -> bool:
    """`answer = input(...)` and then `if answer == "yes"`, or a helper function that asks."""
    for name in names:
        for binding in program.bindings(name, site.scope):
            if any(_name(node) in _ASKS for node in ast.walk(binding.value) if isinstance(node, ast.Call)):
                return True
        function = program.function(name) if name else None
        if function is not None and any(
            dotted(node.func).rpartition(".")[2] in ("input", "confirm", "ask")
            for node in ast.walk(function.node)
            if isinstance(node, ast.Call)
        ):
            return True
    return False


@lru_cache(maxsize=64)
def _places(parent: ast.AST) -> dict[ast.AST, tuple[list[ast.stmt], int]]:
    """Of every statement of a node its block, and where it stands in it."""
    blocks = (getattr(parent, name, None) for name in ("body", "orelse", "finalbody"))
    return {
        child: (block, index)
        for block in blocks
        if isinstance(block, list)
        for index, child in enumerate(block)
    }


def _leaves(statement: ast.If) -> bool:
    """`if ...:` whose body ends the function, the loop or the program."""
    last = statement.body[-1] if statement.body else None
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    return (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and _name(last.value) in ("exit", "quit", "abort", "_exit", "fail")
    )


@lru_cache(maxsize=4)
def _parents(tree: ast.AST) -> dict[ast.AST, ast.AST]:
    """The parent of every node, made once for all calls of a file."""
    return {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}


def _callee(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
