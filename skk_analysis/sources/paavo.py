"""Paavo from Statistics Finland's map service: one layer a publication, all postal areas."""

from __future__ import annotations

from skk_analysis.paavo_releases import GROUPS, releases
from skk_analysis.sources import wfs
from skk_analysis.sources.client import CSV, Client
from skk_analysis.sources.findings import ENDED, RENAMED, Finding
from skk_analysis.sources.store import Piece
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace

FOLDER = "areas"


def tasks(client: Client, workspace: Workspace, wanted: Wanted, url: str = wfs.URL) -> list[Task]:
    """Every publication that has a wanted year of any group of variables."""
    del workspace  # publications are not joined: what is held of others stays beside
    if not wanted.of("paavo"):
        return []
    found = [_Release(client, f"{url}/postialue/wfs", year, wanted) for year in _releases(wanted)]
    return [Task(release.key, release.fetch, release.check) for release in found]


def _releases(wanted: Wanted) -> list[int]:
    table = releases()
    about = table[list(GROUPS)].isin(wanted.years).any(axis=1)
    return [int(release) for release in table.index[about]]


class _Release:
    """One publication."""

    def __init__(self, client: Client, url: str, year: int, wanted: Wanted) -> None:
        self.client, self.url, self.year, self.wanted = client, url, year, wanted
        self.key, self.layer = f"paavo.{year}", f"postialue:pno_tilasto_{year}"

    def check(self) -> list[Finding]:
        """Whether the layer is there and has the dictionary's variables."""
        return self._describe()[2]

    def fetch(self) -> Delivery:
        """All areas and figures of the publication, without borders."""
        layer, sort, findings = self._describe()
        if layer is None:
            return Delivery([], findings)
        answer = wfs.fetch(self.client, layer, CSV, sort)
        if answer is None:
            return Delivery([], findings)
        piece = Piece(
            name=f"pno_tilasto_{self.year}",
            suffix=".csv",
            folder=FOLDER,
            reader="paavo_wfs",
            title=f"Paavo {self.year}, postal code area statistics",
            answer=answer,
            stable=wfs.stable,
        )
        return Delivery([piece], findings)

    def _describe(self) -> tuple[wfs.Layer | None, str, list[Finding]]:
        layer = wfs.describe(self.client, self.url, self.layer)
        if layer is None:
            what = f"the map service has no layer {self.layer}"
            mend = "The publication is not out yet or is no longer given; the others are fetched."
            return None, "", [Finding(ENDED, self.key, what, mend)]
        sort = next((name for name in wfs.POSTAL_CODES if name in layer.fields), "")
        if not sort:
            what = f"{self.layer} has no field {' or '.join(wfs.POSTAL_CODES)}"
            return None, "", [Finding(RENAMED, self.key, what, "The layer cannot be read.")]
        missing = self.wanted.missing("paavo", layer.fields)
        findings = []
        if missing:
            what = f"{self.layer} has no field {', '.join(missing)}"
            mend = "They stay empty for this publication."
            findings.append(Finding(RENAMED, self.key, what, mend))
        return layer, sort, findings
