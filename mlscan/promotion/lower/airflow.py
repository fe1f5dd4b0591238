"""Apache Airflow: every DAG of a Python file, its tasks as jobs in the order that `>>` and data give them.

https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlscan.documents.document import Document
from mlscan.model import Place
from mlscan.promotion.graph import Pipeline, Trigger, TriggerKind
from mlscan.promotion.lower.airflow_rules import ruled
from mlscan.promotion.lower.airflow_tasks import Operators
from mlscan.promotion.lower.cdk_source import Function, Names, Source, argument, dotted
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.tasks import pipeline_of
from mlscan.promotion.lower.wiring import Wiring

PLATFORM = "airflow"
_IMPORTS = re.compile(rb"(?m)^[ \t]*(?:from|import)[ \t]+airflow\b")
_DAG = re.compile(rb"\bDAG\b|@dag\b")
_BY_HAND = frozenset(("None", "@once", "@external", ""))


def recognised(document: Document) -> bool:
    """Whether a Python file imports Airflow and makes a DAG."""
    return _IMPORTS.search(document.data) is not None and _DAG.search(document.data) is not None


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """One pipeline for each DAG of a file."""
    source = Source(parsed, context)
    found: list[Pipeline] = []
    for dag in _dags(source):
        wiring = Wiring(Operators(context), dag.names)
        wiring.run(dag.body)
        tasks = [task for task in wiring.tasks.values() if not dag.held or task.owner == dag.held]
        ruled(tasks)
        place = source.place(dag.call) if dag.call is not None else source.place_of(dag.function)
        made = pipeline_of(dag.id, PLATFORM, place, dag.triggers(place), tasks, parsed, context)
        if made is not None:
            found.append(made)
    return found


@dataclass
class _Dag:
    """A DAG: the call that makes it, and the statements that make its tasks. `held` is its variable where a
    file gives it to every task by name."""

    names: Names
    body: list[ast.stmt]
    call: ast.Call | None
    function: Function
    held: str = ""
    id: str = field(init=False)

    def __post_init__(self) -> None:
        given = argument(self.call, "dag_id", 0) if self.call is not None else None
        self.id = self.names.text(given) if given is not None else self.function.name

    def triggers(self, place: Place) -> tuple[Trigger, ...]:
        """Its schedule, and anybody who may start it. Without a schedule Airflow 3 waits for a person."""
        by_hand = Trigger(TriggerKind.MANUAL, "start of the DAG", place)
        for name in ("schedule", "schedule_interval", "timetable"):
            given = argument(self.call, name) if self.call is not None else None
            if given is None:
                continue
            value, names = self.names.value(given)
            said = names.source.place(given if names is self.names or value is None else value)
            if isinstance(value, ast.List | ast.Tuple | ast.BinOp) or (
                isinstance(value, ast.Call) and dotted(value.func).endswith(("Asset", "Dataset"))
            ):
                return (Trigger(TriggerKind.UPSTREAM, "update of a data set", said), by_hand)
            written = isinstance(value, ast.Constant | ast.Call)
            if written and not (isinstance(value, ast.Constant) and str(value.value) in _BY_HAND):
                return (Trigger(TriggerKind.SCHEDULE, "schedule", said), by_hand)
        return (by_hand,)


_NOWHERE = ast.FunctionDef("", ast.arguments([], [], None, [], [], None, []), [], [])


def _dags(source: Source) -> Iterator[_Dag]:
    """Every DAG: a decorated function, a `with`, or a variable that tasks are given."""
    for owner in (source.tree, *source.functions.values()):
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in owner.decorator_list:
                if _makes(decorator, source) == "dag":
                    call = decorator if isinstance(decorator, ast.Call) else None
                    yield _Dag(Names(source, owner), owner.body, call, owner)
        function = owner if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef) else _NOWHERE
        names = Names(source, owner)
        held: dict[str, ast.Call] = {}
        inside: set[str] = set()
        for statement in _shallow(owner):
            if isinstance(statement, ast.Assign) and _makes(statement.value, source) == "DAG":
                assert isinstance(statement.value, ast.Call)
                held[dotted(statement.targets[0])] = statement.value
            elif isinstance(statement, ast.With):
                for item in statement.items:
                    if isinstance(item.context_expr, ast.Call) and _makes(item.context_expr, source) == "DAG":
                        yield _Dag(names, statement.body, item.context_expr, function)
                    elif dotted(item.context_expr) in held:
                        name = dotted(item.context_expr)
                        inside.add(name)
                        yield _Dag(names, statement.body, held[name], function)
        loose = [one for one in owner.body if not _opens(one, source, held)]
        for name, call in held.items():
            if name not in inside:
                yield _Dag(names, loose, call, function, name if len(held) > 1 else "")


def _opens(statement: ast.stmt, source: Source, held: Mapping[str, ast.Call]) -> bool:
    """Whether a statement is the `with` of a DAG."""
    return isinstance(statement, ast.With) and any(
        _makes(item.context_expr, source) == "DAG" or dotted(item.context_expr) in held
        for item in statement.items
    )


def _makes(node: ast.expr, source: Source) -> str:
    """`DAG` or `dag` where an expression is a call or decorator of that name, from Airflow."""
    call = isinstance(node, ast.Call)
    full = source.full(dotted(node))
    last = full.rpartition(".")[2]
    if last == "DAG":
        return "DAG" if call and ("airflow" in full or full == "DAG") else ""
    return "dag" if last == "dag" and full.startswith("airflow") else ""


def _shallow(owner: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a function or module in order, those of functions inside it left out."""
    for node in ast.iter_child_nodes(owner):
        if isinstance(node, ast.stmt):
            yield node
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _shallow(node)
        elif isinstance(node, ast.ExceptHandler):
            yield from _shallow(node)
