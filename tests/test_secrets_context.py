"""The same words are a password in one place and none in another: what a file does with them decides."""

from __future__ import annotations

import base64

import pytest

from mlscan.analyse import Analyser
from mlscan.model import Confidence
from mlscan.sources.source import Source

COMPOSE = "services:\n  db:\n    environment:\n      {}\n"
WEAK = "weak-password"


def reported(analyser: Analyser, path: str, text: str) -> list[tuple[str, int]]:
    understood = analyser.analyse(Source(path, text.encode()))
    found = understood.findings if understood else ()
    return [(item.rule, item.place.region.start_line) for item in found if item.confidence > Confidence.LOW]


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD: example",
        "MYSQL_ROOT_PASSWORD: changeme",
        "POSTGRES_PASSWORD: test_password",
        "MONGO_URI: mongodb://root:example@mongo:27017/",
        "SQL_ALCHEMY_CONN: postgresql://${DB_USER:-airflow}:${DB_PASSWORD:-airflow}@db/airflow",
        "ENTRY: mc alias set local http://minio:9000 $${MINIO_USER:-minio} $${MINIO_PASSWORD:-minio123}",
        "SECRETACCESSKEY: minio123",
    ],
)
def test_what_compose_starts_a_service_with_is_a_weak_password(analyser: Analyser, line: str) -> None:
    assert reported(analyser, "docker-compose.yml", COMPOSE.format(line)) == [(WEAK, 4)]


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD: your_password",
        "POSTGRES_PASSWORD: ${DB_PASSWORD}",
        "AWS_SECRET_ACCESS_KEY: local",
        "MONGO_URI: mongodb://user:password@host:27017/",
        "checksum/secrets: b38f14fd791c3ad8559031ba36c0bfb017cad4ce8c06105b5bcb4b3751f0dfb3",
    ],
)
def test_what_starts_nothing_is_none(analyser: Analyser, line: str) -> None:
    assert reported(analyser, "docker-compose.yml", COMPOSE.format(line)) == []


@pytest.mark.parametrize(
    "url",
    [
        'f"postgresql://{user}:{password}@{host}/db"',
        'f"postgresql://{user}:{quote_plus(password)}@{host}/db"',
        '"postgresql://%s:%s@%s/db" % (user, password, host)',
        '"postgresql://{}:{}@{}/db".format(user, password, host)',
        '"postgresql://" + user + ":" + password + "@" + host',
    ],
)
def test_a_password_put_into_a_url_is_used(analyser: Analyser, url: str) -> None:
    text = f"user = 'me'\npassword = 'itversity'\nhost = 'db'\nuri = {url}\n"
    assert [line for _, line in reported(analyser, "a.py", text)] == [2]


def test_the_same_password_that_nothing_uses_is_not_believed(analyser: Analyser) -> None:
    assert (
        reported(analyser, "a.py", "user = 'me'\npassword = 'itver'\nprint(f'{user}:{password}@x')\n") == []
    )


def test_a_long_sum_is_no_url(analyser: Analyser) -> None:
    text = "password = 'itver'\nx = 'a://' + " + " + ".join(["password"] * 400) + "\n"
    assert reported(analyser, "a.py", text) == []


def test_entries_of_a_list_of_parameters(analyser: Analyser) -> None:
    text = "x = [{'name': 'limit', 'value': '10'},\n {'name': 'db_password', 'value': 'Nd7xPlatform26'}]\n"
    assert reported(analyser, "a.py", text) == [("credential-in-variable", 2)]


@pytest.mark.parametrize("path", ["tests/api/users.py", "src/test_users.py", "conftest.py", "test/a_test.py"])
def test_a_made_up_password_of_a_unit_test_is_a_mock(analyser: Analyser, path: str) -> None:
    text = 'login(user="me", password="StrongP@ssw0rd123")\n'
    assert reported(analyser, path, text) == []
    assert reported(analyser, "src/users.py", text) == [("credential-in-call", 1)]


def test_a_random_password_of_a_unit_test_is_none(analyser: Analyser) -> None:
    text = 'login(user="me", password="' + "xK9vQz4mTw8r" + 'Jd2b")\n'
    assert reported(analyser, "tests/users.py", text) == [("credential-in-call", 1)]


@pytest.mark.parametrize("path", ["README.md", "docs/setup.rst", "x.dist-info/METADATA"])
def test_a_weak_password_in_a_url_of_documentation_is_an_example(analyser: Analyser, path: str) -> None:
    text = "connect to mysql://root:secret@database:3306/hue\n"
    assert reported(analyser, path, text) == []
    assert reported(analyser, "start.txt", text) == [(WEAK, 1)]


@pytest.mark.parametrize("path", [".env.example", "config/secrets_example.env", "settings.sample.ini"])
def test_a_password_of_an_example_is_to_be_replaced(analyser: Analyser, path: str) -> None:
    assert reported(analyser, path, "DB_PASSWORD=airflow\n") == []
    assert reported(analyser, path, "DB_PASSWORD=" + "xK9vQz4mTw8r" + "Jd2b\n") != []
    assert reported(analyser, ".env", "DB_PASSWORD=airflow\n") == [(WEAK, 1)]


def test_a_test_in_another_language(analyser: Analyser) -> None:
    text = 'const url = "mysql://root:secret@database:3306/hue";\n'
    assert reported(analyser, "src/db.test.ts", text) == []
    assert reported(analyser, "src/db.ts", text) == [(WEAK, 1)]


def test_a_client_id_alone_opens_nothing(analyser: Analyser) -> None:
    text = 'id = "' + "650912345678-" + "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6" + '.apps.googleusercontent.com"\n'
    assert reported(analyser, "web.py", text) == []


@pytest.mark.parametrize("value", ["100103", "aichatbot_password"])
def test_what_only_looks_like_a_placeholder_is_used(analyser: Analyser, value: str) -> None:
    text = f"import psycopg2\npsycopg2.connect(host='db', password='{value}')\n"
    assert reported(analyser, "app.py", text) == [(WEAK, 2)]


@pytest.mark.parametrize("value", ["your_password", "YourPassword123!", "insecure"])
def test_a_placeholder_is_none_anywhere(analyser: Analyser, value: str) -> None:
    text = f"import psycopg2\npsycopg2.connect(host='db', password='{value}')\n"
    assert reported(analyser, "app.py", text) == []


def test_which_of_several_passwords_it_is_stands_behind_the_word(analyser: Analyser) -> None:
    assert reported(analyser, ".env", "API_PASSWORD_DRIFT=airflow12\n") != []
    assert reported(analyser, ".env", "PASSWORD_VALIDATORS=airflow12\n") == []


def test_an_application_password_of_letters_alone_is_no_weak_one(analyser: Analyser) -> None:
    text = "GF_SMTP_PASSWORD=" + "qwhzkxvb" + "nmtrplkj\n"
    assert reported(analyser, ".env", text) == [("credential-in-config", 1)]


def test_a_script_in_a_string_is_a_script(analyser: Analyser) -> None:
    text = COMPOSE.format("x: y").replace(
        "environment:\n      x: y", 'command: bash -c "a b --password admin c"'
    )
    assert reported(analyser, "docker-compose.yml", text) == [(WEAK, 3)]


def test_a_file_in_a_config_map_is_read_as_that_file(analyser: Analyser) -> None:
    text = "kind: ConfigMap\ndata:\n  grafana.ini: |\n    [security]\n    admin_password = Gr4fanaAdm1n\n"
    assert reported(analyser, "grafana.yaml", text) == [("credential-in-config", 5)]


@pytest.mark.parametrize(
    "text",
    [
        "kind: SecretStore\nremoteRef:\n  secretKey: password\n",
        "postgresql:\n  existingSecretKey: admin-password\n",
    ],
)
def test_a_secret_key_in_kubernetes_is_a_name(analyser: Analyser, text: str) -> None:
    assert reported(analyser, "values.yaml", text) == []


def test_a_lock_file_holds_no_settings(analyser: Analyser) -> None:
    text = "packages:\n  '@inquirer/password': 4.0.1(types@20)\n"
    assert reported(analyser, "pnpm-lock.yaml", text) == []


@pytest.mark.parametrize("value", ["RANDOM", "sys.argv[1]", "autogenerated"])
def test_a_marker_or_code_is_no_password(analyser: Analyser, value: str) -> None:
    assert reported(analyser, "setup.sh", f"DB_PASSWORD={value}\n") == []


@pytest.mark.parametrize("call", ["get_env_str", "env", "getenv_or_default", "os.getenv", "settings.get_env"])
def test_a_default_of_the_environment_by_any_name(analyser: Analyser, call: str) -> None:
    text = f'password = {call}("DB_PASSWORD", "airflow")\n'
    assert reported(analyser, "src/db.py", text) == [(WEAK, 1)]


def test_base64_of_a_sentence_is_an_example(analyser: Analyser) -> None:
    sentence = base64.b64encode(b"this is not a real secret token at all").decode()
    assert reported(analyser, "a.env", f"STRIPE_WEBHOOK_SECRET=whsec_{sentence}\n") == []
    pair = base64.b64encode(f"$oauthtoken:{sentence}".encode()).decode()
    config = '{"auths": {"nvcr.io": {"auth": "' + pair + '"}}}'
    assert reported(analyser, ".docker/config.json", config) == []


def test_an_argument_in_a_program_within_a_script(analyser: Analyser) -> None:
    text = "python <<EOF\nconnect(\n  password=db_password,\n)\nEOF\n"
    assert reported(analyser, "run.sh", text) == []


def test_a_commented_sample_of_a_configuration_is_an_example(analyser: Analyser) -> None:
    assert reported(analyser, "hue.ini", "[db]\n  ## url=mysql://root:secret@database:3306/hue\n") == []


def test_python_within_yaml_passes_names_not_values(analyser: Analyser) -> None:
    text = (
        "args:\n- |\n  client = Minio(url, access_key=access,\n    secret_key=minio_secret, secure=False)\n"
    )
    assert reported(analyser, "pipeline.yaml", text) == []


def test_sql_creates_a_user_with_whatever_it_says(analyser: Analyser) -> None:
    assert reported(analyser, "init.sql", "CREATE USER root WITH PASSWORD 'example';\n") == [(WEAK, 1)]


def test_a_chosen_secret_key_in_a_script(analyser: Analyser) -> None:
    assert reported(analyser, "run.sh", "export AWS_SECRET_ACCESS_KEY=mlflow_admin\n") == [(WEAK, 1)]
    assert reported(analyser, "run.sh", "export AWS_SECRET_ACCESS_KEY=test\n") == []
