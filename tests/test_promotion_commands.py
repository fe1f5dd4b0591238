"""Every example of `rules/commands/` is recognised as its action, every counterexample as none of it."""

from __future__ import annotations

import pytest

from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.catalog.schema import Invocation
from mlscan.documents.document import text_document
from mlscan.promotion.commands import Recogniser, Setting
from mlscan.promotion.located import Located
from mlscan.promotion.scope import Scope
from mlscan.promotion.scripts import ScriptFollower
from mlscan.rehearsal import command
from mlscan.sources.source import Source

CATALOG = read_catalog(rules_directory())
FILES: dict[str, str] = {
    "deploy.sh": "set -e\nif true; then\n  az ml online-deployment create -n blue -e churn-prod\nfi\n",
    "Makefile": "train:\n\tpython train.py\n\nship: train\n\t@./deploy.sh\n",
    "tools/release.py": (
        "import subprocess\nimport mlflow\n"
        "client = mlflow.MlflowClient()\n"
        "client.set_registered_model_alias('churn', 'champion', 3)\n"
        "subprocess.run(['kubectl', 'apply', '-f', 'k8s/'])\n"
    ),
}


def read(path: str):  # type: ignore[no-untyped-def]
    return text_document(Source(path, FILES[path].encode())) if path in FILES else None


RECOGNISER = Recogniser(CATALOG, ScriptFollower(CATALOG, read))


def actions(script: str, **names: str) -> list[str]:
    text = Located.whole(text_document(Source("ci.sh", script.encode())))
    scope = Scope({f"env.{name}".lower(): value for name, value in names.items()})
    return [action.kind for action in RECOGNISER.actions(text, Setting(scope))]


INVOCATIONS = [(tool.tool, invocation) for tool in CATALOG.tools for invocation in tool.invocations]


@pytest.mark.parametrize(
    "invocation",
    [invocation for _, invocation in INVOCATIONS],
    ids=[
        f"{tool}: {invocation.action} {' '.join(invocation.match)[:40]}" for tool, invocation in INVOCATIONS
    ],
)
def test_examples(invocation: Invocation) -> None:
    assert list(command(invocation, actions)) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo az ml model deploy", []),
        ("sudo -E kubectl apply -f x", ["deploy"]),
        ("uv run --frozen modal deploy app.py", ["deploy"]),
        ("bash -c 'helm upgrade api ./chart'", ["deploy"]),
        ("ssh host 'docker compose up -d'", ["deploy"]),
        ("docker compose up -d", []),
        ("bash ./deploy.sh", ["deploy"]),
        ("make ship", ["train", "deploy"]),
        ("python tools/release.py --env prod", ["promote", "deploy"]),
        ("python deploy_model.py", ["deploy"]),
        ("python -m pkg.deployment.rollout", ["deploy"]),
        ("python test_deployment.py", []),
        ("python tools/utils.py --mode deploy-model", ["deploy"]),
        ("make unknown-target", []),
        ("python - <<E\nimport mlflow\nmlflow.MlflowClient().set_registered_model_alias('m', 'prod', 1)\nE",
         ["promote"]),
    ],
)  # fmt: skip
def test_scripts_are_followed(script: str, expected: list[str]) -> None:
    assert [kind for kind in actions(script) if kind != "plan"] == expected


def test_places_of_targets_are_words_of_the_script() -> None:
    script = "x=1\ndatabricks bundle deploy \\\n  -t prod\n"
    text = Located.whole(text_document(Source("ci.sh", script.encode())))
    (action,) = RECOGNISER.actions(text, Setting())
    (target,) = [fact for fact in action.targets if fact.kind == "target argument"]
    assert (target.value, target.place.region.start_line, target.place.region.start_column) == ("prod", 3, 6)


@pytest.mark.parametrize(
    "script",
    [
        "kustomize build overlays/prod | kubectl apply -f -",
        "cd infrastructure/prod && terraform apply",
        "ENV=prod\nmodal deploy -e $ENV app.py",
        "export ENV=prod; helm upgrade api ./chart -n ml-${ENV}",
    ],
)
def test_what_stands_before_a_command_names_its_target(script: str) -> None:
    text = Located.whole(text_document(Source("ci.sh", script.encode())))
    (action,) = RECOGNISER.actions(text, Setting())
    assert RECOGNISER.judge.target(action.targets).environment == "prod"


@pytest.mark.parametrize(
    "script",
    [
        "helm upgrade api ./chart --set db.password=prodTr0ub4dor",
        "kubectl apply -f k8s/ --token prodTr0ub4dor",
        "az ml model deploy --name x --overwrite --property https://prod:prodTr0ub4dor@acme.io/x",
        "API_KEY=prodTr0ub4dor ./deploy.sh --api-key prodTr0ub4dor",
    ],
)
def test_no_secret_is_a_reason(script: str) -> None:
    text = Located.whole(text_document(Source("ci.sh", script.encode())))
    for action in RECOGNISER.actions(text, Setting()):
        assert "Tr0ub4dor" not in action.title
        assert not any("Tr0ub4dor" in fact.value for fact in action.targets)


def test_environment_variables_name_the_target() -> None:
    text = Located.whole(text_document(Source("ci.sh", b"databricks bundle deploy")))
    scope = Scope({"env.databricks_bundle_env": "prd"})
    (action,) = RECOGNISER.actions(text, Setting(scope))
    assert [fact.value for fact in action.targets] == ["DATABRICKS_BUNDLE_ENV=prd"]
