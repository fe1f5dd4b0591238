"""AWS CDK: CodePipelines and CDK Pipelines as far as the program that makes them is literal.

Python as it is, TypeScript and JavaScript as the Python they stand for.
https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_codepipeline/Pipeline.html
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_codepipeline.Pipeline.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mlscan.documents.document import Document
from mlscan.documents.typescript_files import is_source
from mlscan.promotion.graph import Pipeline
from mlscan.promotion.lower import codepipeline
from mlscan.promotion.lower.cdk_frame import Frame, Run
from mlscan.promotion.lower.cdk_source import Source, dotted
from mlscan.promotion.lower.cdk_stages import Build
from mlscan.promotion.lower.cdk_walk import Event, Walk
from mlscan.promotion.lower.codepipeline import Stage
from mlscan.promotion.lower.context import Context
from mlscan.promotion.lower.parsed import Parsed
from mlscan.promotion.lower.words import folders

_ADDS = ("add_stage", "add_wave", "add_application_stage")
_MODERN = ("pipelines.CodePipeline", "pipelines.CdkPipeline")
_DEPTH = 3
_LIBRARY = re.compile(rb"""["'](?:aws-cdk-lib|@aws-cdk/)""")


def recognised(document: Document) -> bool:
    """Whether a file imports CDK and names a pipeline."""
    data = document.data
    if is_source(document.source.path):
        return _LIBRARY.search(data) is not None and (b"odepipeline" in data or b"ipelines" in data)
    return b"aws_cdk" in data and (b"codepipeline" in data or b"pipelines" in data)


def lower(parsed: Parsed, context: Context) -> list[Pipeline]:
    """Every pipeline a file builds. One that a function makes is read from where the function is called, if
    that is in the file: there the stages that others add are known."""
    source = Source(parsed, context)
    found: dict[int, tuple[int, Build]] = {}
    walk = Walk()
    for root in _roots(source.tree):
        for build in _builds(source, root, walk, context):
            known = found.get(id(build.call))
            size = sum(1 + len(stage.actions) for stage in build.stages)
            if known is None or size >= known[0]:
                found[id(build.call)] = (size, build)
    return [
        _pipeline(stages, build.call, source, context)
        for _, build in found.values()
        if len(stages := build.settled()) > 1
    ]


def _roots(tree: ast.Module) -> Iterator[ast.AST]:
    """Functions and methods, each as a whole, and the module's own statements."""
    loose: list[ast.stmt] = []
    for node in tree.body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        for member in members:
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                yield member
            elif not isinstance(node, ast.ClassDef):
                loose.append(member)
    yield ast.Module(loose, [])


def _builds(source: Source, root: ast.AST, walk: Walk, context: Context) -> Iterator[Build]:
    """The pipelines that one function builds, each with all the calls on it."""
    frame = Frame(source, root, Run())
    builds: dict[int, Build] = {}
    for event in walk.run(frame, root):
        kind = _kind(dotted(event.call.func), event.frame.source)
        if kind:
            if id(event.call) in builds:
                yield builds[id(event.call)]
            build = Build(event.call, event.frame, event.under, kind == "pipelines", context)
            build.open()
            builds[id(event.call)] = build
        elif builds and isinstance(event.call.func, ast.Attribute):
            _on(event, event.call.func, builds)
    yield from (build for build in builds.values() if build.frame.source is source)


def _on(event: Event, method: ast.Attribute, builds: dict[int, Build]) -> None:
    """A call on a pipeline, or on what a call on it gave."""
    owner, _ = event.frame.made(method.value)
    build = builds.get(id(owner))
    if build is not None and method.attr in _ADDS:
        build.add_stage(event)
        return
    for build in builds.values():
        if id(owner) in build.held:
            build.add_part(build.held[id(owner)], event)


def _kind(name: str, source: Source, depth: int = 0) -> str:
    """`codepipeline` or `pipelines` for the name of a class of CDK, or of one that extends it."""
    full = source.full(name)
    if full.startswith("aws_cdk"):
        if full.endswith("aws_codepipeline.Pipeline"):
            return "codepipeline"
        return "pipelines" if full.endswith(_MODERN) else ""
    if depth > _DEPTH or not name.rpartition(".")[2][:1].isupper():
        return ""
    found = source.defining(name)
    owner = found[0].classes.get(found[1]) if found is not None else None
    bases = [dotted(base) for base in owner.bases] if owner is not None else []
    return next((kind for base in bases if found and (kind := _kind(base, found[0], depth + 1))), "")


def _pipeline(stages: list[Stage], call: ast.Call, source: Source, context: Context) -> Pipeline:
    made, groups = codepipeline.jobs(stages, context)
    place = source.place(call)
    return Pipeline(
        path=source.parsed.path,
        platform=codepipeline.PLATFORM,
        place=place,
        triggers=codepipeline.triggers(stages, place),
        jobs=codepipeline.registered(made, stages, source.document),
        groups=groups,
        facts=tuple(folders(source.parsed, context.recogniser.judge)),
    )
