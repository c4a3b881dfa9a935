"""Borders of postal areas and municipalities of one year, in degrees."""

from __future__ import annotations

from functools import partial

from skk_analysis.sources import wfs
from skk_analysis.sources.client import JSON, Client
from skk_analysis.sources.findings import ENDED, Finding
from skk_analysis.sources.store import Piece
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace

FOLDER = "areas"
LAYERS = {
    "municipalities": ("tilastointialueet", "kunta1000k_{year}", ("kunta",)),
    "postal_areas": ("postialue", "pno_{year}", wfs.POSTAL_CODES),
}
"""What → name space, layer and field of the code. The last one is the fixed key of areas."""


def tasks(client: Client, workspace: Workspace, wanted: Wanted, url: str = wfs.URL) -> list[Task]:
    """Both layers of the last wanted year: a workspace has one fixed division into areas."""
    del workspace
    year = max(wanted.years)
    found = []
    for what, (space, name, codes) in LAYERS.items():
        address, layer = f"{url}/{space}/wfs", f"{space}:{name.format(year=year)}"
        fetch = partial(_fetch, client, address, layer, codes, what)
        check = partial(_check, client, address, layer, codes, what)
        found.append(Task(f"boundaries.{what}", fetch, check))
    return found


def _check(client: Client, url: str, name: str, codes: tuple[str, ...], what: str) -> list[Finding]:
    return _describe(client, url, name, codes, what)[2]


def _describe(
    client: Client, url: str, name: str, codes: tuple[str, ...], what: str
) -> tuple[wfs.Layer | None, str, list[Finding]]:
    layer = wfs.describe(client, url, name)
    sort = next((c for c in codes if layer is not None and c in layer.fields), "")
    if layer is not None and sort:
        return layer, sort, []
    lacks = f"no layer {name}" if layer is None else f"no field {' or '.join(codes)} in {name}"
    mend = "Name another last year with --years."
    return None, "", [Finding(ENDED, f"boundaries.{what}", f"the map service has {lacks}", mend)]


def _fetch(client: Client, url: str, name: str, codes: tuple[str, ...], what: str) -> Delivery:
    layer, sort, findings = _describe(client, url, name, codes, what)
    answer = None if layer is None else wfs.fetch(client, layer, JSON, sort)
    if answer is None:
        return Delivery([], findings)
    piece = Piece(
        name=name.split(":")[1],
        suffix=".geojson",
        folder=FOLDER,
        reader="boundaries",
        title=f"Borders, {name.split(':')[1]}",
        answer=answer,
        stable=wfs.stable,
    )
    return Delivery([piece], findings)
