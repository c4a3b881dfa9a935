"""``disclosure.json`` beside each report: what disclosure control did to it, output by output.

After ACRO's record of outputs (Green et al. 2023): the output, where it is made, the outcome, what
was hidden, the exception that was asked for, and the reason. Never a hidden value, and never which
of the hidden cells is small itself and which only protects another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made

FILE, FORMAT = "disclosure.json", 1
TABLE = re.compile(r"<table\b.*?</table>", re.S)
CAPTION = re.compile(r"<caption[^>]*>(.*?)</caption>", re.S)
HIDDEN = re.compile(r'<td class="[^"]*\bprotected\b[^"]*"')
ANCHOR = re.compile(r'<h2[^>]*\bid="([^"]+)"')
TAGS = re.compile(r"<[^>]+>")


def disclosure_record(made: Made) -> Mapping[str, bytes]:
    """The record of one report, as a companion."""
    from skk_analysis.programme import Programme
    from skk_analysis.reporting.disclosure.check import faults_of
    from skk_analysis.reporting.disclosure.policies import exceptions_of, policies

    report, sources = made.order.report, list(made.order.sources)
    used = [r for r in report.workspace.resources() if r.name in set(sources)]
    policy = policies(report.workspace).strictest(used)
    faults = [fault.id for fault in faults_of(report, made.results, sources)]
    programme = Programme.of(report.workspace)
    content = {
        "format": FORMAT,
        "outcome": "fail" if faults else "pass",
        "faults": faults,
        "policy": {"source": policy.source, **policy.limits()},
        "outputs": list(_outputs(made.notebook)),
        "exceptions": exceptions_of(programme, "/".join(report.subject.folder)),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {FILE: text.encode()}


def _outputs(notebook: Any) -> Iterator[dict[str, Any]]:
    """Each table with hidden cells: of the page, and behind its figures."""
    section, seen = "", set()
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            for html in _html(output):
                if anchor := ANCHOR.search(html):
                    section = anchor[1]
                for table in TABLE.findall(html):
                    count, caption = len(HIDDEN.findall(table)), CAPTION.search(table)
                    name = unescape(TAGS.sub("", caption[1])).strip() if caption else ""
                    if count and (section, name) not in seen:
                        seen.add((section, name))
                        yield {"section": section, "cell": number, "output": name, "hidden": count}


def _html(output: Any) -> Iterator[str]:
    """The output's own HTML, and the tables in the metadata of a figure."""
    data = output.get("data", {})
    html = data.get("text/html", "")
    yield "".join(html) if isinstance(html, list) else str(html)
    for told in output.get("metadata", {}).values():
        if isinstance(told, Mapping) and isinstance(told.get("table"), str):
            yield told["table"]
