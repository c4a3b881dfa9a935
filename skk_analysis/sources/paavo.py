"""Paavo from Statistics Finland's map service: one layer a publication, all postal areas."""

from __future__ import annotations

from functools import partial

from skk_analysis.paavo_releases import GROUPS, releases
from skk_analysis.sources import wfs
from skk_analysis.sources.client import CSV, Client
from skk_analysis.sources.findings import RENAMED, Finding
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace


def tasks(client: Client, _: Workspace, wanted: Wanted) -> list[Task]:
    """Every publication that has a wanted year of any group of variables."""
    if not wanted.of("paavo"):
        return []
    return [
        Task(
            f"paavo.{release}",
            partial(_fetch, client, release, wanted),
            partial(_check, client, release, wanted),
        )
        for release in _releases(wanted)
    ]


def _releases(wanted: Wanted) -> list[int]:
    table = releases()
    about = table[list(GROUPS)].isin(wanted.years).any(axis=1)
    return [int(release) for release in table.index[about]]


def _check(client: Client, release: int, wanted: Wanted) -> list[Finding]:
    """Whether the layer is there and has the dictionary's variables."""
    return _layer(client, release, wanted)[1]


def _fetch(client: Client, release: int, wanted: Wanted) -> Delivery:
    """All areas and figures of the publication, without borders."""
    layer, findings = _layer(client, release, wanted)
    if layer is None:
        return Delivery([], findings)
    title = f"Paavo {release}, postal code area statistics"
    return wfs.deliver(client, layer, CSV, "paavo_wfs", title, findings)


def _layer(client: Client, release: int, wanted: Wanted) -> tuple[wfs.Layer | None, list[Finding]]:
    key, name = f"paavo.{release}", f"postialue:pno_tilasto_{release}"
    mend = "The publication is not out yet or is no longer given; the others are fetched."
    layer = wfs.describe(client, key, name, wfs.POSTAL_CODES, mend)
    if isinstance(layer, Finding):
        return None, [layer]
    missing = wanted.missing("paavo", layer.fields)
    if not missing:
        return layer, []
    what = f"{name} has no field {', '.join(missing)}"
    return layer, [Finding(RENAMED, key, what, "They stay empty for this publication.")]
