"""The audit page in a real browser, where there is one: it fits every screen, shows all of itself, prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_samples import clean, full, many, spoiled
from browser import Browser, program

from mlscan.audit import Audit
from mlscan.auditor import audit
from mlscan.catalog.schema import Catalog
from mlscan.config import Config
from mlscan.report.audit.page import render
from mlscan.sources.request import Request

DEMO = Path(__file__).parent.parent / "fixtures" / "demo"
WIDTHS = {"phone": 390, "small": 320, "tablet": 820, "desktop": 1280}
# What reaches beyond the window without a box of its own to scroll in.
BEYOND = """(() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll('body *')].filter(
    (one) => one.getBoundingClientRect().width && one.getBoundingClientRect().right > width + 1
      && !one.closest('.scroll, pre'));
  return [document.documentElement.scrollWidth - width, wide.map((one) => one.outerHTML.slice(0, 120))];
})()"""
SECTIONS = """['summary', 'ways', 'findings', 'secrets', 'deployers', 'evidence', 'limits'].filter((id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.width < 200 || box.height < 40;
})"""
DRAWINGS = """[...document.querySelectorAll('svg.graph')].map((one) => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one.querySelector('.box.open'));
  return [box.width > 200 && box.height > 60, style.stroke, getComputedStyle(document.body).backgroundColor];
})"""

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> dict[str, Path]:
    """Pages as files."""
    audits: dict[str, Audit] = {
        "demo": audit(Request((str(DEMO),), str(DEMO)), catalog, Config()),
        "full": full(),
        "clean": clean(),
        "many": many(400),
        "endless": spoiled("W" * 900),
        "markup": spoiled("</style><script>document.title = 'owned'</script><img src=x onerror=alert(1)>"),
    }
    folder = tmp_path_factory.mktemp("pages")
    for name, shown in audits.items():
        (folder / f"{name}.html").write_text(render(shown), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in audits}


@pytest.mark.parametrize("name", ["demo", "full", "clean", "many", "endless", "markup"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_reaches_beyond_the_window(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    browser.open(pages[name], width)
    assert browser.value(BEYOND) == [0, []]
    browser.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.value(BEYOND) == [0, []]


@pytest.mark.parametrize("name", ["demo", "full", "clean", "markup"])
def test_every_section_is_shown_and_nothing_complains(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    browser.open(pages[name], 1280)
    assert browser.value(SECTIONS) == []
    assert browser.value("document.title").startswith("Audit of ")
    # The policy of the page reports here what it had to stop, a style of its own included.
    said = ("Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening")
    assert [event for event in browser.events if event.get("method") in said] == []
    asked = [event["params"]["request"]["url"] for event in browser.events
             if event.get("method") == "Network.requestWillBeSent"]  # fmt: skip
    assert asked == [pages[name].resolve().as_uri()]


def test_drawings_wear_the_colours_of_the_scheme(browser: Browser, pages: dict[str, Path]) -> None:
    seen = []
    for dark in (False, True):
        browser.open(pages["full"], 1280, dark=dark)
        ((large, stroke, paper),) = browser.value(DRAWINGS)
        assert large
        seen.append((stroke, paper))
    assert len(set(seen)) == 2
    assert [paper for _, paper in seen] == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


def test_a_wide_drawing_scrolls_in_its_own_box(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["full"], 390)
    box = "document.querySelector('.drawing')"
    assert browser.value(f"{box}.scrollWidth") > browser.value(f"{box}.clientWidth")


def test_it_prints_with_what_is_folded(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    browser.open(pages["many"], 1280)
    browser.pdf(tmp_path / "many.pdf")
    data = (tmp_path / "many.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    # 150 entries of each of two rules take far more pages than the three that are open.
    assert data.count(b"/Type /Page\n") > 20
