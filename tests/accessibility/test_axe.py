"""axe-core over every kind of page that lies on the site; no rule is switched off."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

PAGES = ("index", "review")
CHECK = Path(__file__).resolve().parents[2] / "validation" / "accessibility" / "site_check.py"


@pytest.fixture(scope="module")
def checking() -> ModuleType:
    """The validation's own module, so that both check the same."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    spec = importlib.util.spec_from_file_location("site_check", CHECK)
    module = importlib.util.module_from_spec(spec)
    sys.modules["site_check"] = module
    spec.loader.exec_module(module)
    return module


def test_every_kind_of_page_is_found(site, checking):
    found = checking.pages(site)
    kinds = {kind for kind, _ in found}
    reports = {f"{kind}/{page}.html" for kind in ("experiment", "city_year") for page in PAGES}
    assert kinds == reports | {"front page", "accessibility", "audit", "not in this language"}
    assert {language for _, language in found} == {"fi", "sv", "en"}
    assert {kind for kind, _ in checking.one_of_each(found)} == kinds


def test_no_kind_of_page_has_a_fault(site, browser, checking):
    """One page of each kind, the first rows of its tables; the slow test reads every page whole."""
    found = checking.one_of_each(checking.pages(site))
    checked = checking.check(browser, found, checking.QUICK, thorough=False)
    faults = [one for one in checked if one.faults]
    assert faults == []


def test_a_fault_is_noticed(browser, checking, tmp_path):
    page = tmp_path / "bad.html"
    page.write_text('<html lang="fi"><title>x</title><main><h1>x</h1><img src="data:,">', "utf-8")
    [light, *_] = checking.check(browser, checking.pages(tmp_path), checking.MODES[:1])
    assert light.violations == {"image-alt": 1}


@pytest.mark.slow
def test_no_page_has_a_fault_with_everything_open(whole_site, browser, checking):
    found = checking.pages(whole_site)
    assert len(found) >= 4 * 2 * 3 + 3 * 3
    assert [one for one in checking.check(browser, found) if one.faults] == []
