"""The embedded sample ("esimerkkiaineisto"): invented data in the publishers' own file layouts.

`write_sample` makes ``data/raw`` of a workspace: always the same bytes. Everything in it is
invented except what the founding documents of the programme state (marked so in the register), and
every resource says so, which puts a banner on each page made from it.

What makes which folder of ``data/raw``:

- ``areas/``: `paavo` (figures), `paavo_files` (layouts), `boundaries`;
- ``municipalities/``: `municipalities` (series), `municipality_files` (layouts);
- ``households/``: `households`; ``surveys/``: `surveys`;
- ``programme/``: `register`, `experiment_tables`, ``experiments.toml``, ``register/*.csv``;
- ``planted_truths.json``: `truths`.

`country` makes a whole country of the same stuff, for measuring.

`world` holds the cities, areas and municipalities that they share, `names` what these are called.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skk_analysis.sample import (
    boundaries,
    households,
    municipalities,
    municipality_files,
    paavo_files,
    register,
    surveys,
    truths,
)
from skk_analysis.sample.world import CITIES
from skk_analysis.workspace import (
    PACKAGE_FILE,
    Resource,
    SkkError,
    Workspace,
    write_bytes,
    write_json,
)

PUBLISHER = "Esimerkkiaineisto (keksitty)"
LICENCE = "CC0-1.0"
RETRIEVED = "2021-06-01"
SOURCE = "skk sample"
ELSEWHERE = (
    "The sample was not written; name an empty folder for it: skk sample --workspace FOLDER."
)
TRUTHS_FILE = "planted_truths.json"


@dataclass(frozen=True)
class File:
    """One raw file of the sample before it is written."""

    path: str
    reader: str
    title: str
    content: bytes

    @property
    def name(self) -> str:
        """Name of the resource: the file's name without folder and endings, in lower case."""
        plain = self.path.rsplit("/", 1)[-1].split(".")[0]
        return plain.lower().replace("_", "-")

    def resource(self) -> Resource:
        """The resource as the Data Package describes it."""
        return Resource(
            name=self.name,
            path=self.path,
            reader=self.reader,
            title=self.title,
            publisher=PUBLISHER,
            licence=LICENCE,
            source=SOURCE,
            retrieved=RETRIEVED,
            sha256=hashlib.sha256(self.content).hexdigest(),
            bytes=len(self.content),
            invented=True,
        )


def write_sample(root: Path) -> None:
    """Write the sample's ``data/raw`` under `root`, replacing an earlier one.

    The same bytes each time.

    Parameters
    ----------
    root
        The workspace's folder; it is made when missing.

    Raises
    ------
    SkkError
        If ``data/raw`` holds anything but an earlier sample: nothing of it is touched.
    """
    write_files(Path(root), files(), register.tables())
    write_json(Workspace(Path(root)).raw / TRUTHS_FILE, truths.planted())


def write_files(root: Path, made: Iterable[File], tables: Mapping[str, bytes]) -> None:
    """Write raw files and a register's tables as ``data/raw``, replacing an earlier sample."""
    workspace = Workspace(root)
    _clear_earlier_sample(workspace)
    resources = []
    for file in made:
        write_bytes(workspace.raw / file.path, file.content)
        resources.append(file.resource())
    for name, content in tables.items():
        write_bytes(workspace.programme / name, content)
    workspace.write_resources(resources)


def _clear_earlier_sample(workspace: Workspace) -> None:
    """Remove the files of an earlier sample; refuse where other people's data lie."""
    if not any(path.is_file() for path in workspace.raw.rglob("[!.]*")):
        return
    if not (workspace.raw / PACKAGE_FILE).is_file():
        raise SkkError(f"{workspace.raw} is not empty. {ELSEWHERE}")
    resources = workspace.resources()
    others = [resource.path for resource in resources if resource.source != SOURCE]
    if others:
        raise SkkError(
            f"{workspace.raw} holds other data than the sample: {', '.join(others[:5])}"
            f"{' …' if len(others) > 5 else ''}. {ELSEWHERE}"
        )
    for resource in resources:
        (workspace.raw / resource.path).unlink(missing_ok=True)
    for table in workspace.programme.glob("*.csv"):
        table.unlink()


def files() -> Iterator[File]:
    """Every raw file of the sample in the order of the Data Package."""
    yield from _areas()
    yield from _municipalities()
    for city in CITIES:
        path = f"households/kotitaloudet_{city.key}.csv.gz"
        title = f"Kotitaloudet 2018–2020, {city.name_fi} (keksitty)"
        yield File(path, "households", title, households.microdata(city))
    for year in surveys.SURVEY_YEARS:
        path, title = f"surveys/asukaskysely_{year}.csv.gz", f"Asukaskysely {year} (keksitty)"
        yield File(path, "survey", title, surveys.residents(year))
    for item in surveys.with_survey():
        path = f"surveys/kokeilukysely_{item['id']}.csv"
        title = f"Kokeilukysely: {item['name_fi']} (keksitty)"
        yield File(path, "survey", title, surveys.participants(item))


def _areas() -> Iterator[File]:
    key = municipality_files.postal_area_key()
    yield File("areas/alueryhmittely_posnro.csv", "postal_area_key", "Aluejako (keksitty)", key)
    yield File(
        "areas/postinumeroalueet.geojson", "boundaries", "Aluerajat (keksitty)",
        boundaries.geojson(),
    )  # fmt: skip
    for group, (name, _) in paavo_files.WIDE.items():
        for year in paavo_files.WIDE_YEARS[group]:
            title = f"Paavo {group} {year} (keksitty)"
            content = paavo_files.wide(group, year)
            yield File(f"areas/{name}_{year}.csv", "paavo_wide", title, content)
    year = paavo_files.WFS_PUBLICATION
    title = f"Paavo, julkaisu {year} (keksitty)"
    yield File(f"areas/pno_tilasto_{year}.csv", "paavo_wfs", title, paavo_files.wfs())
    year = paavo_files.LONG_YEAR
    title = f"Paavo 12f7, tietovuosi {year} (keksitty)"
    yield File(f"areas/009_12f7_{year}.csv.gz", "paavo_long", title, paavo_files.long())


def _municipalities() -> Iterator[File]:
    folder = "municipalities"
    yield File(
        f"{folder}/municipality_key_2020.csv", "municipality_key", "Kunta-avain (keksitty)",
        municipality_files.municipality_key(),
    )  # fmt: skip
    yield File(
        f"{folder}/sotkanet_regions.json", "sotkanet_regions", "Sotkanet, alueet (keksitty)",
        municipality_files.sotkanet_regions(),
    )  # fmt: skip
    yield File(
        f"{folder}/sotkanet_2010_2020.csv", "sotkanet_csv",
        "Sotkanet, tunnusluvut 2010–2020 (keksitty)", municipality_files.sotkanet_csv(),
    )  # fmt: skip
    yield File(
        f"{folder}/sotkanet_kysely_2018_2020.json", "sotkanet_json",
        "Sotkanet, kyselytunnusluvut 2018 ja 2020 (keksitty)", municipality_files.sotkanet_json(),
    )  # fmt: skip
    total, groups = municipalities.CRIMES[:1], municipalities.CRIMES[1:]
    for name, series, sparse in (("yhteensa", total, False), ("ryhmittain", groups, True)):
        yield File(
            f"{folder}/rpk_135l_{name}.json", "json_stat", f"Rikokset {name} (keksitty)",
            municipality_files.crimes(series, sparse),
        )  # fmt: skip
