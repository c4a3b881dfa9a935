"""axe-core over the pages of a site: which pages, in which modes, and what it finds.

Whether a page is wider than its window is looked at as well.

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

LONG = "tbody tr:nth-child(n + 4), .cards > :nth-child(n + 3), ol.rows > li:nth-child(n + 6)"
"""What is more of the same, and left out in a quick look."""


@dataclass(frozen=True)
class Mode:
    """A way to read: the window, what the system asks for, and what may differ there.

    ``rules`` are those that may come out otherwise than in the first mode (empty: all are run);
    ``sampled`` means the first rows of each table, where every further row is coloured the same.
    """

    name: str
    width: int = 1280
    settings: dict[str, Any] = field(default_factory=dict, hash=False)
    rules: tuple[str, ...] = ()
    sampled: bool = False
    media: str = "screen"


CONTRAST, ROOM = ("color-contrast",), ("scrollable-region-focusable", "target-size")
MODES = (
    Mode("light"),
    Mode("dark", settings={"color_scheme": "dark"}, rules=CONTRAST, sampled=True),
    Mode("forced", settings={"forced_colors": "active"}, rules=CONTRAST, sampled=True),
    Mode("320 px", width=320, rules=ROOM),
    Mode("200 %", width=640, settings={"device_scale_factor": 2}, rules=ROOM),
    Mode("print", width=688, rules=CONTRAST, sampled=True, media="print"),
)
QUICK = MODES[0], MODES[1], MODES[3]


@dataclass(frozen=True)
class Found:
    """What was found on a page in a mode.

    ``violations`` and ``open`` are nodes by rule of axe, those at fault and those left to people;
    ``too_wide`` is by how many pixels the page is wider than the window.
    """

    kind: str
    language: str
    mode: str
    violations: dict[str, int] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)
    too_wide: int = 0
    example: str = ""

    @property
    def faults(self) -> int:
        """Nodes at fault, and the page if it is wider than the window."""
        return sum(self.violations.values()) + (self.too_wide > 0)


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


def one_of_each(found: dict[tuple[str, str], Path]) -> dict[tuple[str, str], Path]:
    """Of each kind the page in one language, each language in turn."""
    by_kind: dict[str, list[str]] = {}
    for kind, language in found:
        by_kind.setdefault(kind, []).append(language)
    turns = {kind: those[n % len(those)] for n, (kind, those) in enumerate(by_kind.items())}
    return {key: found[key] for key in turns.items()}


def _kind(site: Path, file: Path) -> str:
    """A report's kind and the file's name; of other pages what they are for."""
    if (file.parent / "report.json").is_file():
        page = (file.parent / "index.html").read_text("utf-8")[:200_000]
        body = re.search(r"<body class=\"kind-([^\"]*)\"", page)
        return f"{body[1] if body else 'report'}/{file.name}"
    folder, *deeper = file.relative_to(site).parent.parts or ("front page",)
    if not deeper:
        return folder
    return "changes of a report" if file.stem.endswith(".changes") else "not in this language"


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
    thorough : all that is folded away is opened and whole tables are read where the mode does not
        say otherwise; else what a reader meets at once, and the first rows of each table
    """
    script = axe_script()
    for (kind, language), file in found.items():
        for mode in modes:
            context = browser.new_context(
                viewport={"width": mode.width, "height": 900}, bypass_csp=True, **mode.settings
            )
            page = context.new_page()
            page.goto(file.as_uri())
            page.emulate_media(media=mode.media)
            if thorough:
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            too_wide = page.evaluate("document.documentElement.scrollWidth") - mode.width
            page.evaluate(script)
            if mode.sampled or not thorough:
                page.evaluate(
                    "long => document.querySelectorAll(long).forEach(e => e.remove())", LONG
                )
            rules = {"type": "rule", "values": mode.rules} if mode.rules else {
                "type": "tag", "values": TAGS
            }  # fmt: skip
            answer = page.evaluate(
                "options => axe.run(document, options)",
                {
                    "runOnly": rules,
                    "rules": {"target-size": {"enabled": True}},
                    "resultTypes": ["violations", "incomplete"],
                },
            )
            context.close()
            yield _found(kind, language, mode, answer, too_wide)


def _found(kind: str, language: str, mode: Mode, answer: dict[str, Any], too_wide: int) -> Found:
    counts = [
        dict(Counter({rule["id"]: len(rule["nodes"]) for rule in answer[part]}))
        for part in ("violations", "incomplete")
    ]
    first = next((rule["nodes"][0] for rule in answer["violations"]), None)
    example = f"{first['target']} {first['failureSummary']}" if first else ""
    return Found(kind, language, mode.name, *counts, max(0, too_wide), example)
