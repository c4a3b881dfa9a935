"""Sotkanet (THL), REST 1.1: indicators by region and year.

Sotkanet's terms: occasional queries, keep what you get; figures and descriptions of THL are
CC BY 4.0, figures of other producers are under their producer's terms.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from skk_analysis.sources.client import Answer, Client
from skk_analysis.sources.errors import DamagedError, StatusError
from skk_analysis.sources.findings import (
    DESCRIBED,
    ENDED,
    TERMS,
    Finding,
    compare_titles,
    compare_years,
)
from skk_analysis.sources.store import CC_BY, STATFIN, THL, Piece, held, held_years
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace

REGIONS = "sotkanet.regions"
FOLDER = "municipalities"
OPEN_PRODUCERS = (THL, STATFIN)
"""Producers whose figures are CC BY 4.0 by their own terms; all others have terms of their own."""
SEXES = ("total", "male", "female")
DEFINING = ("description", "limits", "primaryValueType")
"""What defines the figures besides the title, which is compared by itself."""


def tasks(client: Client, workspace: Workspace, wanted: Wanted) -> list[Task]:
    """The list of regions and every Sotkanet indicator of the dictionary."""
    indicators = [_Indicator(client, workspace, wanted, number) for number in wanted.of("sotkanet")]
    found = [Task(i.key, i.fetch, i.check) for i in indicators]
    if found:
        found.insert(0, Task(REGIONS, lambda: _regions(client), list))
    return found


def _regions(client: Client) -> Delivery:
    answer = client.get(f"{client.addresses.sotkanet}/regions")
    if not _rows(answer, {"id", "code", "category"}):
        raise DamagedError(answer.url, "the list of regions is empty")
    title = "Sotkanet, alueluettelo"
    piece = Piece("sotkanet_regions", ".json", FOLDER, "sotkanet_regions", title, answer, THL)
    return Delivery([piece])


class _Indicator:
    """One indicator of one workspace's dictionary."""

    def __init__(self, client: Client, workspace: Workspace, wanted: Wanted, number: str) -> None:
        self.client, self.workspace, self.wanted = client, workspace, wanted
        self.url = client.addresses.sotkanet
        self.number, self.key = number, f"sotkanet.{number}"

    def check(self) -> list[Finding]:
        """What is otherwise than the register says."""
        metadata = self._metadata()
        return self._unknown() if metadata is None else self._compare(metadata)

    def fetch(self) -> Delivery:
        """The wanted years and those that are held already."""
        metadata = self._metadata()
        if metadata is None:
            return Delivery([], self._unknown())
        findings = self._compare(metadata)
        if any(finding.stops for finding in findings):
            return Delivery([], findings)
        years = sorted({*self.wanted.years, *held_years(self.workspace, self.key)})
        sexes = metadata.get("classifications", {}).get("sex", {}).get("values") or ["total"]
        asked = ["total"] if "total" in sexes else [sex for sex in SEXES if sex in sexes]
        answer = self.client.get(
            f"{self.url}/json",
            [("indicator", self.number)]
            + [("years", year) for year in years]
            + [("genders", sex) for sex in asked],
        )
        rows = _rows(answer, {"indicator", "region", "year"})
        if others := {str(row["indicator"]) for row in rows} - {self.number}:
            what = f"figures of the indicator {', '.join(sorted(others))} instead of {self.number}"
            raise DamagedError(answer.url, what)
        if not rows:
            return Delivery([], findings)
        producer = _producer(metadata)
        piece = Piece(
            name=f"sotkanet_{self.number}",
            suffix=".json",
            folder=FOLDER,
            reader="sotkanet_json",
            title=_finnish(metadata.get("title")),
            answer=answer,
            publisher=THL if producer == THL else f"{producer} (Sotkanet)",
            licence=CC_BY if producer in OPEN_PRODUCERS else f"{producer}: own terms",
            updated=str(metadata.get("data-updated", "")),
            years=tuple(sorted({int(row["year"]) for row in rows})),
            definition=_definition(metadata),
        )
        return Delivery([piece], findings)

    def _metadata(self) -> dict[str, Any] | None:
        """How Sotkanet describes the indicator; None if it has none with this number."""
        try:
            answer = self.client.get(f"{self.url}/indicators/{self.number}")
        except StatusError as error:
            if error.status == 404:
                return None
            raise
        metadata = answer.json
        if not isinstance(metadata, dict) or not _finnish(metadata.get("title")):
            raise DamagedError(answer.url, "no description of an indicator")
        return metadata

    def _unknown(self) -> list[Finding]:
        mend = "Choose its successor in programme/indicators.csv."
        return [Finding(ENDED, self.key, "Sotkanet has no indicator with this number", mend)]

    def _compare(self, metadata: dict[str, Any]) -> list[Finding]:
        title = _finnish(metadata["title"])
        held_files = held(self.workspace, self.key)
        known = self.wanted.titles.get(self.key) or next((r.title for r in held_files), "")
        findings = compare_titles(self.key, known, title)
        years = metadata.get("range") or {}
        if years.get("start") and years.get("end"):
            first, last = int(years["start"]), int(years["end"])
            findings += compare_years(self.key, first, last, self.wanted.years)
        before = next((r.request.definition for r in held_files if r.request), "")
        if before and before != _definition(metadata) and not findings:
            what = "its description has changed since it was fetched"
            mend = f"Read {self.url}/indicators/{self.number} before comparing years."
            findings.append(Finding(DESCRIBED, self.key, what, mend))
        producer = _producer(metadata)
        if producer not in OPEN_PRODUCERS:
            what = f"the figures are of {producer} and under its own terms, not CC BY 4.0"
            findings.append(Finding(TERMS, self.key, what, "Ask the producer before publishing."))
        return findings


def _rows(answer: Answer, columns: set[str]) -> list[dict[str, Any]]:
    """The rows of an answer; an empty list is an answer too."""
    rows = answer.json
    if not isinstance(rows, list) or not all(
        isinstance(r, dict) and columns <= set(r) for r in rows
    ):
        raise DamagedError(answer.url, f"no list of rows with {', '.join(sorted(columns))}")
    return rows


def _finnish(texts: Any) -> str:
    return str(texts.get("fi") or "").strip() if isinstance(texts, dict) else ""


def _producer(metadata: dict[str, Any]) -> str:
    """The producer's name; THL's as the rest of the suite writes it."""
    name = _finnish((metadata.get("organization") or {}).get("title")) or "unknown producer"
    return THL if name.startswith(THL) else name


def _definition(metadata: dict[str, Any]) -> str:
    """A hash of how the figures are defined."""
    parts = {name: metadata.get(name) for name in DEFINING}
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
