"""Readers of rights: what grants something, what must not be taken for a grant, and hostile input."""

from __future__ import annotations

import time

import pytest

from mlscan.access.azure_scope import reach
from mlscan.access.grant import Identity, Reach, Reading
from mlscan.access.read import read
from mlscan.checks.access.case import who
from mlscan.documents.document import open_document
from mlscan.documents.hcl_values import value
from mlscan.documents.yaml import Mapping, Scalar, Sequence
from mlscan.sources.source import Source


def reading(path: str, text: str) -> Reading:
    return read([open_document(Source(path, text.encode(), "tree"))])


def roles(path: str, text: str) -> list[tuple[str, str, Reach]]:
    return [(grant.identity.name, grant.role, grant.reach) for grant in reading(path, text).grants]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("/subscriptions/00000000-0000-0000-0000-000000000000", Reach.ACCOUNT),
        ("/subscriptions/$SUB/", Reach.ACCOUNT),
        ("/subscriptions/${{ secrets.SUB }}/resourceGroups/ml", Reach.RESOURCE),
        ("/providers/Microsoft.Management/managementGroups/root", Reach.ORGANISATION),
        ("$SUBSCRIPTION_SCOPE", Reach.ACCOUNT),
        ("$SUBSCRIPTION_RG_SCOPE", Reach.UNKNOWN),
        ("$SCOPE", Reach.UNKNOWN),
        ("", Reach.UNKNOWN),
    ],
)
def test_scopes_of_azure(scope: str, expected: Reach) -> None:
    assert reach(scope) is expected


def test_continued_commands_and_variables() -> None:
    script = 'SCOPE="/subscriptions/$ID"\naz role assignment create \\\n  --role Owner \\\n'
    script += "  --scope $SCOPE --assignee x\n"
    assert roles("a.sh", script) == [("x", "Owner", Reach.ACCOUNT)]
    assert roles("a.ps1", script.replace("\\\n", "`\n")) == [("x", "Owner", Reach.ACCOUNT)]
    twice = 'SCOPE="/subscriptions/$ID"\nSCOPE="/subscriptions/$ID/resourceGroups/x"\n'
    assert (
        roles("a.sh", twice + "az role assignment create --role Owner --scope $SCOPE")[0][2] is Reach.UNKNOWN
    )


@pytest.mark.parametrize("line", ["# {}", "echo '{}'", "print('{}')", "Write-Host {}", "true # {}"])
def test_what_is_not_run_grants_nothing(line: str) -> None:
    command = "az role assignment create --role Owner --scope /subscriptions/x"
    assert not roles("a.sh", line.format(command))


def test_a_run_block_grants() -> None:
    workflow = (
        "jobs:\n  a:\n    steps:\n      - run: |\n          aws iam attach-role-policy --role-name ci \\\n"
    )
    workflow += "            --policy-arn arn:aws:iam::aws:policy/AdministratorAccess\n"
    assert roles(".github/workflows/a.yml", workflow) == [("ci", "AdministratorAccess", Reach.ACCOUNT)]


def test_outputs_of_notebooks_grant_nothing() -> None:
    text = (
        '{"cells": [{"cell_type": "code", "source": "1", "metadata": {}, "execution_count": 1, "outputs": '
        '[{"output_type": "stream", "name": "stdout", "text": '
        '"{\\"Version\\": \\"2012-10-17\\", \\"Statement\\": '
        '[{\\"Effect\\": \\"Allow\\", \\"Action\\": \\"*\\"}]}"}]}],'
        ' "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    )
    assert not reading("a.ipynb", text).grants


def test_expressions_of_hcl() -> None:
    text = b'concat(["a", local.b], ["c"]) # d'
    node = value(text, 0, len(text))
    assert isinstance(node, Sequence)
    assert [item.value for item in node.items if isinstance(item, Scalar)] == ["a", "local.b", "c"]
    text = b'jsonencode({ a = { "b:c" : ["x"] }, d = cond ? 1 : 2 })'
    node = value(text, 0, len(text))
    assert isinstance(node, Mapping)
    assert [name for name, _, _ in node.items()] == ["a", "d"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.tf", 'resource "aws_iam_role" "x" {\n assume_role_policy = jsonencode(' + "{a=[" * 20000),
        ("a.tf", 'locals {\n a = local.b\n b = local.a\n}\nresource "aws_iam_role" "x" { name = local.a }'),
        ("a.json", '{"Version": "2012-10-17", "Statement": ' + "[" * 50000),
        ("a.json", '{"Version": "2012-10-17"' * 4000),
        ("a.sh", "az role assignment create " * 20000),
        ("a.sh", "az role assignment create --scope $A\nA=$B\nB=$A$A$A$A\n" * 500),
        ("a.bicep", "resource a 'Microsoft.Authorization/roleAssignments@1' = {\n" * 3000),
        ("a.yaml", "kind: ClusterRoleBinding\nroleRef: {name: *x}\n---\n" * 2000),
        ("a.yaml", "a: &a [*a]\nResources: &r {x: {Type: 'AWS::IAM::Role', Properties: *r}}\n"),
        ("a.py", "iam.PolicyStatement(actions=[" + "(" * 3000),
    ],
)  # fmt: skip
def test_hostile_input_ends(path: str, text: str) -> None:
    started = time.perf_counter()
    reading(path, text)
    assert time.perf_counter() - started < 10


def test_a_cluster_binding_without_a_role_grants_nothing() -> None:
    text = 'resource "kubernetes_cluster_role_binding" "x" {\n  subject {\n    name = "ci"\n  }\n}\n'
    assert roles("main.tf", text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "rbac.yaml",
            "kind: ClusterRole\nmetadata: {name: r}\nrules:\n"
            + '- {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}\n' * 1000
            + "".join(
                f"---\nkind: ClusterRoleBinding\nmetadata: {{name: b{at}}}\n"
                "roleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: ServiceAccount, name: s}]\n"
                for at in range(1000)
            ),
        ),
        (
            "template.yaml",
            'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n'
            + "".join(
                f"  R{at}:\n    Type: AWS::IAM::Role\n    Properties: {{RoleName: r{at}}}\n"
                f"  P{at}:\n    Type: AWS::IAM::Policy\n    Properties: {{Roles: [!Ref R{at}], "
                'PolicyDocument: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}\n'
                for at in range(2000)
            ),
        ),
    ],
)
def test_many_bindings_are_looked_up(path: str, text: str) -> None:
    start = time.perf_counter()
    assert reading(path, text).grants
    assert time.perf_counter() - start < 6


def test_a_token_where_a_name_belongs_is_veiled() -> None:
    name = "ci-ghp_" + "aB3" * 12
    assert "aB3" * 4 not in who(Identity(name, "main.tf"))
    assert who(Identity("training-role", "main.tf")) == "identity 'training-role'"
