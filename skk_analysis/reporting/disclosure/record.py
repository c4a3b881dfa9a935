"""``disclosure.json`` beside each report: what disclosure control did to it, output by output.

After ACRO's record of outputs (Green et al. 2023): the output, where it is made, the outcome, what
was hidden, the exception that was asked for, and the reason. Never a hidden value, and never which
of the hidden cells is small itself and which only protects another.

An output is ``pass`` (within the limits, or with cells hidden), ``fail`` (a number breaks a limit)
or ``review`` (it breaks one and an exception for it was granted, which a person has to stand by).
The report has the worst of its outputs'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from html import unescape
from typing import TYPE_CHECKING, Any

from skk_analysis.review.disclosure.batch import FAIL, PASS, REVIEW
from skk_analysis.workspace import json_bytes

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made
    from skk_analysis.review.disclosure.gate import Fault

FILE, FORMAT = "disclosure.json", 2
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
    faults = faults_of(report, made.results, sources)
    exceptions = exceptions_of(Programme.of(report.workspace), "/".join(report.subject.folder))
    strict = faults_of(report, made.results, sources, excepted=False)
    numbers = list(_numbers(faults, strict, exceptions))
    outputs = [*numbers, *_outputs(made.notebook)]
    outcomes = {one["outcome"] for one in outputs}
    content = {
        "format": FORMAT,
        "outcome": next((o for o in (FAIL, REVIEW) if o in outcomes), PASS),
        "faults": [fault.id for fault in faults],
        "policy": {"source": policy.source, **policy.limits()},
        "outputs": outputs,
        "exceptions": exceptions,
    }
    return {FILE: json_bytes(content, sort_keys=True)}


def _numbers(
    faults: Sequence[Fault], strict: Sequence[Fault], exceptions: Sequence[Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    """Each number that breaks a limit, with the exception under which it is shown if it is."""
    stopped = {(fault.id, fault.rule) for fault in faults}
    for fault in strict:
        fitting = [one for one in exceptions if fnmatchcase(fault.id, one["output"])]
        granted = [one for one in fitting if one["decision"] == "granted"]
        named = (granted or fitting or [{}])[0]
        yield {
            "section": "",
            "cell": 0,
            "output": fault.id,
            "hidden": 0,
            "outcome": FAIL if (fault.id, fault.rule) in stopped else REVIEW,
            "rule": fault.rule,
            "exception": named.get("output", ""),
            "reason": {key: text for key, text in named.items() if key.startswith("reason")},
        }


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
                        yield {
                            "section": section,
                            "cell": number,
                            "output": name,
                            "hidden": count,
                            "outcome": PASS,
                            "rule": "",
                            "exception": "",
                            "reason": {},
                        }


def _html(output: Any) -> Iterator[str]:
    """The output's own HTML, and the tables in the metadata of a figure."""
    data = output.get("data", {})
    html = data.get("text/html", "")
    yield "".join(html) if isinstance(html, list) else str(html)
    for told in output.get("metadata", {}).values():
        if isinstance(told, Mapping) and isinstance(told.get("table"), str):
            yield told["table"]
