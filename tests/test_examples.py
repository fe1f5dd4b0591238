"""Every example of every rule file is a test by itself."""

from __future__ import annotations

import pytest

from mlscan.analyse import Analyser
from mlscan.catalog.load import read_catalog, rules_directory
from mlscan.catalog.patterns import coarse_expression, confirmer, token_expression
from mlscan.catalog.schema import Catalog, CredentialSink, PromotionCall, TokenFormat
from mlscan.rehearsal import Rehearsal
from mlscan.secrets.structure import names as structures

CATALOG = read_catalog(rules_directory())
TOKENS = [token for vendor in CATALOG.vendors for token in vendor.tokens]
SINKS = [(sdk.sdk, sink) for sdk in CATALOG.sdks for sink in sdk.credentials]
PROMOTIONS = [entry for sdk in CATALOG.sdks for entry in sdk.promotions]
# Read by later rules than the credential sinks of a call.
UNREAD_KINDS = {"shell", "argv", "sql", "key-file", "dict"}


@pytest.fixture(scope="module")
def rehearsal(catalog: Catalog, analyser: Analyser) -> Rehearsal:
    return Rehearsal(catalog, analyser)


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.id)
def test_token_examples(rehearsal: Rehearsal, token: TokenFormat) -> None:
    assert token.examples
    assert token.counterexamples
    assert list(rehearsal.format(token)) == []


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.id)
def test_token_expressions(token: TokenFormat) -> None:
    assert token.structure == "" or token.structure in structures()
    assert confirmer(token_expression(token)).groupindex.keys() == {"secret"}
    assert "(?P<" not in coarse_expression(token)


def test_ids_are_unique() -> None:
    ids = [token.id for token in TOKENS] + [check.id for check in CATALOG.checks]
    assert len(ids) == len(set(ids))
    promotions = [entry.id for entry in PROMOTIONS]
    assert len(promotions) == len(set(promotions))


def test_the_catalogue_is_as_large_as_promised() -> None:
    assert len(TOKENS) >= 450
    assert len(CATALOG.vendors) >= 250


@pytest.mark.parametrize(
    "sink",
    [sink for _, sink in SINKS if sink.kind not in UNREAD_KINDS],
    ids=[f"{sdk}:{sink.calls[0]}:{sink.argument}" for sdk, sink in SINKS if sink.kind not in UNREAD_KINDS],
)
def test_sink_examples(rehearsal: Rehearsal, sink: CredentialSink) -> None:
    assert list(rehearsal.sink(sink)) == []


@pytest.mark.parametrize("entry", PROMOTIONS, ids=lambda entry: entry.id)
def test_promotion_examples(rehearsal: Rehearsal, entry: PromotionCall) -> None:
    assert entry.examples or entry.kind not in ("promote", "approve", "deploy", "traffic")
    assert list(rehearsal.promotion(entry)) == []
