"""What a literal stands in: whether a look-up can stand there, and what the code calls the value."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from mlscan.fix.code import Code
from mlscan.fix.edits import RefusedError

_OPTIONS = frozenset(("add_argument", "add_option"))
_GETTERS = frozenset(("os.getenv", "os.environ.get", "getenv", "environ.get"))
# Functions whose text runs somewhere else, without the imports and the environment of this program: see
# https://www.kubeflow.org/docs/components/pipelines/user-guides/components/lightweight-python-components/ and
# https://airflow.apache.org/docs/apache-airflow/stable/tutorial/taskflow.html#using-python-environment-with-conflicting-dependencies
_ELSEWHERE = re.compile(
    r"(?:^|\.)(?:component|container_component|lightweight_component|create_component_from_func|func_to_container_op"
    r"|task\.(?:virtualenv|docker|kubernetes|external_python))$"
)
_REMOTE = re.compile(r"(?:^|\.)(?:remote|udf|pandas_udf)$")
_DEFAULT = "a default is evaluated when the module is imported, also for those who pass a value of their own"
_NAMES_FIRST = re.compile(r"(?i)^(?:set|put|with|add|get)|conf|header|env|propert")
_SETS = ("set", "put", "with", "add")
_FIELDS = frozenset(("Field", "field", "Option", "Argument"))


@dataclass(slots=True)
class Context:
    """`hint` is what the code calls the value. `exact` is the environment variable that it is the value of.

    `whole` is what is replaced instead of the literal: a `getenv` with a default, or a statement that only
    sets the variable (`removed`). `default` tells of an option that may be missing. `caution` is why a
    look-up there may change what the program does.
    """

    hint: str = ""
    exact: str = ""
    whole: cst.CSTNode | None = None
    removed: bool = False
    default: bool = False
    nested: bool = False
    caution: str = ""


def context_of(code: Code, literal: cst.CSTNode) -> Context:
    """The context of a literal; raises RefusedError where nothing but a literal can stand."""
    found = Context()
    below = literal
    for above in code.ancestors(literal):
        _forbid(above, below)
        if isinstance(above, cst.FormattedStringExpression):
            if below is not above.expression:
                raise RefusedError("it stands in the format of an f-string")
            found.nested = True
        elif isinstance(above, cst.Param):
            found.hint = found.hint or above.name.value
            found.caution = _DEFAULT
        elif isinstance(above, cst.Call):
            _called(code, above, below, literal, found)
        elif isinstance(above, cst.Arg) and above.keyword is not None:
            found.hint = found.hint or above.keyword.value
        elif isinstance(above, cst.DictElement) and below is above.value:
            found.hint = found.hint or _text(above.key)
        elif isinstance(above, cst.BooleanOperation) and below is above.right:
            found.exact = found.exact or _read(code, above.left)
        elif isinstance(above, cst.Assign | cst.AnnAssign | cst.NamedExpr):
            _assigned(code, above, below, literal, found)
        elif isinstance(above, cst.FunctionDef):
            _function(code, above, found)
        below = above
    return found


def _forbid(above: cst.CSTNode, below: cst.CSTNode) -> None:
    texts = cst.SimpleString | cst.ConcatenatedString | cst.FormattedString
    if isinstance(above, cst.Expr) and isinstance(below, texts):
        raise RefusedError("it stands in a docstring or a text of its own: delete it there")
    if isinstance(above, cst.MatchPattern):
        raise RefusedError("a pattern of `match` takes literals only")
    if isinstance(above, cst.Annotation):
        raise RefusedError("it stands in a type annotation")
    if isinstance(above, cst.Subscript) and below is not above.value:
        name = above.value.attr if isinstance(above.value, cst.Attribute) else above.value
        if isinstance(name, cst.Name) and name.value in ("Literal", "Annotated"):
            raise RefusedError("a type takes literals only")


def _function(code: Code, function: cst.FunctionDef, found: Context) -> None:
    for decorator in function.decorators:
        node = decorator.decorator
        name = code.source(node.func if isinstance(node, cst.Call) else node)
        if _REMOTE.search(name):
            found.caution = f"the function runs on other machines (`@{name}`), which have another environment"
        if _ELSEWHERE.search(name):
            raise RefusedError(
                f"the function runs elsewhere (`@{name}`), without this program's imports and environment: "
                "pass it in as a secret there"
            )


def _called(code: Code, call: cst.Call, below: cst.CSTNode, literal: cst.CSTNode, found: Context) -> None:
    arguments = [item for item in call.args if item is below]
    if not arguments:
        return
    name = code.source(call.func)
    short = name.rpartition(".")[2]
    argument = arguments[0]
    keyword = argument.keyword.value if argument.keyword else ""
    first = call.args[0].value if call.args and not call.args[0].keyword else None
    told = _text(first) if first is not None else ""
    second = len(call.args) > 1 and call.args[1] is argument
    if name in _GETTERS and argument.value is literal and (keyword == "default" or second) and told:
        found.exact, found.whole = told, call
    elif short == "setdefault" and "environ" in name and second and told:
        found.exact = told
        statement = code.parent(call)
        if argument.value is literal and isinstance(statement, cst.Expr):
            found.whole, found.removed = statement, True
    elif short in _OPTIONS and keyword in ("default", "const"):
        flags = [text for item in call.args if not item.keyword and (text := _text(item.value))]
        found.hint = max(flags, key=len, default="")
        found.default = argument.value is literal and keyword == "default"
    elif short in _FIELDS:
        found.caution = (
            "a default that a user or a settings file may replace would have to be set all the same"
        )
    elif second and told and not keyword and _NAMES_FIRST.search(short):
        found.hint = found.hint or ".".join(told.split(".")[-2:])
        if "env" in short.lower() and not short.lower().startswith(_SETS):
            found.exact = told
            found.caution = "what reads this variable may read it from elsewhere too"


def _assigned(
    code: Code,
    node: cst.Assign | cst.AnnAssign | cst.NamedExpr,
    below: cst.CSTNode,
    literal: cst.CSTNode,
    found: Context,
) -> None:
    if isinstance(node, cst.Assign):
        target: cst.CSTNode = node.targets[0].target
    else:
        target = node.target
    if isinstance(target, cst.Tuple | cst.List) and isinstance(below, cst.Tuple | cst.List):
        index = next((i for i, item in enumerate(below.elements) if item.value is literal), None)
        if index is None or index >= len(target.elements):
            return
        target = target.elements[index].value
    variable = _variable(code, target)
    if variable:
        found.exact = found.exact or variable
        if isinstance(node, cst.Assign) and len(node.targets) == 1 and node.value is literal:
            found.whole, found.removed = node, True
    found.hint = found.hint or _called_as(target)
    if isinstance(node, cst.AnnAssign) and _in_class(code, node):
        found.caution = (
            "a field's default is evaluated when the module is imported, and settings may replace it"
        )


def _in_class(code: Code, node: cst.CSTNode) -> bool:
    holder = next(
        (item for item in code.ancestors(node) if isinstance(item, cst.ClassDef | cst.FunctionDef)), None
    )
    return isinstance(holder, cst.ClassDef)


def _variable(code: Code, target: cst.CSTNode) -> str:
    """The name in `os.environ["NAME"]`."""
    if isinstance(target, cst.Subscript) and code.source(target.value) in ("os.environ", "environ"):
        return _called_as(target)
    return ""


def _read(code: Code, node: cst.CSTNode) -> str:
    """The variable that `os.getenv("NAME")` or `os.environ.get("NAME")` reads."""
    if isinstance(node, cst.Call) and code.source(node.func) in _GETTERS and node.args:
        return _text(node.args[0].value)
    return ""


def _called_as(target: cst.CSTNode) -> str:
    if isinstance(target, cst.Name):
        return target.value
    if isinstance(target, cst.Attribute):
        return target.attr.value
    if isinstance(target, cst.Subscript) and len(target.slice) == 1:
        index = target.slice[0].slice
        return _text(index.value) if isinstance(index, cst.Index) else ""
    return ""


def _text(node: cst.CSTNode) -> str:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else ""
    return value if isinstance(value, str) else ""
