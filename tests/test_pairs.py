"""Every reader of name and value pairs: what it finds with exact offsets, what it leaves, broken input."""

from __future__ import annotations

import base64
import re
import time
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlscan.analyse import Analyser
from mlscan.catalog.templates import expand
from mlscan.documents.pairs.choose import module_for, reader_of_module
from mlscan.documents.pairs.pair import Pair
from mlscan.model import Confidence, Finding
from mlscan.sources.source import Source

SYNTAXES = (
    "json", "toml", "ini", "dotenv", "hocon", "netrc", "pgpass", "shell", "dockerfile", "terraform", "sql",
    "javascript", "r", "script", "markdown", "properties", "xml",
)  # fmt: skip

# (syntax, text, pairs as name and value); the offsets of every pair must show its value.
FOUND: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("json", '{"a": {"b": "v"}, // "c": "d"\n "e": "f",}', [("b", "v"), ("e", "f")]),
    ("json", '{"a": "1"}\n{"a": "2"}', [("a", "1"), ("a", "2")]),
    ("json", '[{"name": "X", "value": "v"}]', [("name", "X"), ("value", "v"), ("X", "v")]),
    ("json", '{"p": {"type": "s", "defaultValue": "v"}}', [("type", "s"), ("defaultValue", "v"), ("p", "v")]),
    ("json", '["--password", "v", "KEY=w"]', [("password", "v"), ("KEY", "w")]),
    ("json", '{"auths": {"h": {"auth": "v"}}}', [("auth", "v"), ("auths.auth_token", "v")]),
    ("toml", "[t]\na = 'v' # c\nb.c = \"w\"\nd = {e = \"x\"}\nf = 1", [("a", "v"), ("b.c", "w"), ("e", "x")]),
    ("toml", '"q" = "v"\nm = """w"""', [("q", "v"), ("m", "w")]),
    ("ini", "[pypi]\nusername = u\npassword: v ; c\n# k = w\n", [("username", "u"), ("password", "v")]),
    ("ini", "- name: u\n  token: 'v'\n", [("name", "u"), ("token", "v")]),
    (
        "dotenv",
        "export A=v\nB=\"w x\" # c\nC='y'\n#D=z\nE=a # b\n",
        [("A", "v"), ("B", "w x"), ("C", "y"), ("E", "a")],
    ),
    (
        "hocon",
        'api { credentials {"access_key" = "v", secret_key: w} }',
        [("access_key", "v"), ("secret_key", "w")],
    ),
    ("netrc", "machine h login u password v\n  account w", [("password", "v"), ("account", "w")]),
    ("pgpass", "h:5432:d:u:v\n# h:1:d:u:w\n", [("password", "v")]),
    ("properties", "a.b=v\nrequirepass w\n#c=d\n", [("a.b", "v"), ("requirepass", "w")]),
    ("shell", "PGPASSWORD=v psql", [("PGPASSWORD", "v")]),
    ("shell", "export A='v w' # B=c", [("A", "v w")]),
    ("shell", "mysql -h h -u root -pv", [("password", "v")]),
    ("shell", "redis-server --requirepass v", [("requirepass", "v")]),
    ("shell", "curl -u me:v https://h", [("password", "v")]),
    ("shell", 'curl -H "Authorization: Bearer v" h', [("Authorization", "v")]),
    ("shell", "curl -d '{\"password\": \"v\"}' h", [("password", "v")]),
    ("shell", "az login -u a -p v", [("password", "v")]),
    ("shell", "docker login -u a -p v h", [("password", "v")]),
    ("shell", "echo v | docker login --password-stdin", [("password", "v")]),
    ("shell", "wandb login v", [("api_key", "v")]),
    ("shell", "huggingface-cli login --token v", [("token", "v")]),
    ("shell", "aws configure set aws_secret_access_key v", [("aws_secret_access_key", "v")]),
    ("shell", "sshpass -p v ssh h", [("password", "v")]),
    ("shell", "docker run -e A=v --build-arg=BB=w i", [("A", "v"), ("build-arg", "BB=w"), ("BB", "w")]),
    ("shell", "cat > .env <<EOF\nA=v\nEOF\nB=w", [("A", "v"), ("B", "w")]),
    ("shell", "X=$(mysql -pv)", [("password", "v")]),
    ("shell", "password=vault.read(x)", []),
    (
        "dockerfile",
        "ARG A=v\nENV B=w \\\n # c\n C='x y'\nENV D z\n",
        [("A", "v"), ("B", "w"), ("C", "x y"), ("D", "z")],
    ),
    (
        "dockerfile",
        'RUN a && \\\n  mysql -pv\nCMD ["r", "--requirepass", "w"]',
        [("password", "v"), ("requirepass", "w")],
    ),
    ("terraform", 'a = "v" # b = "c"', [("a", "v"), ("b", "c")]),
    ("terraform", 'variable "p" {\n default = "v"\n}', [("default", "v"), ("p", "v")]),
    ("sql", "CREATE USER u IDENTIFIED BY 'v'; -- PASSWORD 'x'", [("password", "v")]),
    ("sql", '''v(data["DB_PASSWORD"]).f("x")''', [("f", "x")]),
    ("sql", "ALTER ROLE u WITH ENCRYPTED PASSWORD 'v'", [("PASSWORD", "v")]),
    ("sql", "CREATE LOGIN u WITH PASSWORD = N'v'", [("PASSWORD", "v")]),
    ("sql", "CREDENTIALS = (AWS_SECRET_KEY='v')", [("AWS_SECRET_KEY", "v")]),
    ("javascript", 'const a: string = "v" // b = "c", it\'s', [("a", "v"), ("b", "c")]),
    ("javascript", "x({a: 'v', \"b\": `w`, /* c: 'd' */})", [("a", "v"), ("b", "w")]),
    ("javascript", 'process.env.A || "v"; h["B"] = "w"; f("C", "x")', [("A", "v"), ("B", "w"), ("C", "x")]),
    ("javascript", 'a ? "b" : "c"; if (d === "e") {}', []),
    ("r", 'Sys.setenv(A = "v")\nb <- "w" # c <- "x"', [("A", "v"), ("b", "w"), ("c", "x")]),
    ("script", '$env:A = "v"\nb = """w"""', [("A", "v"), ("b", "w")]),
    ("markdown", "a = 'b'\n```python\nc = 'v'\n```\n~~~sh\nD=w\n~~~\nE=x", [("c", "v"), ("D", "w")]),
    ("xml", '<password a="u">v</password><!-- <b>c</b> -->', [("a", "u"), ("password", "v")]),
    ("xml", "<name>a</name><value>v</value>", [("name", "a"), ("value", "v"), ("a", "v")]),
]  # fmt: skip


def pairs(syntax: str, text: bytes, offset: int = 0) -> list[Pair]:
    return list(reader_of_module(syntax)(text, offset))


@pytest.mark.parametrize(("syntax", "text", "expected"), FOUND)
def test_values_with_their_offsets(syntax: str, text: str, expected: list[tuple[str, str]]) -> None:
    data = text.encode()
    found = pairs(syntax, data, 7)
    assert sorted((pair.name, pair.value) for pair in found) == sorted(expected)
    for pair in found:
        assert data[pair.start - 7 : pair.end - 7].decode() == pair.value


@pytest.mark.parametrize("syntax", SYNTAXES)
@settings(max_examples=150, deadline=None)
@given(data=st.one_of(
    st.binary(max_size=200),
    st.text("ab=:\"'`\\{}[]()<>$|&;#/*-\n \tpassword,", max_size=200).map(str.encode),
))  # fmt: skip
def test_no_bytes_break_a_reader(syntax: str, data: bytes) -> None:
    for pair in pairs(syntax, data):
        assert 0 <= pair.start <= pair.end <= len(data)
        pair.value.encode()


HOSTILE = [b'"', b"'", b"\\", b'"\\', b"/*", b"<<EOF\n", b"${", b"$(", b"<a ", b"a.", b"a=", b"{", b"[",
           b"```\n", b"a: ", b" ", b"'\\'", b"<!--", b"`",
           b'"""', b"a ", b"ENV a \\\n", b"\\\n#\n"]  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_hostile_repetition_is_linear(syntax: str) -> None:
    for piece in HOSTILE:
        started = time.process_time()
        pairs(syntax, piece * (100_000 // len(piece)))
        assert time.process_time() - started < 1.5, piece


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("a/Dockerfile.gpu", "dockerfile"), ("gpu.dockerfile", "dockerfile"), (".env.local", "dotenv"),
        ("prod.env", "dotenv"), (".env.example", "dotenv"), ("clearml.conf", "hocon"),
        (".aws/credentials", "ini"),
        (".databrickscfg", "ini"), (".netrc", "netrc"), (".pgpass", "pgpass"), ("x.tfvars", "terraform"),
        ("terraform.tfstate", "json"), ("package-lock.json", ""), ("poetry.lock", ""), ("tokenizer.json", ""),
        ("pnpm-lock.yaml", ""), ("app.min.js", ""), ("data.jsonl", ""), ("t.csv", ""),
        ("locales/de.json", ""),
        ("web.config", "xml"), ("kaggle.json", "json"), (".docker/config.json", "json"), ("notes.txt", ""),
    ],
)  # fmt: skip
def test_the_reader_of_a_file(path: str, module: str) -> None:
    assert module_for(path, b"<configuration>") == module


def test_every_module_is_chosen_by_some_name() -> None:
    for syntax in SYNTAXES:
        assert import_module(f"mlscan.documents.pairs.{syntax}").pairs is reader_of_module(syntax)


def found_in(analyser: Analyser, path: str, text: str) -> tuple[bytes, list[Finding]]:
    data = expand(text).encode()
    understood = analyser.analyse(Source(path, data))
    return data, list(understood.findings) if understood else []


CREDENTIALS = [
    ("settings.json", '{"db": {"password": "<password:18>"}}'),
    ("parameters.json", '{"parameters": {"adminPassword": {"value": "<password:18>"}}}'),
    ("task.json", '[{"name": "DB_PASSWORD", "value": "<password:18>"}]'),
    ("app.toml", 'client_secret = "<alnum:32>"'),
    (".pypirc", "[pypi]\nusername = u\npassword = <password:18>\n"),
    (".databrickscfg", "[DEFAULT]\ntoken = <alnum:36>\n"),
    (".env", "DJANGO_SECRET_KEY='<alnum:50>'\n"),
    ("clearml.conf", 'api { credentials { "access_key" = "<alnum:24>" } }'),
    (".netrc", "machine h login u password <password:18>\n"),
    (".pgpass", "db.acme.example:5432:ml:ml:<password:18>\n"),
    ("run.sh", "PGPASSWORD=<alnum:20> psql -h h\n"),
    ("run.sh", "mysql -u root -p<alnum:20> db\n"),
    ("run.sh", "redis-server --requirepass <alnum:20>\n"),
    ("run.sh", "az login --service-principal -u a -p <alnum:34>\n"),
    ("run.sh", "sshpass -p '<password:16>' ssh h\n"),
    ("Dockerfile", "FROM x\nENV API_TOKEN <alnum:32>\n"),
    ("main.tf", 'variable "db_password" {\n  default = "<password:18>"\n}\n'),
    ("init.sql", "CREATE USER ml IDENTIFIED BY '<password:18>';"),
    ("app.js", 'const apiKey = process.env.API_KEY || "<alnum:32>";'),
    ("model.R", 'Sys.setenv(API_KEY = "<alnum:32>")'),
    ("README.md", "Run\n\n```bash\nexport API_TOKEN=<alnum:32>\n```\n"),
    ("app.properties", "spring.datasource.password=<password:18>\n"),
    ("redis.conf", "requirepass <alnum:20>\n"),
    ("settings.xml", "<settings><server><password><password:18></password></server></settings>"),
    ("core-site.xml", "<property><name>fs.s3a.secret.key</name><value><alnum:40></value></property>"),
    ("pod.yaml", "env:\n  - name: DB_PASSWORD\n    value: <password:18>\n"),
    ("pod.yaml", 'args:\n  - --requirepass\n  - "<password:18>"\n'),
    ("compose.yml", "environment:\n  - POSTGRES_PASSWORD=${PW:-<alnum:18>}\n"),
    ("secret.yaml", "kind: Secret\nstringData:\n  token: <alnum:32>\n"),
    ("map.yaml", 'data:\n  config.json: |\n    {"password": "<password:18>"}\n'),
    ("ci.yml", "steps:\n  - run: |\n      set -e\n      docker login -u u -p <alnum:24> h\n"),
    ("broken.yaml", "{{- if .Values.x }}\npassword: '<password:18>'\n{{- end }}\n- x: [\n"),
    ("legacy.py", 'print "x"\npassword = "<password:18>"\n'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), CREDENTIALS)
def test_credentials_are_found_where_they_stand(analyser: Analyser, path: str, text: str) -> None:
    data, findings = found_in(analyser, path, text)
    assert len(findings) == 1
    region = findings[0].place.region
    line = data.decode().splitlines()[region.start_line - 1]
    shown = line[region.start_column - 1 : region.end_column - 1]
    hole = re.search(r"<(?:password|alnum):(\d+)>", text)
    assert hole is not None
    assert len(shown) == int(hole[1])
    assert shown not in findings[0].message + findings[0].place.excerpt
    assert line.count(shown) == 1


HARMLESS = [
    ("package.json", '{"dependencies": {"tokenizers": "^0.15.0"}, "author": "Jane Roe"}'),
    ("x/package-lock.json", '{"token": {"integrity": "sha512-<base64:86>=="}}'),
    ("tokenizer_config.json", '{"pad_token": "<alnum:32>", "bos_token": "<alnum:32>"}'),
    ("config.json", '{"eos_token": "<alnum:32>", "max_tokens": "4096", "revision": "<hex:40>"}'),
    ("rows.jsonl", '{"password": "<password:18>"}'),
    ("locales/de.json", '{"password": "<password:18>"}'),
    ("ui.json", '{"password": "Passwort", "token": "Your token"}'),
    ("de.ts", 'export default {password: "Passwort", secret: "Geheimnis", showPassword: "<password:18>"}'),
    ("form.html", '<input type="password" name="password" placeholder="<password:18>">'),
    ("openapi.json", '{"password": {"type": "string", "default": "<password:18>"}}'),
    ("schema.json", '{"password": {"type": "string", "description": "The password", "format": "password"}}'),
    ("main.tf", 'variable "db_password" {\n  description = "Password of 16+ letters, e.g. from vault"\n}\n'),
    ("main.tf", 'secret_name = "<alnum:32>"\nkey_vault_secret_id = "https://kv.vault.azure.net/<hex:32>"\n'),
    ("main.tf", 'password = var.db_password\ntoken = data.x.y.token\n'),
    (
        "run.sh",
        'export TOKEN="$TOKEN" PASSWORD=$(cat x) KEY=${KEY:?missing}\nmysql -p db\ncurl -u "$U:$P" h\n',
    ),
    (
        "run.sh",
        "kubectl create secret generic x --from-file=token=/tmp/t\ngrep -p password f\nmkdir -p secrets\n",
    ),
    ("Dockerfile", "ARG HF_TOKEN\nENV HF_TOKEN=$HF_TOKEN PASSWORD_FILE=/run/secrets/pw\n"),
    ("app.js", 'const token = getToken("a"); const x = {password: process.env.PASSWORD, type: "password"};'),
    ("init.sql", "SELECT token FROM t WHERE password = :password AND kind = 'password';"),
    (
        "README.md",
        "```bash\nexport OPENAI_API_KEY=<your-key>\nexport TOKEN=xxxxxxxx\n```\npassword: <password:18>\n",
    ),
    ("ci.yml", "env:\n  TOKEN: ${{ secrets.TOKEN }}\n  PASSWORD: $(Password)\n  KEY: !Ref Key\n"),
    ("pod.yaml", "env:\n- name: TOKEN\n  valueFrom:\n    secretKeyRef: {name: tokens, key: token}\n"),
    ("users.conf", "password $2y$12$<alnum:53>\n"),
    ("cred.json", '{"password": "cGFzc3dvcmQ="}'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), HARMLESS)
def test_what_is_no_credential(analyser: Analyser, path: str, text: str) -> None:
    found = found_in(analyser, path, text)[1]
    assert [finding for finding in found if finding.confidence is not Confidence.LOW] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("secret.yaml", "kind: Secret\ndata:\n  password: cGFzc3dvcmQ=\n"),
        ("docker-compose.yml", "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n"),
        ("docker-compose.yml", "services:\n  db:\n    environment:\n      - MYSQL_ROOT_PASSWORD=root\n"),
        (".env", "MINIO_ROOT_PASSWORD=minioadmin\n"),
        ("run.sh", "docker run -e POSTGRES_PASSWORD=admin123 postgres\n"),
        ("a.py", 'engine = create_engine("postgresql://postgres:postgres@db:5432/mlflow")\n'),
    ],
)
def test_a_weak_password_that_is_really_given_is_a_finding_of_its_own(
    analyser: Analyser, path: str, text: str
) -> None:
    found = found_in(analyser, path, text)[1]
    assert [(finding.rule, finding.confidence) for finding in found] == [("weak-password", Confidence.MEDIUM)]


def test_a_kubernetes_secret_is_decoded(analyser: Analyser) -> None:
    secret = expand("<password:20>")
    encoded = base64.b64encode(secret.encode()).decode()
    _, findings = found_in(
        analyser, "s.yaml", f"kind: Secret\ndata:\n  db: {encoded}\n  password: {encoded}\n"
    )
    assert [finding.place.region.start_line for finding in findings][-1] == 4
    assert all("decoded from base64" in finding.evidence for finding in findings)
    assert secret not in repr(findings)
    assert encoded not in repr(findings)


def test_a_file_in_a_kubernetes_secret(analyser: Analyser) -> None:
    inner = expand('{"password": "<password:20>"}')
    encoded = base64.b64encode(inner.encode()).decode()
    _, findings = found_in(analyser, "s.yaml", f'kind: Secret\ndata:\n  config.json: "{encoded}"\n')
    assert len(findings) == 1


def test_random_bytes_in_a_kubernetes_secret(analyser: Analyser) -> None:
    encoded = base64.b64encode(bytes(range(128, 168))[::-3] + bytes(range(200, 240, 3))).decode()
    assert len(found_in(analyser, "s.yaml", f"kind: Secret\ndata:\n  jwt-secret: {encoded}\n")[1]) == 1
    assert found_in(analyser, "s.yaml", f"kind: Secret\ndata:\n  keystore: {encoded}\n")[1] == []


@pytest.mark.parametrize("syntax", ["terraform", "javascript", "r", "script"])
def test_a_line_of_thousands_of_comment_signs_is_read(syntax: str) -> None:
    sign = b"// a " if syntax == "javascript" else b"# // a "
    found = pairs(syntax, b'password = "v"\n' + sign * 120 + b"\n" + b"# a " * 5000)
    assert [(pair.name, pair.value) for pair in found] == [("password", "v")]
