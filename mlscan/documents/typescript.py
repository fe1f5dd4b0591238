"""TypeScript and JavaScript as Python's `ast`, so that code that reads one reads the other.

`stageName` becomes `stage_name`, `this` becomes `self`, `new f(a, {b: c})` becomes `f(a, b=c)`, another
object `dict(b=c)`, a constructor `__init__`, a callback a function of its own before the statement. A module
keeps the text it is imported by (`./gates`), those of AWS CDK get their names in Python. Positions are those
of the TypeScript: lines end at LF, columns count bytes. What has no counterpart is left out.
https://docs.aws.amazon.com/cdk/v2/guide/work-with-cdk-python.html#work-with-cdk-python-differences
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from mlscan.documents.typescript_expressions import Expressions, parts_of, placed, snake, text_of
from mlscan.documents.typescript_imports import handed_on, imported, required, taken

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MAX_BYTES = 200_000
_DEEPEST = 150
_MAX_LINE = 2_000
_GENERATED = re.compile(rb'"__esModule"|^\S{0,400}__webpack_require__', re.MULTILINE)
_BRACKETS = re.compile(rb"[(\[{]|[)\]}]")
# Type arguments that never end: the parser tries each `<` as a comparison, too.
_ENDLESS = re.compile(rb"(?:<[^<>]{0,200}){100}")
_LONG = re.compile(rb"[^\n]{%d}" % _MAX_LINE)
_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_CLASSES = ("class_declaration", "abstract_class_declaration", "class")
_DEFINES = ("function_declaration", "generator_function_declaration")
_PARAMETERS = ("required_parameter", "optional_parameter")


@lru_cache(maxsize=64)
def tree_of(data: bytes) -> ast.Module | None:
    """The module, with what could not be understood left out; None for what a compiler or bundler wrote."""
    if len(data) > _MAX_BYTES or _LONG.search(data) or _GENERATED.search(data) or _tangled(data):
        return None
    translator = _Statements()
    return ast.Module(translator.block(_parser().parse(data).root_node), [])


def _tangled(data: bytes) -> bool:
    """Whether a text nests as no person does, which takes the parser minutes."""
    depth = 0
    for bracket in _BRACKETS.findall(data):
        depth = depth + 1 if bracket in b"([{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return _ENDLESS.search(data) is not None


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_typescript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_typescript()))


class _Statements(Expressions):
    """Translates statements, each into any number of Python's."""

    def block(self, node: Node | None) -> list[ast.stmt]:
        """The statements of a block, or the only one where there are no braces."""
        if node is None:
            return []
        inside = node.type in ("program", "statement_block", "class_body", "switch_case", "switch_default")
        found: list[ast.stmt] = []
        outer, self.hoisted = self.hoisted, []
        for child in parts_of(node) if inside else [node]:
            made = list(self._statement(child))
            found += [*self.hoisted, *made]
            self.hoisted.clear()
        self.hoisted = outer
        return found

    def _statement(self, node: Node) -> Iterator[ast.stmt]:
        self._depth += 1
        try:
            if self._depth < 90:
                yield from self._made(node)
        finally:
            self._depth -= 1

    def _made(self, node: Node) -> Iterator[ast.stmt]:
        kind, field = node.type, node.child_by_field_name
        if kind == "expression_statement":
            yield from self._effect(next(iter(parts_of(node)), None))
        elif kind in _DECLARATIONS:
            for one in parts_of(node):
                yield from self._declared(one)
        elif kind == "export_statement":
            yield from self._exported(node)
        elif kind == "import_statement":
            yield from imported(node)
        elif kind in _CLASSES:
            yield self._class(node)
        elif kind in _DEFINES:
            yield self.function(node, snake(text_of(field("name"))))
        elif kind == "enum_declaration":
            yield self._enum(node)
        elif kind == "if_statement":
            other = field("alternative")
            body = self.block(field("consequence"))
            orelse = self.block(next(iter(parts_of(other)), None)) if other is not None else []
            yield placed(ast.If(self.expression(field("condition")), body, orelse), node)
        elif kind == "for_in_statement":
            yield self._loop(field("left"), self.expression(field("right")), field("body"), node)
        elif kind in ("for_statement", "while_statement", "do_statement"):
            unknown = placed(ast.Name("_", ast.Load()), node)
            yield placed(ast.While(unknown, self.block(field("body")), []), node)
        elif kind == "try_statement":
            yield from self.block(field("body"))
            final = field("finalizer")
            yield from self.block(final.child_by_field_name("body")) if final is not None else ()
        elif kind == "switch_statement":
            yield from self._switch(node)
        elif kind == "return_statement":
            given = next(iter(parts_of(node)), None)
            yield placed(ast.Return(self.expression(given) if given is not None else None), node)
        elif kind == "continue_statement":
            yield placed(ast.Continue(), node)
        elif kind == "statement_block":
            yield from self.block(node)
        elif kind in ("internal_module", "module"):
            yield from self.block(field("body"))

    def _effect(self, node: Node | None) -> Iterator[ast.stmt]:
        """An expression that stands for what it does."""
        while node is not None and node.type in ("parenthesized_expression", "await_expression"):
            node = next(iter(parts_of(node)), None)
        if node is None:
            return
        if node.type in ("internal_module", "module"):
            yield from self.block(node.child_by_field_name("body"))
        elif node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            yield from self._bound(left, self.expression(right), node)
        elif node.type == "binary_expression" and text_of(node.child_by_field_name("operator")) == "&&":
            test = self.expression(node.child_by_field_name("left"))
            yield placed(ast.If(test, list(self._effect(node.child_by_field_name("right"))), []), node)
        elif (each := _each(node)) is not None:
            listed, given = each
            item = next(iter(_parameters(given)), None)
            yield self._loop(item, self.expression(listed), given.child_by_field_name("body"), node)
        else:
            yield placed(ast.Expr(self.expression(node)), node)

    def _loop(self, item: Node | None, iterable: ast.expr, body: Node | None, node: Node) -> ast.For:
        target = self._target(item)
        pattern = item.child_by_field_name("pattern") or item if item is not None else None
        opening: list[ast.stmt] = []
        if pattern is not None and pattern.type == "object_pattern" and isinstance(target, ast.Name):
            opening += self._bound(pattern, target, pattern)
        return placed(ast.For(target, iterable, [*opening, *self.block(body)], []), node)

    def _declared(self, node: Node) -> Iterator[ast.stmt]:
        value, name = node.child_by_field_name("value"), node.child_by_field_name("name")
        if value is None or name is None:
            return
        if value.type in ("arrow_function", "function_expression") and name.type == "identifier":
            yield self.function(value, snake(text_of(name)))
        elif (module := required(value)) is not None:
            yield from taken(name, module, node)
        else:
            yield from self._bound(name, self.expression(value), node)

    def _bound(self, left: Node | None, value: ast.expr, node: Node) -> Iterator[ast.stmt]:
        """Names given values; those of an object pattern are the attributes of what they are taken from."""
        if left is None:
            return
        if left.type != "object_pattern":
            yield placed(ast.Assign([self._target(left)], value), node)
            return
        for part in parts_of(left):
            key, inner = part, part
            if part.type == "pair_pattern":
                key, inner = (part.child_by_field_name(name) or part for name in ("key", "value"))
            if inner.type in ("object_assignment_pattern", "assignment_pattern"):
                inner = inner.named_children[0]
                key = inner if part.type == "object_assignment_pattern" else key
            if part.type != "rest_pattern":
                taken = placed(ast.Attribute(value, self.key(key), ast.Load()), part)
                yield from self._bound(inner, taken, part)

    def _target(self, node: Node | None) -> ast.expr:
        if node is not None and node.type in (*_PARAMETERS, "assignment_pattern"):
            return self._target(node.child_by_field_name("pattern") or node.child_by_field_name("left"))
        if node is not None and node.type == "array_pattern":
            return placed(ast.Tuple([self._target(item) for item in parts_of(node)], ast.Store()), node)
        if node is not None and node.type == "shorthand_property_identifier_pattern":
            return placed(ast.Name(snake(text_of(node)), ast.Store()), node)
        if node is not None and node.type == "object_pattern":
            # Bound to one name; the body takes its own names from there.
            return placed(ast.Name(f"_object_{node.start_byte}", ast.Store()), node)
        return self.expression(node)

    def function(self, node: Node, name: str) -> ast.FunctionDef:
        listed: list[ast.arg] = []
        opening: list[ast.stmt] = []
        for parameter in _parameters(node):
            target = self._target(parameter)
            written = target.id if isinstance(target, ast.Name) else "_"
            listed.append(placed(ast.arg(written), parameter))
            pattern = parameter.child_by_field_name("pattern")
            value = placed(ast.Name(written, ast.Load()), parameter)
            if pattern is not None and pattern.type == "object_pattern":
                opening += self._bound(pattern, value, pattern)
            elif any(part.type == "accessibility_modifier" for part in parameter.children):
                held = placed(ast.Attribute(ast.Name("self", ast.Load()), written, ast.Store()), parameter)
                opening.append(placed(ast.Assign([held], value), parameter))
        body = node.child_by_field_name("body")
        if body is None or body.type == "statement_block":
            made = self.block(body)
        else:
            outer, self.hoisted = self.hoisted, []
            returned = placed(ast.Return(self.expression(body)), body)
            made = [*self.hoisted, returned]
            self.hoisted = outer
        arguments = ast.arguments([], listed, None, [], [], None, [])
        return placed(ast.FunctionDef(name, arguments, [*opening, *made], []), node)

    def _class(self, node: Node) -> ast.ClassDef:
        heritage = next((part for part in node.children if part.type == "class_heritage"), None)
        extends = next(iter(parts_of(heritage)), None) if heritage is not None else None
        if extends is not None and extends.type == "extends_clause":
            extends = extends.child_by_field_name("value")
        bases = [self.expression(extends)] if extends is not None else []
        members: list[ast.stmt] = []
        body = node.child_by_field_name("body")
        for member in parts_of(body) if body is not None else ():
            named, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            name = snake(text_of(named))
            if member.type == "method_definition":
                members.append(self.function(member, "__init__" if name == "constructor" else name))
            elif value is not None and value.type == "arrow_function":
                members.append(self.function(value, name))
            elif value is not None and named is not None:
                target = placed(ast.Name(name, ast.Store()), named)
                members.append(placed(ast.Assign([target], self.expression(value)), member))
        title = text_of(node.child_by_field_name("name"))
        return placed(ast.ClassDef(title, bases, [], members, []), node)

    def _enum(self, node: Node) -> ast.ClassDef:
        body = node.child_by_field_name("body")
        members: list[ast.stmt] = []
        for member in parts_of(body) if body is not None else ():
            name, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            if name is not None and value is not None:
                target = placed(ast.Name(self.key(name), ast.Store()), name)
                members.append(placed(ast.Assign([target], self.expression(value)), member))
        return placed(ast.ClassDef(text_of(node.child_by_field_name("name")), [], [], members, []), node)

    def _switch(self, node: Node) -> Iterator[ast.stmt]:
        """Every case is a branch of its own."""
        subject = self.expression(node.child_by_field_name("value"))
        body = node.child_by_field_name("body")
        for case in parts_of(body) if body is not None else ():
            value = case.child_by_field_name("value")
            other = self.expression(value) if value is not None else placed(ast.Name("_", ast.Load()), case)
            inside = [
                statement for part in case.children_by_field_name("body") for statement in self.block(part)
            ]
            yield placed(ast.If(placed(ast.Compare(subject, [ast.Eq()], [other]), case), inside, []), case)

    def _exported(self, node: Node) -> Iterator[ast.stmt]:
        if node.child_by_field_name("source") is not None:
            yield from handed_on(node)
            return
        for name in ("declaration", "value"):
            inner = node.child_by_field_name(name)
            if inner is not None:
                yield from self._statement(inner)


def _each(node: Node) -> tuple[Node, Node] | None:
    """What `listed.forEach(item => {...})` goes over, and the function."""
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is None or given is None or text_of(called.child_by_field_name("property")) != "forEach":
        return None
    listed, function = called.child_by_field_name("object"), next(iter(parts_of(given)), None)
    return (listed, function) if listed and function and function.child_by_field_name("body") else None


def _parameters(node: Node) -> list[Node]:
    listed = node.child_by_field_name("parameters")
    single = node.child_by_field_name("parameter")
    return parts_of(listed) if listed is not None else [single] if single is not None else []
