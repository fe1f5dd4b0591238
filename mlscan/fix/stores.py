"""Where a secret is looked up instead: the environment, or the secret store of a cloud.

The calls are those of azure-keyvault-secrets 4, azure-identity 1, boto3 1 and google-cloud-secret-manager 2:
https://learn.microsoft.com/python/api/overview/azure/keyvault-secrets-readme,
https://docs.aws.amazon.com/boto3/latest/reference/services/secretsmanager/client/get_secret_value.html,
https://cloud.google.com/secret-manager/docs/access-secret-version
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlscan.errors import UserError


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`import module`, or `from module import name`."""

    module: str
    name: str = ""

    @property
    def bound(self) -> str:
        """The name that the import binds."""
        return self.name or self.module

    @property
    def statement(self) -> str:
        return f"from {self.module} import {self.name}" if self.name else f"import {self.module}"


OS = Import("os")
_CREDENTIAL = Import("azure.identity", "DefaultAzureCredential")
_VAULT = Import("azure.keyvault.secrets", "SecretClient")
_BOTO3 = Import("boto3")
_GOOGLE = Import("google.cloud", "secretmanager")


@dataclass(frozen=True, slots=True)
class Store:
    """`settings` are environment variables that the look-up itself reads."""

    key: str
    title: str
    imports: tuple[Import, ...]
    settings: tuple[str, ...] = ()

    def secret_name(self, name: str) -> str:
        """What the secret is called in the store; Key Vault takes letters, digits and dashes only."""
        return name.lower().replace("_", "-") if self.key in ("keyvault", "aws") else name

    def lookup(self, name: str, local: Mapping[Import, str], quote: str, *, nested: bool = False) -> str:
        """The expression that looks a secret up. `local` says how each import is called where it stands;
        `quote` delimits its texts; `nested` tells that it stands within an f-string, which cannot hold
        another one before Python 3.12."""
        q, called = quote, self.secret_name(name)
        if self.key == "keyvault":
            vault = f"{local[OS]}.environ[{q}KEY_VAULT_URL{q}]"
            return (
                f"{local[_VAULT]}(vault_url={vault}, credential={local[_CREDENTIAL]}())"
                f".get_secret({q}{called}{q}).value"
            )
        if self.key == "aws":
            client = f"{local[_BOTO3]}.client({q}secretsmanager{q})"
            return f"{client}.get_secret_value(SecretId={q}{called}{q})[{q}SecretString{q}]"
        if self.key == "gcp":
            other = "'" if q == '"' else '"'
            tail = f"/secrets/{called}/versions/latest"
            path = (
                f"{q}projects/{q} + {local[OS]}.environ[{q}GOOGLE_CLOUD_PROJECT{q}] + {q}{tail}{q}"
                if nested
                else f"f{q}projects/{{{local[OS]}.environ[{other}GOOGLE_CLOUD_PROJECT{other}]}}{tail}{q}"
            )
            client = f"{local[_GOOGLE]}.SecretManagerServiceClient()"
            return f"{client}.access_secret_version(name={path}).payload.data.decode()"
        return variable(name, local[OS], quote)


def variable(name: str, module: str, quote: str) -> str:
    """The environment variable of a name; a missing one is an error that says its name."""
    return f"{module}.environ[{quote}{name}{quote}]"


STORES = {
    store.key: store
    for store in (
        Store("env", "the environment", (OS,)),
        Store("keyvault", "Azure Key Vault", (OS, _CREDENTIAL, _VAULT), ("KEY_VAULT_URL",)),
        Store("aws", "AWS Secrets Manager", (_BOTO3,)),
        Store("gcp", "Google Secret Manager", (OS, _GOOGLE), ("GOOGLE_CLOUD_PROJECT",)),
    )
}


def store_of(key: str) -> Store:
    """The store of a key of `--to`."""
    if key not in STORES:
        raise UserError(f"--to: unknown store '{key}' (one of {', '.join(STORES)})")
    return STORES[key]
