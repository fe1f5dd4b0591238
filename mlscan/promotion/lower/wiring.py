"""Which task waits for which, in Python that puts a pipeline together: played through statement by statement.

`a >> b`, `chain(a, b)`, `deploy(train(data))` and `with dsl.If(...):` are the same here: a call makes a task,
what is handed on makes an edge. Both branches of an `if` are taken, a loop is run once.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mlscan.promotion.graph import Gate, Unknown
from mlscan.promotion.lower.cdk_source import Function, Names, Source, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.tasks import Task

Refs = tuple[str, ...]
_DEPTH = 6
_MOST = 500
_STATEMENTS = 20_000
_AFTER = frozenset(("set_upstream", "after", "add_depends_on"))


@dataclass(frozen=True)
class Maker(ABC):
    """What a platform knows: which calls make tasks, and what a `with` puts around those inside it."""

    context: Context

    @abstractmethod
    def task(self, call: ast.Call, names: Names) -> Task | None:
        """The task that a call makes, without what stands before it; None for any other call."""

    def around(self, call: ast.Call, names: Names) -> Gate | None:
        """The gate of all tasks inside `with call:`; on most platforms there is none."""
        return None

    def behind(self, call: ast.Call) -> Sequence[ast.expr]:
        """Those arguments of a call that makes a task whose tasks come after it; most come before it."""
        return ()


@dataclass
class Wiring:
    """The tasks that statements make, in order. `env` holds what names stand for, `barren` the functions that
    made no task, `played` how many statements were played."""

    maker: Maker
    names: Names
    tasks: dict[str, Task] = field(default_factory=dict)
    env: dict[str, Refs] = field(default_factory=dict)
    made: dict[int, Refs] = field(default_factory=dict)
    gates: tuple[Gate, ...] = ()
    before: Refs = ()
    depth: int = 0
    barren: set[int] = field(default_factory=set)
    played: list[int] = field(default_factory=lambda: [0])

    def run(self, statements: Iterable[ast.stmt]) -> Refs:
        """Play statements through; what is returned by them."""
        returned: Refs = ()
        for statement in statements:
            self.played[0] += 1
            if len(self.tasks) > _MOST or self.played[0] > _STATEMENTS:
                break
            returned += self._statement(statement)
        return returned

    def _statement(self, node: ast.stmt) -> Refs:
        match node:
            case ast.Assign():
                refs = self.value(node.value)
                for target in node.targets:
                    self._bind(target, refs, node.value)
            case ast.AnnAssign(value=ast.expr() as value):
                self._bind(node.target, self.value(value), value)
            case ast.AugAssign():
                name = dotted(node.target)
                self.env[name] = self.env.get(name, ()) + self.value(node.value)
            case ast.Expr():
                self.value(node.value)
            case ast.Return(value=ast.expr() as value):
                return self.value(value)
            case ast.With() | ast.AsyncWith():
                return self._with(node)
            case ast.If():
                return self.run(node.body) + self.run(node.orelse)
            case ast.For() | ast.AsyncFor():
                self._bind(node.target, self.value(node.iter), node.iter)
                return self.run(node.body) + self.run(node.orelse)
            case ast.While():
                return self.run(node.body)
            case ast.Try():
                parts = [*node.body, *(s for handler in node.handlers for s in handler.body)]
                return self.run([*parts, *node.orelse, *node.finalbody])
        return ()

    def _bind(self, target: ast.expr, refs: Refs, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            for index, item in enumerate(target.elts):
                own = self.made.get(id(value.elts[index]), refs) if same else refs  # type: ignore[attr-defined]
                self._bind(item, own, value)
        elif name := _name(target):
            self.env[name] = refs

    def _with(self, node: ast.With | ast.AsyncWith) -> Refs:
        gates, before = self.gates, self.before
        count = len(self.tasks)
        for item in node.items:
            call = item.context_expr
            if isinstance(call, ast.Call):
                gate = self.maker.around(call, self.names)
                if gate is not None:
                    self.gates += (gate,)
                    self.before += self.value(call)
        returned = self.run(node.body)
        inside = tuple(self.tasks)[count:]
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, inside, item.context_expr)
        self.gates, self.before = gates, before
        return returned

    def value(self, node: ast.AST) -> Refs:
        """The tasks that an expression stands for, made on the way."""
        if id(node) in self.made and isinstance(node, ast.Call):
            return self.made[id(node)]
        match node:
            case ast.Name() | ast.Attribute() | ast.Subscript() if _name(node) in self.env:
                refs = self.env[_name(node)]
            case ast.BinOp(op=ast.RShift()):
                refs = self._chained(node.left, node.right)
            case ast.BinOp(op=ast.LShift()):
                left, right = self.value(node.left), self.value(node.right)
                self._edge(right, left, node.right)
                refs = right
            case ast.Call():
                refs = self._call(node)
            case ast.Lambda() | ast.Constant():
                refs = ()
            case _:
                refs = tuple(dict.fromkeys(r for n in ast.iter_child_nodes(node) for r in self.value(n)))
        self.made[id(node)] = refs
        return refs

    def _chained(self, first: ast.expr, second: ast.expr) -> Refs:
        left = self.value(first)
        if isinstance(second, ast.Call) and dotted(second.func).rpartition(".")[2] == "Label":
            return left
        right = self.value(second)
        self._edge(left, right, first)
        return right

    def _edge(self, before: Sequence[str], after: Sequence[str], said: ast.expr) -> None:
        place = self.names.source.place(said)
        for name in after:
            task = self.tasks[name]
            if not before and not isinstance(said, ast.Constant | ast.List | ast.Tuple):
                task.unknowns.append(
                    Unknown(f"what '{ast.unparse(said)[:60]}' stands for", place, may_gate=True)
                )
            task.after |= {other: place for other in before if other != name}

    def _call(self, node: ast.Call) -> Refs:
        task = self.maker.task(node, self.names)
        if task is not None:
            return self._added(task, node)
        method = dotted(node.func).rpartition(".")[2]
        receiver = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else ()
        if method == "set_downstream" and node.args:
            self._edge(receiver, self.value(node.args[0]), node.func)
            return receiver
        if method in _AFTER:
            for argument in node.args:
                self._edge(self.value(argument), receiver, argument)
            return receiver
        if method in ("append", "extend") and isinstance(node.func, ast.Attribute) and node.args:
            name = dotted(node.func.value)
            self.env[name] = self.env.get(name, ()) + self.value(node.args[0])
            return ()
        if method in ("chain", "cross_downstream", "chain_linear"):
            return self._row(node, method)
        owner, function = self.names.source.function(dotted(node.func))
        if owner is not None and function is not None and self.depth < _DEPTH:
            return self._helper(node, owner, function)
        values = (*node.args, *(word.value for word in node.keywords))
        return tuple(dict.fromkeys((*receiver, *(r for value in values for r in self.value(value)))))

    def _row(self, node: ast.Call, method: str) -> Refs:
        refs = [self.value(argument) for argument in node.args]
        for (left, right), said in zip(pairwise(refs), node.args, strict=False):
            if method == "chain" and len(left) == len(right) > 1:
                for one, other in zip(left, right, strict=True):
                    self._edge((one,), (other,), said)
            else:
                self._edge(left, right, said)
        return refs[-1] if refs else ()

    def _added(self, task: Task, node: ast.Call) -> Refs:
        while task.id in self.tasks:
            task.id += "_"
        behind = self.maker.behind(node)
        later = [r for child in behind for r in self.value(child)]
        parts = (node.func, *node.args, *(word.value for word in node.keywords))
        given = [r for child in parts if child not in behind for r in self.value(child)]
        place = self.names.source.place(node)
        task.after |= dict.fromkeys((*self.before, *given), place)
        task.gates += self.gates
        self.tasks[task.id] = task
        self.made[id(node)] = (task.id,)
        task.branches = tuple(later)
        self._edge((task.id,), later, node)
        return (task.id,)

    def _helper(self, node: ast.Call, owner: Source, function: Function) -> Refs:
        """A function of the repository that makes tasks: what it returns, or all it made."""
        parameters = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
        given = dict(zip(parameters, node.args, strict=False))
        given |= {word.arg: word.value for word in node.keywords if word.arg}
        env = {name: self.value(value) for name, value in given.items()}
        if id(function) in self.barren and not any(env.values()):
            return ()
        inner = Wiring(
            self.maker, Names(owner, function, given, self.names), self.tasks, env, gates=self.gates,
            before=self.before, depth=self.depth + 1, barren=self.barren, played=self.played,
        )  # fmt: skip
        count = len(self.tasks)
        returned = inner.run(function.body)
        made = tuple(self.tasks)[count:]
        if not made:
            self.barren.add(id(function))
        return returned or made


def _name(node: ast.expr) -> str:
    """What an expression is bound by: `task`, `self.task`, `tasks['train']`."""
    return ast.unparse(node) if isinstance(node, ast.Subscript) else dotted(node)
