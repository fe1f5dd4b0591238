"""Values followed from a literal to the place that makes them a credential."""

from __future__ import annotations

import base64

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.templates import expand
from mlscan.model import Finding
from mlscan.sources.source import Source

KEY = expand("<hex:40>")
TOKEN = expand("hf_<alpha:34>")
PASSWORD = expand("<password:16>")
ENCODED = base64.b64encode(KEY.encode()).decode()


def findings(analyser: Analyser, text: str) -> tuple[Finding, ...]:
    understood = analyser.analyse(Source("a.py", text.encode()))
    return understood.findings if understood else ()


@pytest.mark.parametrize(
    "code",
    [
        f'import wandb\nwandb.login(key="{KEY}")',
        f'import wandb as w\nw.login("{KEY}")',
        f'from wandb import login as enter\nenter(key="{KEY}")',
        f'import wandb\nk = "{KEY}"\nwandb.login(key=k)',
        f'import wandb\nk, other = "{KEY}", 1\nwandb.login(key=k)',
        f'import wandb\nconf = {{"k": "{KEY}"}}\nwandb.login(key=conf["k"])',
        f'import wandb\nconf = {{}}\nconf["k"] = "{KEY}"\nwandb.login(key=conf["k"])',
        f'import wandb\nclass C:\n    k = "{KEY}"\n    def go(self):\n        wandb.login(key=self.k)',
        f'import wandb\ndef go(k="{KEY}"):\n    wandb.login(key=k)',
        f'import wandb\nwandb.login(**{{"key": "{KEY}"}})',
        f'import wandb\nkwargs = dict()\nkwargs["key"] = "{KEY}"\nwandb.login(**kwargs)',
        f'import wandb\nwandb.login(key=("{KEY[:20]}" "{KEY[20:]}"))',
        f'import wandb\nwandb.login(key="{KEY[:20]}" + "{KEY[20:]}")',
        f'import wandb\nwandb.login(key="{KEY}".strip())',
        f'import wandb\nwandb.login(key="".join(["{KEY[:9]}", "{KEY[9:]}"]))',
        f'import wandb\nwandb.login(key="%s%s" % ("{KEY[:9]}", "{KEY[9:]}"))',
        f'import wandb\nwandb.login(key="{{}}{{}}".format("{KEY[:9]}", "{KEY[9:]}"))',
        f"import wandb\nwandb.login(key=f\"{KEY[:20]}{{'{KEY[20:]}'}}\")",
        f'import wandb\nwandb.login(key="{KEY[::-1]}"[::-1])',
        f'import wandb\nimport os\nwandb.login(key=os.environ.get("X") or "{KEY}")',
        f'import wandb\nif (k := "{KEY}"):\n    wandb.login(key=k)',
        f'import wandb, base64\nwandb.login(key=base64.b64decode("{ENCODED}").decode())',
        f'import os\nos.environ["WANDB_API_KEY"] = "{KEY}"',
        f'import os\nos.environ.setdefault("WANDB_API_KEY", "{KEY}")',
        f'import os\nos.environ.update({{"WANDB_API_KEY": "{KEY}"}})',
        f'import os\nkey = os.getenv("WANDB_API_KEY", "{KEY}")',
        f'parser.add_argument("--api-key", type=str, default="{KEY}")',
        f'@click.option("--api-key", default="{KEY}")\ndef main(api_key): ...',
        f'def main(api_key: str = typer.Option("{KEY}", "--api-key")): ...',
        f'class Settings(BaseSettings):\n    api_key: str = "{KEY}"',
        f'class Settings(BaseSettings):\n    api_key: str = Field(default="{KEY}")',
        f'class Settings(BaseSettings):\n    api_key: SecretStr = SecretStr("{KEY}")',
        f'@dataclass\nclass Settings:\n    api_key: str = field(default="{KEY}")',
        f'def connect(host, api_key="{KEY}"): ...',
        f'headers = {{"Authorization": "Bearer {KEY}"}}',
        f'k = "{KEY}"\nheaders = {{"Authorization": f"Bearer {{k}}"}}',
        f'def start(host, api_key): ...\nstart("db", "{KEY}")',
        f'spark.conf.set("fs.azure.account.key.acme.dfs.core.windows.net", "{KEY}")',
        f'SparkSession.builder.config("spark.hadoop.fs.s3a.secret.key", "{KEY}")',
        f'import requests\nrequests.get("https://x", auth=("me", "{PASSWORD}"))',
        f'import smtplib\ns = smtplib.SMTP("h")\ns.login("me", "{PASSWORD}")',
        f'db_password = "{PASSWORD}"',
        f'config = {{"db": {{"password": "{PASSWORD}"}}}}',
        f'connect(user="me", password="{PASSWORD}")',
        f'token = "hf_" + "{TOKEN[3:]}"',
    ],
)
def test_found_once(analyser: Analyser, code: str) -> None:
    found = findings(analyser, code)
    assert len(found) == 1, [item.message for item in found]
    for secret in (KEY, TOKEN, PASSWORD):
        assert secret not in found[0].message + found[0].place.excerpt + "".join(found[0].evidence)


@pytest.mark.parametrize(
    "code",
    [
        'import wandb, os\nwandb.login(key=os.environ["WANDB_API_KEY"])',
        'import wandb\nwandb.login(key="YOUR_API_KEY")',
        'import wandb\nwandb.login(key="<your key here>")',
        'import wandb\nwandb.login(key="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")',
        "import wandb\nwandb.login(key=getpass.getpass())",
        'import wandb\nwandb.login(key=config["wandb_key"])',
        'import os\ntoken = os.getenv("HF_TOKEN", "")',
        'import os\ntoken = os.getenv("HF_TOKEN", "your-token-here")',
        'pad_token = "<|endoftext|>"',
        'tokenizer = "meta-llama/Llama-2-7b-chat-hf"',
        'revision = "b5f0d3c1a7e94d0f8c2b6a1e3d5f7092a4c6e8b1"',
        'secret_name = "prod/fraud/db-credentials"',
        'api_key_header = "X-Api-Key-12345678"',
        'password = input("password: ")',
        'password_field = "user-password-2"',
        'primary_key = "customer_id_2024_v2"',
        'token_url = "https://login.microsoftonline.com/common/oauth2/token"',
        'from_pretrained("bert-base-uncased", token=True)',
        'AUTH_TYPE = "ManagedIdentity2"',
        'api_key = "${API_KEY}"',
        'api_key = "{{ secrets.API_KEY }}"',
        'password = "postgres"',
        'key_path = "/run/secrets/api_key_2024.json"',
        'secret = "projects/1234567/secrets/db-password/versions/3"',
        'access_token = response.json()["access_token"]',
        'DEFAULT_TOKENS = {"cls_token": "[CLS]1234567"}',
    ],
)
def test_not_found(analyser: Analyser, code: str) -> None:
    sure = [item for item in findings(analyser, code) if item.confidence > 1]
    assert not sure, [item.message for item in sure]


def test_an_opaque_value_is_named_by_its_sink(analyser: Analyser) -> None:
    (found,) = findings(analyser, f'import wandb\nvalue = "{KEY}"\nwandb.login(key=value)')
    assert "'key' of 'wandb.login'" in found.message
    assert found.place.region.start_line == 2
    assert found.related[0].region.start_line == 3


def test_a_token_in_parts_has_its_vendor_name(analyser: Analyser) -> None:
    (found,) = findings(analyser, f'token = "{TOKEN[:9]}" + "{TOKEN[9:]}"')
    assert found.rule == "huggingface-token"
