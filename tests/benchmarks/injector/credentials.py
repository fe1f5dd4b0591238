"""Credentials to plant: eight kinds, generated from templates, none of them ever issued by a vendor.

Formats follow the vendors' public documentation, not mlscan's own catalogue, so that the benchmark does not
test the catalogue against itself.
"""

from __future__ import annotations

import base64
import random
import zlib
from dataclasses import dataclass

from mlscan.catalog.templates import expand

KINDS = (
    "vendor token",
    "opaque key",
    "password",
    "connection string",
    "private key",
    "AWS pair",
    "concatenated token",
    "base64",
)


@dataclass(frozen=True, slots=True)
class Use:
    """How code hands a credential to an SDK. `{}` in a call is the literal; an empty one does not exist."""

    template: str
    name: str
    module: str = ""
    keyword: str = ""
    positional: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """`value` is what must be found; `text` is what is written: the same, or a URL or PEM around it.

    `name` is an environment-variable name for it; `companion` a public half that goes along (AWS key id).
    """

    kind: str
    value: str
    text: str
    use: Use
    companion: str = ""

    @property
    def name(self) -> str:
        return self.use.name


_VENDORS = (
    Use("hf_<alpha:34>", "HF_TOKEN", "import huggingface_hub", "huggingface_hub.login(token={})", "huggingface_hub.login({})"),
    Use("sk-proj-<base64url:74>T3BlbkFJ<base64url:74>", "OPENAI_API_KEY", "import openai", "openai.OpenAI(api_key={})"),
    Use("sk-ant-api03-<base64url:93>AA", "ANTHROPIC_API_KEY", "import anthropic", "anthropic.Anthropic(api_key={})"),
    Use("gsk_<alnum:20>WGdyb3FY<alnum:24>", "GROQ_API_KEY", "import groq", "groq.Groq(api_key={})"),
    Use("r8_<alnum:37>", "REPLICATE_API_TOKEN", "import replicate", "replicate.Client(api_token={})", "replicate.Client({})"),
    Use("dapi<hex:32>", "DATABRICKS_TOKEN", "from databricks import sql", "sql.connect(server_hostname=HOST, access_token={})"),
    Use("pcsk_<alnum:6>_<alnum:63>", "PINECONE_API_KEY", "import pinecone", "pinecone.Pinecone(api_key={})", "pinecone.Pinecone({})"),
    Use("lsv2_pt_<hex:32>_<hex:10>", "LANGSMITH_API_KEY", "import langsmith", "langsmith.Client(api_key={})"),
    Use("nvapi-<base64url:64>", "NVIDIA_API_KEY", "from langchain_nvidia_ai_endpoints import ChatNVIDIA", "ChatNVIDIA(nvidia_api_key={})"),
    Use("AIza<base64url:35>", "GOOGLE_API_KEY", "import google.generativeai as genai", "genai.configure(api_key={})"),
    Use("ghp_<alnum:30>", "GITHUB_TOKEN", "import github", "github.Github(login_or_token={})", "github.Github({})"),
    Use("pplx-<alnum:48>", "PERPLEXITY_API_KEY", "import openai", "openai.OpenAI(base_url=BASE, api_key={})"),
)  # fmt: skip
_OPAQUE = (
    Use("<hex:40>", "WANDB_API_KEY", "import wandb", "wandb.login(key={})"),
    Use("<alnum:40>", "CO_API_KEY", "import cohere", "cohere.Client(api_key={})", "cohere.Client({})"),
    Use("<alnum:32>", "MISTRAL_API_KEY", "from mistralai import Mistral", "Mistral(api_key={})"),
    Use("<hex:32>", "AZURE_OPENAI_API_KEY", "from openai import AzureOpenAI", "AzureOpenAI(azure_endpoint=URL, api_key={})"),
    Use("<hex:32>", "AZURE_SEARCH_KEY", "from azure.core.credentials import AzureKeyCredential", "AzureKeyCredential(key={})", "AzureKeyCredential({})"),
    Use("<hex:40>", "DAGSHUB_TOKEN", "import dagshub", "dagshub.auth.add_app_token(token={})", "dagshub.auth.add_app_token({})"),
)  # fmt: skip
_PASSWORDS = (
    Use("<password:14>", "POSTGRES_PASSWORD", "import psycopg2", "psycopg2.connect(host=HOST, user=USER, password={})"),
    Use("<alnum:16>", "MYSQL_PASSWORD", "import pymysql", "pymysql.connect(host=HOST, user=USER, password={})", "pymysql.connect(HOST, USER, {})"),
    Use("<WORD><digit:4>!", "SMTP_PASSWORD", "import smtplib", "smtplib.SMTP(HOST).login(USER, password={})", "smtplib.SMTP(HOST).login(USER, {})"),
    Use("<WORD>_<WORD><digit:2>", "SNOWFLAKE_PASSWORD", "import snowflake.connector", "snowflake.connector.connect(user=USER, password={})"),
)  # fmt: skip
_ENGINE = ("import sqlalchemy", "sqlalchemy.create_engine(url={})", "sqlalchemy.create_engine({})")
_STRINGS = (
    (Use("<alnum:14>", "DATABASE_URL", *_ENGINE), "postgresql://mlflow:{}@db.internal:5432/mlflow"),
    (Use("<WORD><digit:4>", "BACKEND_STORE_URI", *_ENGINE), "mysql+pymysql://trainer:{}@10.0.3.7:3306/features"),
    (Use("<alnum:16>", "MONGO_URI", "import pymongo", "pymongo.MongoClient(host={})", "pymongo.MongoClient({})"), "mongodb+srv://svc:{}@cluster0.k3x9q.mongodb.net/models"),
    (Use("<alnum:20>", "REDIS_URL", "import redis", "redis.from_url(url={})", "redis.from_url({})"), "redis://:{}@cache.internal:6379/0"),
    (Use("<base64:86>==", "AZURE_STORAGE_CONNECTION_STRING", "from azure.storage.blob import BlobServiceClient", "BlobServiceClient.from_connection_string(conn_str={})", "BlobServiceClient.from_connection_string({})"), "DefaultEndpointsProtocol=https;AccountName=mlstore;AccountKey={};EndpointSuffix=core.windows.net"),
)  # fmt: skip
_AWS = Use("<base64:40>", "AWS_SECRET_ACCESS_KEY", "import boto3", "boto3.client('s3', aws_access_key_id=KEY_ID, aws_secret_access_key={})")  # fmt: skip
_PEM = Use("", "DEPLOY_PRIVATE_KEY", "import jwt", "jwt.encode(claims, key={}, algorithm='RS256')", "jwt.encode(claims, {}, 'RS256')")  # fmt: skip
_WORDS = ("Tiger", "Marmot", "Bergen", "Quartz", "Falcon", "Ginger", "Walnut", "Comet", "Pepper", "Lisboa")
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def generate(kind: str, draw: random.Random) -> Credential:
    """A fresh credential of a kind."""
    if kind == "connection string":
        use, around = draw.choice(_STRINGS)
        value = _fill(use.template, draw)
        return Credential(kind, value, around.format(value), use)
    if kind == "private key":
        pem, body = _private_key(draw)
        return Credential(kind, body, pem, _PEM)
    if kind == "AWS pair":
        value = _fill(_AWS.template, draw)
        return Credential(kind, value, value, _AWS, _fill("AKIA<base32:16>", draw))
    if kind == "base64":
        use = draw.choice(_VENDORS + _PASSWORDS)
        value = base64.b64encode(_fill(use.template, draw).encode()).decode()
        return Credential(kind, value, value, use)
    uses = {"vendor token": _VENDORS, "concatenated token": _VENDORS, "opaque key": _OPAQUE}.get(
        kind, _PASSWORDS
    )
    use = draw.choice(uses)
    value = _fill(use.template, draw)
    return Credential(kind, value, value, use)


def _fill(template: str, draw: random.Random) -> str:
    while "<WORD>" in template:
        template = template.replace("<WORD>", draw.choice(_WORDS), 1)
    fresh = f"{draw.getrandbits(64):x}|{template}"
    value = expand(fresh).partition("|")[2]
    return value + _checksum(value[4:]) if value.startswith("ghp_") else value


def _checksum(random_part: str) -> str:
    """The six base-62 digits of the CRC32 that end a GitHub token, as GitHub describes its format."""
    number, digits = zlib.crc32(random_part.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def _private_key(draw: random.Random) -> tuple[str, str]:
    """(PEM text, its base64 body): Ed25519 in PKCS #8, or numbers of RSA's sizes in PKCS #1."""
    if draw.random() < 0.5:
        der = bytes.fromhex("302e020100300506032b657004220420") + draw.randbytes(32)
        label = "PRIVATE KEY"
    else:
        sizes = (128, 3, 128, 64, 64, 64, 64, 64)
        numbers = [b"\0"] + [
            b"\1\0\1" if n == 3 else b"\0" + bytes([0x80 | draw.randrange(128)]) + draw.randbytes(n - 1)
            for n in sizes
        ]
        der = _tagged(0x30, b"".join(_tagged(2, number) for number in numbers))
        label = "RSA PRIVATE KEY"
    body = base64.b64encode(der).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----")), "\n".join(lines)


def _tagged(tag: int, content: bytes) -> bytes:
    """A DER value: tag, length, content."""
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
