"""TypeScript as Python's `ast`: spelling, positions, input that no person wrote."""

from __future__ import annotations

import ast
import time

import pytest
from deliveries import graph_of, kinds_of

from mlscan.documents.typescript import tree_of
from mlscan.documents.typescript_files import is_source


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("const a = new cp.Pipe(this, 'P', {aB: x!, y});", "a = cp.Pipe(self, 'P', a_b=x, y=y)"),
        ("import * as cp from 'aws-cdk-lib/aws-codepipeline';", "import aws_cdk.aws_codepipeline as cp"),
        ("const { Pipeline } = require('@aws-cdk/pipelines')", "from aws_cdk.pipelines import Pipeline"),
        ("for (const e of envs) f(e as string)", "for e in envs:\n    f(e)"),
        ("e.forEach(({ n }) => { go(n) })", "for _object_11 in e:\n    n = _object_11.n\n    go(n)"),
        ("stages.push({ a: 1 })", "stages.append(dict(a=1))"),
        ("if (a === 'b' && !c) { d() } else { e() }", "if a == 'b' and (not c):\n    d()\nelse:\n    e()"),
        ("const t = `x-${this.stageName}`", "t = f'x-{self.stage_name}'"),
        ("enum Tier { PROD = 'prod' }", "class Tier:\n    PROD = 'prod'"),
    ],
)  # fmt: skip
def test_reads_as_python(code: str, expected: str) -> None:
    tree = tree_of(code.encode())
    assert tree is not None
    assert ast.unparse(tree) == expected


def test_positions_count_bytes() -> None:
    tree = tree_of("// é\nconst ä = call(\n  'é', other);\n".encode())
    assert tree is not None
    (call,) = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    assert [(node.lineno, node.col_offset) for node in call.args] == [(3, 2), (3, 8)]


def test_what_nobody_wrote_is_no_source() -> None:
    assert is_source("lib/a.ts")
    assert not any(
        map(is_source, ("a.d.ts", "a.test.ts", "node_modules/x/a.js", "a.min.js", "a.tsx", "a.py"))
    )
    assert tree_of(b'Object.defineProperty(exports, "__esModule", { value: true });') is None
    assert tree_of(b"var a=1;" * 1000) is None


PIPES = """
    import { CodePipeline, CodePipelineSource, ManualApprovalStep, Step } from 'aws-cdk-lib/pipelines';

    export function build(stack: Stack, wanted: boolean) {
      const origin = CodePipelineSource.gitHub('acme/churn', 'main');
      const pipe = new CodePipeline(stack, 'P', { synth: new ShellStep('S', { input: origin }) });
      const ask = new ManualApprovalStep('Ask');
      %s
    }
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("pipe.addStage(new App(stack, 'Prod'));", "ungated"),
        ("pipe.addStage(new App(stack, 'Prod'), { pre: [ask] });", "gated"),
        ("pipe.addStage(new App(stack, 'Prod'), { post: [ask] });", "ungated"),
        ("pipe.addStage(new App(stack, 'Prod'), { pre: wanted ? [ask] : undefined });", "gate-unverified"),
        ("pipe.addStage(new App(stack, 'Prod'), { pre: [...(wanted ? [ask] : [])] });", "gate-unverified"),
        ("pipe.addStage(new App(stack, 'Prod'), { pre: Step.sequence([test, ask]) });", "gated"),
        ("const s = pipe.addStage(new App(stack, 'Prod')); s.addPre(ask);", "gated"),
        ("const s = pipe.addStage(new App(stack, 'Prod')); if (wanted) s.addPre(ask);", "gate-unverified"),
        ("const w = pipe.addWave('W', { pre: [ask] }); w.addStage(new App(stack, 'Prod'));", "gated"),
        ("['Prod'].forEach(e => { pipe.addStage(new App(stack, e), { pre: [ask] }) });", "gated"),
        ("for (const e of ['Prod']) { if (e === 'Prod') continue; pipe.addStage(app); }", None),
        ("pipe.addStage(new App(stack, 'Prod'), e === 'x' ? {} : { post: [ask] });", "ungated"),
        ("const o = { pre: [ask] }; pipe.addStage(new App(stack, 'Prod'), o);", "gated"),
    ],
)  # fmt: skip
def test_cdk_pipelines(lines: str, expected: str | None) -> None:
    found = [kind for _, kind in kinds_of({"lib/app.ts": PIPES % lines})]
    assert found == ([expected] if expected else [])


def test_stages_that_a_function_adds() -> None:
    text = PIPES % "ship(pipe, 'Staging'); ship(pipe, 'Prod', ask);"
    text += (
        "\n    function ship(p, name, step) { p.addStage(new App(p, name), { pre: step ? [step] : [] }) }\n"
    )
    assert kinds_of({"lib/app.ts": text}) == [
        ("Staging.Staging", "no-prod"),
        ("Prod.Prod", "gated"),
    ]


HEAD = "import * as p from 'aws-cdk-lib/pipelines';\nconst q = new p.CodePipeline(this, 'P', {});\n"


@pytest.mark.parametrize(
    "tail",
    [
        "const s = " + "[\n" * 140 + "]\n" * 140,
        "if (a) {\n" * 20_000,
        "f<a,\n" * 20_000,
        ("f<a,\n" * 95 + ">;\n") * 300,
        "const s = " + '"a" +\n' * 20_000 + '"b"',
        "}{)(<>=>`${'\"/*\n" * 9_000,
        "let a = a; const b = {...b}; a = a.concat(a); q.addStage(new S(this, b.x), {pre: a});",
        "".join(f"const a{i} = `${{a{i + 1}}}${{a{i + 1}}}`;\n" for i in range(99)) + "q.addStage(a0)",
        "function f(a) { g(a); g(a) }\nfunction g(a) { f(a); f(a); q.addStage(new S(this, 'x')) }\nf(q);",
        "const e = [1,2,3,4,5,6,7,8,9];\n" + "for (const a of e) {\n" * 8 + "q.addStage(a);\n" + "}\n" * 8,
        "\0" * 900,
        "x" * 3_000_000,
    ],
)  # fmt: skip
def test_hostile_input_neither_fails_nor_hangs(tail: str) -> None:
    start = time.monotonic()
    graph_of({"a.ts": HEAD + tail})
    assert time.monotonic() - start < 20
