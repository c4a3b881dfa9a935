"""Borders of postal areas and municipalities of one year, in degrees."""

from __future__ import annotations

from functools import partial

from skk_analysis.sources import wfs
from skk_analysis.sources.client import JSON, Client
from skk_analysis.sources.findings import Finding
from skk_analysis.sources.task import Delivery, Task
from skk_analysis.sources.wanted import Wanted
from skk_analysis.workspace import Workspace

LAYERS = {
    "municipalities": ("tilastointialueet:kunta1000k_{year}", ("kunta",)),
    "postal_areas": ("postialue:pno_{year}", wfs.POSTAL_CODES),
}
"""What → layer and field of the code. The postal areas are the workspace's fixed key of areas."""


def tasks(client: Client, _: Workspace, wanted: Wanted) -> list[Task]:
    """Both layers of the last wanted year: a workspace has one fixed division into areas."""
    year = max(wanted.years)
    return [
        Task(
            f"boundaries.{what}",
            partial(_fetch, client, what, year),
            partial(_check, client, what, year),
        )
        for what in LAYERS
    ]


def _check(client: Client, what: str, year: int) -> list[Finding]:
    layer = _layer(client, what, year)
    return [layer] if isinstance(layer, Finding) else []


def _fetch(client: Client, what: str, year: int) -> Delivery:
    layer = _layer(client, what, year)
    if isinstance(layer, Finding):
        return Delivery([], [layer])
    title = f"Borders of {what.replace('_', ' ')} {year}"
    return wfs.deliver(client, layer, JSON, "boundaries", title, [])


def _layer(client: Client, what: str, year: int) -> wfs.Layer | Finding:
    name, codes = LAYERS[what]
    mend = "Name another last year with --years."
    return wfs.describe(client, f"boundaries.{what}", name.format(year=year), codes, mend)
