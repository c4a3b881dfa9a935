"""The Data Package of a report's tables: what the columns are, and whose data they come from.

https://specs.frictionlessdata.io/data-package/ in version 1, which all tools read. The words for
missing values are the schema's ``missingValues``, each its own; ``skk:missing`` says which reason
each stands for ("protected" is never the same as "not_received").
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from skk_analysis.language import text
from skk_analysis.language.data_type import plain_name
from skk_analysis.language.visible import visible, visible_values
from skk_analysis.reporting.downloads.csv_file import harmless
from skk_analysis.reporting.downloads.items import Item
from skk_analysis.workspace import PACKAGE_FILE, Resource, json_bytes

if TYPE_CHECKING:
    from skk_analysis.reporting.companions import Made

PACKAGE = PACKAGE_FILE
DIALECT = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}


def package_bytes(made: Made, found: Sequence[Item], files: Mapping[str, bytes]) -> bytes:
    """``datapackage.json`` of a report.

    Parameters
    ----------
    made : the report
    found : its tables and figures
    files : their files by name
    """
    report = made.order.report
    raw = [r for r in report.workspace.resources() if r.name in made.order.sources]
    name = "-".join(["skk", *map(_name, report.path.parts)])
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "id": made.order.run_id,
        "title": title_of(made),
        "description": text("data.package", report.language),
        "languages": [report.language],
        "skk:invented": made.order.invented,
        "skk:retrieved": made.order.data_date,
        "licenses": _licences(raw),
        "sources": _sources(raw),
        "resources": [_resource(item, files[item.csv], report.language) for item in found],
    }
    if not package["licenses"]:
        del package["licenses"]
    return json_bytes(visible_values(package))


def title_of(made: Made) -> str:
    """The report's title as a plain text."""
    subject, language = made.order.report.subject, made.order.report.language
    if subject.city is None:
        kind = text(f"index.kind_{made.order.report.kind.name}", language)
        return visible(f"{kind}: {subject.title(language)}")
    return visible(f"{subject.city.name(language)}: {subject.title(language)}")


def _resource(item: Item, content: bytes, language: str) -> dict[str, Any]:
    schema = dict(item.resource["schema"])
    # in the file these words stand as they were made harmless there
    schema["missingValues"] = [harmless(word) for word in schema["missingValues"]]
    told = {
        "profile": "tabular-data-resource",
        "name": item.name,
        "path": item.csv,
        "title": item.caption,
        "description": " ".join(item.resource["notes"]) or text("data.no_notes", language),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "dialect": DIALECT,
        "schema": schema,
    }
    if item.svg:
        told["skk:figure"] = {"path": item.svg_name, "alt": item.alt}
    return told


def _licences(raw: Sequence[Resource]) -> list[dict[str, str]]:
    """What the sources allow; who uses the tables is under all of their terms."""
    names = dict.fromkeys(resource.licence for resource in raw if resource.licence)
    return [
        {"path": name, "name": name.rstrip("/").rsplit("/", 1)[-1]}
        if name.startswith(("https://", "http://"))
        else {"name": name}
        for name in names
    ]


def _sources(raw: Sequence[Resource]) -> list[dict[str, str]]:
    told = []
    for resource in raw:
        title = ", ".join(filter(None, [resource.publisher, resource.title or resource.name]))
        source = {"title": title}
        if resource.source.startswith(("https://", "http://")) and "@" not in resource.source:
            source["path"] = resource.source
        told.append(source)
    return told


def _name(part: str) -> str:
    return plain_name(part).replace("_", "-")
