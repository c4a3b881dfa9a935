"""axe-core over the pages of a site: which pages, in which modes, and what it finds.

Pages are found, not listed: of all HTML on the site one for each kind and language is read, so a
new kind of page is taken in by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TAGS = [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice",
]  # fmt: skip
"""WCAG 2.0, 2.1 and 2.2, levels A and AA, and axe's best practices."""

LANGUAGES = "fi|sv|en"


@dataclass(frozen=True)
class Mode:
    """A way to read: window width, colours of the system, and rules that may differ there."""

    name: str
    width: int = 1280
    settings: dict[str, str] = field(default_factory=dict, hash=False)
    own_rules: tuple[str, ...] = ()


MODES = (
    Mode("light"),
    Mode("dark", settings={"color_scheme": "dark"}, own_rules=("color-contrast",)),
    Mode("forced", settings={"forced_colors": "active"}, own_rules=("color-contrast",)),
    Mode("320 px", width=320, own_rules=("scrollable-region-focusable", "target-size")),
)


@dataclass(frozen=True)
class Found:
    """What axe found on a page in a mode: nodes by rule, those at fault and those left open."""

    kind: str
    language: str
    mode: str
    violations: dict[str, int] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)
    example: str = ""


def pages(site: Path) -> dict[tuple[str, str], Path]:
    """One page for each kind and language of all the HTML on a site."""
    found: dict[tuple[str, str], Path] = {}
    for file in sorted(site.rglob("*.html")):
        head = file.read_text("utf-8")[:200_000]
        if 'http-equiv="refresh"' in head:  # nobody stays on a page that leads on at once
            continue
        language = re.search(r"<html[^>]* lang=\"([^\"]*)\"", head)
        found.setdefault((_kind(site, file), language[1] if language else ""), file)
    return found


def _kind(site: Path, file: Path) -> str:
    """A report's kind and the file's name; of other pages the place, without its language."""
    if (file.parent / "report.json").is_file():
        page = (file.parent / "index.html").read_text("utf-8")[:200_000]
        body = re.search(r"<body class=\"kind-([^\"]*)\"", page)
        return f"{body[1] if body else 'report'}/{file.name}"
    place = file.relative_to(site).as_posix()
    return re.sub(rf"(^|/)({LANGUAGES})(?=[/.])", r"\1*", place)


def axe_script() -> str:
    """axe-core's own JavaScript, from the development dependency axe-playwright-python."""
    from axe_playwright_python.base import AXE_SCRIPT

    return AXE_SCRIPT


def check(
    browser: Any,
    found: dict[tuple[str, str], Path],
    modes: Sequence[Mode] = MODES,
    thorough: bool = True,
) -> Iterator[Found]:
    """Run axe on pages.

    Parameters
    ----------
    browser : Playwright's
    found : pages by kind and language
    modes : ways to read
    thorough : every rule in every mode, and all that is folded away opened; else the rules that
        may differ in the modes after the first, and what a reader meets at once
    """
    script = axe_script()
    for (kind, language), file in found.items():
        for mode in modes:
            context = browser.new_context(
                viewport={"width": mode.width, "height": 900}, bypass_csp=True, **mode.settings
            )
            page = context.new_page()
            page.goto(file.as_uri())
            if thorough:
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.evaluate(script)
            rules = {"type": "tag", "values": TAGS}
            if mode.own_rules and not thorough:
                rules = {"type": "rule", "values": list(mode.own_rules)}
            answer = page.evaluate(
                "options => axe.run(document, options)",
                {
                    "runOnly": rules,
                    "rules": {"target-size": {"enabled": True}},
                    "resultTypes": ["violations", "incomplete"],
                },
            )
            context.close()
            yield _found(kind, language, mode, answer)


def _found(kind: str, language: str, mode: Mode, answer: dict[str, Any]) -> Found:
    counts = [
        dict(Counter({rule["id"]: len(rule["nodes"]) for rule in answer[part]}))
        for part in ("violations", "incomplete")
    ]
    first = next((rule["nodes"][0] for rule in answer["violations"]), None)
    example = f"{first['target']} {first['failureSummary']}" if first else ""
    return Found(kind, language, mode.name, *counts, example)
