"""Layers of a Web Feature Service (GeoServer), page by page, whole or not at all.

Pages are joined into the one file that the service would have given without its limit: rows or
features follow each other unaltered, the header is kept once. A layer of one page is stored byte
for byte.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from skk_analysis.sources.client import CSV, JSON, XML, Answer, Client
from skk_analysis.sources.errors import DamagedError, RefusedError
from skk_analysis.sources.findings import ENDED, RENAMED, Finding
from skk_analysis.sources.store import Piece
from skk_analysis.sources.task import Delivery

PAGE = 5000
"""Areas a page: more than Finland has postal areas, so that a layer is usually one answer."""
POSTAL_CODES = ("posti_alue", "postinumeroalue")
"""The field of the postal code, by 2021 layers and after."""
MATCHED = re.compile(r'numberMatched="(\d+)"')
CHANGING = re.compile(
    rb'"timeStamp"\s*:\s*"[^"]*"|"id"\s*:\s*"[\w.\-]+"|(?m:^[A-Za-z][\w\-]*\.[\w.\-]+(?=,))'
)
"""What GeoServer makes anew at every call: the time of the answer and numbers of features."""

OUTPUT = {CSV: "csv", JSON: "application/json"}
SUFFIX = {CSV: ".csv", JSON: ".geojson"}
FOLDER = "areas"


@dataclass(frozen=True)
class Layer:
    """A layer: its address, name, fields without geometry, and the field of the area's code."""

    url: str
    name: str
    fields: tuple[str, ...]
    code: str


def stable(content: bytes) -> bytes:
    """A layer's bytes without what changes at every call."""
    return CHANGING.sub(b"", content)


def describe(
    client: Client, key: str, name: str, codes: tuple[str, ...], mend: str
) -> Layer | Finding:
    """The layer ``space:name`` with one of the fields ``codes``, or what is missing.

    Raises
    ------
    DamagedError
        The answer does not describe a layer.
    """
    url = f"{client.addresses.maps}/{name.split(':')[0]}/wfs"
    asked = [("request", "DescribeFeatureType"), ("typeNames", name)]
    try:
        answer = client.get(url, [*_ALWAYS, *asked, ("outputFormat", "application/json")])
    except RefusedError:
        return Finding(ENDED, key, f"the map service has no layer {name}", mend)
    try:
        properties = answer.json["featureTypes"][0]["properties"]
        found = [p["name"] for p in properties if not str(p["type"]).startswith("gml:")]
    except (KeyError, IndexError, TypeError) as error:
        raise DamagedError(answer.url, f"no description of {name} ({error!r})") from error
    for code in codes:
        if code in found:
            return Layer(url, name, tuple(found), code)
    return Finding(RENAMED, key, f"{name} has no field {' or '.join(codes)}", mend)


def deliver(
    client: Client, layer: Layer, kind: str, reader: str, title: str, findings: Sequence[Finding]
) -> Delivery:
    """The layer as one file."""
    answer = fetch(client, layer, kind)
    if answer is None:
        return Delivery([], list(findings))
    name = layer.name.split(":")[1]
    piece = Piece(name, SUFFIX[kind], FOLDER, reader, title, answer, stable=stable)
    return Delivery([piece], list(findings))


def fetch(client: Client, layer: Layer, kind: str, page: int = PAGE) -> Answer | None:
    """The whole layer as CSV without geometry or as GeoJSON in degrees; None if it is empty.

    Raises
    ------
    DamagedError
        The pages together are not what the service says that it has.
    """
    query = [("typeNames", layer.name), ("outputFormat", OUTPUT[kind]), ("sortBy", layer.code)]
    if kind == CSV:
        query.append(("propertyName", ",".join(layer.fields)))
    else:
        query.append(("srsName", "EPSG:4326"))
    hits = client.get(layer.url, [*_ALWAYS, *_GET, ("typeNames", layer.name), _HITS], XML)
    matched = MATCHED.search(hits.text)
    if matched is None:
        raise DamagedError(hits.url, f"no number of areas in {layer.name}")
    expected = int(matched[1])
    pages: list[Answer] = []
    rows: list[Any] = []
    while len(rows) < expected:
        at = [("count", page), ("startIndex", len(rows))]
        answer = client.get(layer.url, [*_ALWAYS, *_GET, *query, *at], kind)
        found = _rows(answer, kind)
        if not found or (rows and found[0] == rows[0]):
            break  # no more, or a service that gives the first page again
        pages.append(answer)
        rows += found
    if len(rows) != expected:
        raise DamagedError(layer.url, f"{len(rows)} areas of {layer.name} came, it has {expected}")
    return _joined(pages, rows, kind) if pages else None


_ALWAYS = [("service", "WFS"), ("version", "2.0.0")]
_GET = [("request", "GetFeature")]
_HITS = ("resultType", "hits")


def _rows(answer: Answer, kind: str) -> list[Any]:
    if kind == CSV:
        return list(csv.reader(io.StringIO(answer.text)))[1:]
    features = answer.json.get("features") if isinstance(answer.json, dict) else None
    if not isinstance(features, list):
        raise DamagedError(answer.url, "no list of features")
    return features


def _joined(pages: list[Answer], rows: list[Any], kind: str) -> Answer:
    """One answer of all pages; the query is that of the first, its page aside."""
    first = pages[0]
    query = re.sub(r"&count=\d+&startIndex=0$", "", first.query)
    if len(pages) == 1:
        return replace(first, query=query)
    if kind == CSV:
        bodies = [page.content.split(b"\n", 1) for page in pages]
        content = bodies[0][0] + b"\n" + b"".join(body.rstrip() + b"\r\n" for _, body in bodies)
    else:
        collection = {**first.json, "features": rows, "numberReturned": len(rows)}
        content = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return replace(first, content=content, query=query)
