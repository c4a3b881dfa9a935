"""A local server that speaks each service's protocol, from real answers or from invented ones."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from skk_analysis.programme import STARTING_REGISTER, start_register
from skk_analysis.sources import Addresses, Client, Limits, Patience
from skk_analysis.workspace import Workspace

IMPATIENT = Patience(
    attempts=3, connect=2.0, silence=0.4, whole=2.0, first_wait=0.01, longest_wait=0.02,
    longest_pause=5.0, pace=Limits(1000, 1.0),
)  # fmt: skip
THL, STATFIN = "Terveyden ja hyvinvoinnin laitos (THL)", "Tilastokeskus"


def as_json(content: Any, status: int = 200, **headers: str) -> Response:
    return Response(
        json.dumps(content, ensure_ascii=False), status, headers, content_type="application/json"
    )


def slowly(content: bytes, pause: float, parts: int = 2) -> Response:
    """An answer that comes in parts with a pause between them."""

    def drip() -> Iterator[bytes]:
        step = math.ceil(len(content) / parts)
        for start in range(0, len(content), step):
            yield content[start : start + step]
            time.sleep(pause)

    return Response(drip(), content_type="application/json")


def truncated(content: bytes) -> Response:
    """An answer that promises more bytes than it sends."""
    headers = {"Content-Length": str(len(content))}
    return Response(iter([content[: len(content) // 2]]), 200, headers)


# ---------------------------------------------------------------- what the services have


def indicator(
    number: int, title: str, producer: str = STATFIN, first: int = 2009, last: int = 2022,
    sexes: tuple[str, ...] = ("male", "female", "total"), updated: str = "2024-02-01",
) -> dict[str, Any]:  # fmt: skip
    """A description as /indicators/{id} gives it."""
    return {
        "id": number,
        "title": {"fi": title, "en": title, "sv": title},
        "description": {"fi": "<p>Kuvaus</p>"},
        "organization": {"id": 1, "title": {"fi": producer}},
        "classifications": {"sex": {"values": list(sexes)}, "region": {"values": ["Kunta"]}},
        "range": {"start": first, "end": last},
        "data-updated": updated,
        "primaryValueType": {"code": "PERCENT", "title": {"fi": "Prosenttia"}},
    }


def figures(number: int, values: dict[tuple[int, int], float]) -> list[dict[str, Any]]:
    """Rows as /json gives them, from (region, year) → value."""
    return [
        {"indicator": number, "region": r, "year": y, "gender": "total", "value": v}
        for (r, y), v in values.items()
    ]


@dataclass
class Cube:
    """A PxWeb table: variables with their codes and texts, and values."""

    title: str
    variables: dict[str, dict[str, str]]
    values: np.ndarray
    time: str
    optional: tuple[str, ...] = ()
    table: str = "statfin_rpk_pxt_135l"
    updated: str = "2021-05-12T10:15:00Z"

    @classmethod
    def of(cls, *answers: dict[str, Any]) -> Cube:
        """The table that json-stat2 answers come from, joined along the second variable."""
        first = answers[0]
        variables = {n: dict(first["dimension"][n]["category"]["label"]) for n in first["id"]}
        second = first["id"][1]
        for answer in answers[1:]:
            variables[second] |= answer["dimension"][second]["category"]["label"]
        values = [np.array(a["value"], float).reshape(a["size"]) for a in answers]
        time_ = first["role"]["time"][0]
        return cls(first["label"], variables, np.concatenate(values, axis=1), time_)

    def renamed(self, names: dict[str, str], table: str) -> Cube:
        """The same table under the names of June 2026."""
        variables = {names.get(name, name): v for name, v in self.variables.items()}
        time_ = names.get(self.time, self.time)
        return Cube(self.title, variables, self.values, time_, self.optional, table)

    def v1(self) -> dict[str, Any]:
        """Metadata of version 1."""
        variables = [
            {
                "code": name, "text": name, "values": list(v), "valueTexts": list(v.values()),
                **({"time": True} if name == self.time else {}),
                **({"elimination": True} if name in self.optional else {}),
            }
            for name, v in self.variables.items()
        ]  # fmt: skip
        return {"title": self.title, "variables": variables}

    def json_stat(self, chosen: dict[str, list[str]], with_values: bool = True) -> dict[str, Any]:
        """An answer; variables that are left out become the sum."""
        values, names = self.values, list(self.variables)
        for name in names:
            axis = names.index(name)
            if name in chosen:
                codes = list(self.variables[name])
                values = np.take(values, [codes.index(c) for c in chosen[name]], axis)
            else:
                values = values.sum(axis, keepdims=True)
        kept = [name for name in names if name in chosen]
        dimension = {
            name: {
                "label": name,
                "category": {
                    "index": {c: i for i, c in enumerate(chosen[name])},
                    "label": {c: self.variables[name][c] for c in chosen[name]},
                },
                "extension": {"elimination": name in self.optional},
            }
            for name in kept
        }
        return {
            "class": "dataset", "version": "2.0", "label": self.title, "updated": self.updated,
            "id": kept, "size": [len(chosen[name]) for name in kept], "dimension": dimension,
            "role": {"time": [self.time]}, "extension": {"px": {"tableid": self.table}},
            "value": values.ravel().tolist() if with_values else [],
        }  # fmt: skip


@dataclass
class Layer:
    """A layer of the map service: areas with fields and borders."""

    rows: list[dict[str, Any]]
    borders: list[Any] | None = None
    cap: int = 10_000  # the service's own limit a page


def _addresses(server: HTTPServer) -> Addresses:
    url = server.url_for("").rstrip("/")
    return Addresses(f"{url}/rest/1.1", f"{url}/PxWeb/api", f"{url}/geoserver")


@dataclass
class World:
    """All that the services have, and the faults they are to show first, by part of the path."""

    server: HTTPServer
    indicators: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    regions: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, Cube] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    config: dict[str, int] = field(default_factory=lambda: {"maxCells": 100_000})
    cells: int = 10**9
    version: int = 1
    faults: dict[str, list[Response]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    calls: int = 0

    json = staticmethod(as_json)
    slowly = staticmethod(slowly)
    truncated = staticmethod(truncated)
    indicator = staticmethod(indicator)
    figures = staticmethod(figures)
    cube = Cube
    layer = Layer

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def fault(self, part: str, *answers: Response | bytes) -> None:
        """Give these answers first to calls whose path or query holds ``part``."""
        self.faults[part] = [Response(a) if isinstance(a, bytes) else a for a in answers]

    @property
    def addresses(self) -> Addresses:
        return _addresses(self.server)

    def paths(self, part: str = "") -> list[str]:
        """The calls so far whose path or query holds this."""
        calls = [f"{r.method} {r.path}?{r.query_string.decode()}" for r in self.asked]
        return [call for call in calls if part in call]

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.asked.append(request)
        self.calls += 1
        whole = f"{request.path}?{request.query_string.decode()}"
        for part, faults in self.faults.items():
            if part in whole and faults:
                return faults.pop(0)
        for start, speak in (
            ("/rest/1.1/", self._sotkanet),
            ("/PxWeb/api/v1/fi/", self._pxweb),
            ("/PxWeb/api/v2/", self._pxweb2),
            ("/geoserver/", self._wfs),
        ):
            if request.path.startswith(start):
                return speak(request.path.removeprefix(start), request)
        return Response("", 404)

    def _sotkanet(self, path: str, request: Request) -> Response:
        if path == "regions":
            return as_json(self.regions)
        if path == "json":
            asked = request.args
            years = {int(y) for y in asked.getlist("years")}
            rows = self.rows.get(asked["indicator"], [])
            sexes = set(asked.getlist("genders"))
            return as_json([r for r in rows if r["year"] in years and r["gender"] in sexes])
        found = self.indicators.get(path.removeprefix("indicators/"))
        return as_json(found) if found else Response("Not found", 404)

    def _pxweb(self, path: str, request: Request) -> Response:
        if self.version != 1:
            return Response("", 404)
        if request.query_string == b"config":
            return as_json(self.config)
        if path in self.tables:
            cube = self.tables[path]
            if request.method == "GET":
                return as_json(cube.v1())
            query = json.loads(request.get_data())["query"]
            chosen = {q["code"]: q["selection"]["values"] for q in query}
            if wrong := set(chosen) - set(cube.variables):
                return Response(f"variable {wrong}", 400)
            if math.prod(map(len, chosen.values())) > self.cells:
                return Response("", 403)
            return as_json(cube.json_stat(chosen))
        inside = {
            p.removeprefix(f"{path}/").split("/")[0] for p in self.tables if p.startswith(path)
        }
        if not inside:
            return Response("", 404)
        return as_json(
            [
                {"id": name, "type": "t" if name.endswith(".px") else "l", "text": name}
                for name in sorted(inside)
            ]
        )

    def _pxweb2(self, path: str, request: Request) -> Response:
        if self.version != 2:
            return Response("", 404)
        cubes = {cube.table: cube for cube in self.tables.values()}
        if path == "config":
            return as_json({"maxDataCells": 100_000, "maxCallsPerTimeWindow": 30, "timeWindow": 1})
        if path == "tables":
            page = int(request.args["pageNumber"])
            listed = [{"id": "statfin_x_pxt_999z"}] if page == 1 else [{"id": t} for t in cubes]
            return as_json({"tables": listed, "page": {"pageNumber": page, "totalPages": 2}})
        cube = cubes[path.split("/")[1]]
        if path.endswith("/metadata"):
            every = {name: list(v) for name, v in cube.variables.items()}
            return as_json(cube.json_stat(every, with_values=False))
        selection = json.loads(request.get_data())["selection"]
        chosen = {s["variableCode"]: s["valueCodes"] for s in selection}
        if math.prod(map(len, chosen.values())) > self.cells:
            problem = {"type": "Parameter error", "title": "Too many cells selected", "status": 400}
            return as_json(problem, 400)
        return as_json(cube.json_stat(chosen))

    def _wfs(self, path: str, request: Request) -> Response:
        asked = request.args
        layer = self.layers.get(asked["typeNames"])
        if layer is None or not path.startswith(asked["typeNames"].split(":")[0]):
            report = "<ows:ExceptionReport><ows:ExceptionText>unknown</ows:ExceptionText></x>"
            return Response(report, 200, content_type="application/xml")
        if asked["request"] == "DescribeFeatureType":
            names = [{"name": n, "type": "xsd:string"} for n in layer.rows[0]]
            geometry = {"name": "geom", "type": "gml:MultiSurface"}
            return as_json({"featureTypes": [{"properties": [geometry, *names]}]})
        if asked.get("resultType") == "hits":
            text = f'<wfs:FeatureCollection numberMatched="{len(layer.rows)}" numberReturned="0"/>'
            return Response(text, content_type="application/xml")
        start, count = int(asked["startIndex"]), min(int(asked["count"]), layer.cap)
        order = sorted(range(len(layer.rows)), key=lambda i: layer.rows[i][asked["sortBy"]])
        chosen = order[start : start + count]
        name = asked["typeNames"].split(":")[1]
        if asked["outputFormat"] == "csv":
            fields = asked["propertyName"].split(",")
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(["FID", *fields])
            for i in chosen:
                writer.writerow(
                    [f"{name}.fid--{self.calls}_{i}", *(layer.rows[i][f] for f in fields)]
                )
            return Response(text.getvalue(), content_type="text/csv;charset=UTF-8")
        assert asked["srsName"] == "EPSG:4326"
        features = [
            {
                "type": "Feature", "id": f"{name}.fid--{self.calls}_{i}",
                "geometry": layer.borders[i], "properties": layer.rows[i],
            }
            for i in chosen
        ]  # fmt: skip
        return as_json(
            {
                "type": "FeatureCollection", "features": features,
                "numberMatched": len(layer.rows), "timeStamp": f"2026-01-01T00:00:{self.calls}Z",
            }
        )  # fmt: skip


# ---------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def local_server() -> Iterator[HTTPServer]:
    server = HTTPServer(threaded=True)
    server.start()
    yield server
    server.clear()
    server.stop()


@pytest.fixture
def world(local_server: HTTPServer) -> World:
    """Services that have nothing yet."""
    local_server.clear()
    return World(local_server)


@pytest.fixture(scope="session")
def client(local_server: HTTPServer) -> Iterator[Client]:
    """One client for all tests; those that make a service unreachable take their own."""
    with Client(IMPATIENT, _addresses(local_server)) as made:
        yield made


@pytest.fixture
def own_client(world: World) -> Iterator[Client]:
    with Client(IMPATIENT, world.addresses) as made:
        yield made


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace with the starting register."""
    made = Workspace(tmp_path / "avoin data")
    made.root.mkdir()
    start_register(made)
    return made


@pytest.fixture
def small(world: World, workspace: Workspace) -> World:
    """Invented services: two indicators, one table, one publication, borders."""
    _wants(workspace, "sotkanet.3126", "sotkanet.5", "statfin.135l.RLL.rik_1000", "paavo.hr_mtu")
    world.regions = [
        {"id": 20, "code": "049", "category": "KUNTA", "title": {"fi": "Espoo", "sv": "Esbo"}},
        {"id": 413, "code": "092", "category": "KUNTA", "title": {"fi": "Vantaa", "sv": "Vanda"}},
    ]
    world.indicators = {
        "3126": indicator(3126, "Gini-kerroin, käytettävissä olevat tulot", sexes=()),
        "5": indicator(5, "Toimeentulotukea saaneet 25 - 64-vuotiaat, % vastaavanikäisestä "
                          "väestöstä", THL),
    }  # fmt: skip
    world.rows = {
        "3126": figures(3126, {(20, 2019): 32.5, (413, 2019): 25.1, (20, 2020): 32.0}),
        "5": figures(5, {(20, 2019): 7.7}),
    }
    years = {str(y): str(y) for y in range(2008, 2021)}
    areas = {"SSS": "KOKO MAA", "KU049": "Espoo", "KU092": "Vantaa"}
    crimes = {"RLL": "1) RIKOKSET JA RIKKOMUKSET YHTEENSÄ", "00B": "B Henkeen ja terveyteen"}
    contents = {"rik_1000": "Rikokset alueen 1 000 asukasta kohden", "rik_lkm": "Rikokset"}
    variables = {"Vuosi": years, "Rikosnimike": crimes, "Alue": areas, "Tiedot": contents}
    values = np.arange(13 * 2 * 3 * 2, dtype=float).reshape(13, 2, 3, 2)
    world.tables = {
        "StatFin/rpk/statfin_rpk_pxt_135l.px": Cube("Rikokset", variables, values, "Vuosi")
    }
    rows = [
        {
            "posti_alue": code, "nimi": name, "kunta": city, "vuosi": 2021,
            "he_vakiy": 100, "hr_tuy": 90, "hr_mtu": 20000 + i,
        }
        for i, (code, name, city) in enumerate(
            [("02100", "Tapiola, pohjoinen", "049"), ("01490", "Nikinmäki", "092"),
             ("02600", "Leppävaara", "049")]
        )
    ]  # fmt: skip
    triangle = {"type": "Polygon", "coordinates": [[[24, 60], [25, 60], [25, 61], [24, 60]]]}
    world.layers = {
        "postialue:pno_tilasto_2021": Layer(rows),
        "postialue:pno_2020": Layer(
            [{k: r[k] for k in ("posti_alue", "nimi", "kunta")} for r in rows], [triangle] * 3
        ),
        "tilastointialueet:kunta1000k_2020": Layer(
            [{"kunta": "049", "nimi": "Espoo", "namn": "Esbo"},
             {"kunta": "092", "nimi": "Vantaa", "namn": "Vanda"}], [triangle] * 2,
        ),
    }  # fmt: skip
    return world


@pytest.fixture
def wants(workspace: Workspace) -> Callable[..., None]:
    """Change what the workspace's dictionary wants."""
    return partial(_wants, workspace)


def _wants(workspace: Workspace, *variables: str) -> None:
    """Leave in the dictionary only the indicators made of these variables."""
    path = workspace.programme / "indicators.csv"
    start = (STARTING_REGISTER / "indicators.csv").read_text("utf-8")
    rows = list(csv.DictReader(start.splitlines()))
    kept = [r for r in rows if r["numerator"] in variables]
    for variable in variables:
        if variable not in {r["numerator"] for r in kept}:
            kept.append({**rows[8], "id": variable.replace(".", "_"), "numerator": variable})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(kept)
