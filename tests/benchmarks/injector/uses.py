"""How code hands each sort of credential to an SDK, with the template its value is made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """How code hands a credential to an SDK. `{}` in a call is the literal; an empty one does not exist."""

    template: str
    name: str
    module: str = ""
    keyword: str = ""
    positional: str = ""


VENDORS = (
    Use(
        "hf_<alpha:34>",
        "HF_TOKEN",
        "import huggingface_hub",
        "huggingface_hub.login(token={})",
        "huggingface_hub.login({})",
    ),
    Use(
        "sk-proj-<base64url:74>T3BlbkFJ<base64url:74>",
        "OPENAI_API_KEY",
        "import openai",
        "openai.OpenAI(api_key={})",
    ),
    Use(
        "sk-ant-api03-<base64url:93>AA",
        "ANTHROPIC_API_KEY",
        "import anthropic",
        "anthropic.Anthropic(api_key={})",
    ),
    Use("gsk_<alnum:20>WGdyb3FY<alnum:24>", "GROQ_API_KEY", "import groq", "groq.Groq(api_key={})"),
    Use(
        "r8_<alnum:37>",
        "REPLICATE_API_TOKEN",
        "import replicate",
        "replicate.Client(api_token={})",
        "replicate.Client({})",
    ),
    Use(
        "dapi<hex:32>",
        "DATABRICKS_TOKEN",
        "from databricks import sql",
        "sql.connect(server_hostname=HOST, access_token={})",
    ),
    Use(
        "pcsk_<alnum:6>_<alnum:63>",
        "PINECONE_API_KEY",
        "import pinecone",
        "pinecone.Pinecone(api_key={})",
        "pinecone.Pinecone({})",
    ),
    Use("lsv2_pt_<hex:32>_<hex:10>", "LANGSMITH_API_KEY", "import langsmith", "langsmith.Client(api_key={})"),
    Use(
        "nvapi-<base64url:64>",
        "NVIDIA_API_KEY",
        "from langchain_nvidia_ai_endpoints import ChatNVIDIA",
        "ChatNVIDIA(nvidia_api_key={})",
    ),
    Use(
        "AIza<base64url:35>",
        "GOOGLE_API_KEY",
        "import google.generativeai as genai",
        "genai.configure(api_key={})",
    ),
    Use(
        "ghp_<alnum:30>",
        "GITHUB_TOKEN",
        "import github",
        "github.Github(login_or_token={})",
        "github.Github({})",
    ),
    Use("pplx-<alnum:48>", "PERPLEXITY_API_KEY", "import openai", "openai.OpenAI(base_url=BASE, api_key={})"),
)
OPAQUE = (
    Use("<hex:40>", "WANDB_API_KEY", "import wandb", "wandb.login(key={})"),
    Use("<alnum:40>", "CO_API_KEY", "import cohere", "cohere.Client(api_key={})", "cohere.Client({})"),
    Use("<alnum:32>", "MISTRAL_API_KEY", "from mistralai import Mistral", "Mistral(api_key={})"),
    Use(
        "<hex:32>",
        "AZURE_OPENAI_API_KEY",
        "from openai import AzureOpenAI",
        "AzureOpenAI(azure_endpoint=URL, api_key={})",
    ),
    Use(
        "<hex:32>",
        "AZURE_SEARCH_KEY",
        "from azure.core.credentials import AzureKeyCredential",
        "AzureKeyCredential(key={})",
        "AzureKeyCredential({})",
    ),
    Use(
        "<hex:40>",
        "DAGSHUB_TOKEN",
        "import dagshub",
        "dagshub.auth.add_app_token(token={})",
        "dagshub.auth.add_app_token({})",
    ),
)
PASSWORDS = (
    Use(
        "<password:14>",
        "POSTGRES_PASSWORD",
        "import psycopg2",
        "psycopg2.connect(host=HOST, user=USER, password={})",
    ),
    Use(
        "<alnum:16>",
        "MYSQL_PASSWORD",
        "import pymysql",
        "pymysql.connect(host=HOST, user=USER, password={})",
        "pymysql.connect(HOST, USER, {})",
    ),
    Use(
        "<WORD><digit:4>!",
        "SMTP_PASSWORD",
        "import smtplib",
        "smtplib.SMTP(HOST).login(USER, password={})",
        "smtplib.SMTP(HOST).login(USER, {})",
    ),
    Use(
        "<WORD>_<WORD><digit:2>",
        "SNOWFLAKE_PASSWORD",
        "import snowflake.connector",
        "snowflake.connector.connect(user=USER, password={})",
    ),
)
_ENGINE = ("import sqlalchemy", "sqlalchemy.create_engine(url={})", "sqlalchemy.create_engine({})")
STRINGS = (
    (Use("<alnum:14>", "DATABASE_URL", *_ENGINE), "postgresql://mlflow:{}@db.internal:5432/mlflow"),
    (
        Use("<WORD><digit:4>", "BACKEND_STORE_URI", *_ENGINE),
        "mysql+pymysql://trainer:{}@10.0.3.7:3306/features",
    ),
    (
        Use(
            "<alnum:16>",
            "MONGO_URI",
            "import pymongo",
            "pymongo.MongoClient(host={})",
            "pymongo.MongoClient({})",
        ),
        "mongodb+srv://svc:{}@cluster0.k3x9q.mongodb.net/models",
    ),
    (
        Use("<alnum:20>", "REDIS_URL", "import redis", "redis.from_url(url={})", "redis.from_url({})"),
        "redis://:{}@cache.internal:6379/0",
    ),
    (
        Use(
            "<base64:86>==",
            "AZURE_STORAGE_CONNECTION_STRING",
            "from azure.storage.blob import BlobServiceClient",
            "BlobServiceClient.from_connection_string(conn_str={})",
            "BlobServiceClient.from_connection_string({})",
        ),
        "DefaultEndpointsProtocol=https;AccountName=mlstore;AccountKey={};EndpointSuffix=core.windows.net",
    ),
)
AWS = Use(
    "<base64:40>",
    "AWS_SECRET_ACCESS_KEY",
    "import boto3",
    "boto3.client('s3', aws_access_key_id=KEY_ID, aws_secret_access_key={})",
)
PEM = Use(
    "",
    "DEPLOY_PRIVATE_KEY",
    "import jwt",
    "jwt.encode(claims, key={}, algorithm='RS256')",
    "jwt.encode(claims, {}, 'RS256')",
)
