"""Functions that answer a link which somebody opens, such as the one in a mail that asks for an approval."""

from __future__ import annotations

import ast
from functools import lru_cache

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
_QUERY = ("queryStringParameters", "rawQueryString")


@lru_cache(maxsize=64)
def opened(function: ast.AST) -> bool:
    """Whether a function of AWS Lambda reads the query of a link."""
    return any(isinstance(node, ast.Constant) and node.value in _QUERY for node in ast.walk(function))
