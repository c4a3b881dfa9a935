"""How one report was made, as a *Process Run Crate*: ``ro-crate-metadata.json`` beside the page.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate 0.5
(https://w3id.org/ro/wfrun/process/0.5), and not PROV-JSON, because it is both provenance and
package: the folder of a report is at once a crate that repositories (Zenodo, WorkflowHub) take in,
its terms (schema.org) cover licences, publishers and software, which PROV leaves to others, and its
actions, objects and results translate to PROV's activities and entities. Not a *Workflow* Run
Crate: that profile wants the workflow's source as a file of the crate and formal parameters for
each input, and would say no more of a run that is a notebook and a page.

The record holds what ``report.json`` must not: times, durations, memory. So it is in no hash, and
the other files stay the same, byte for byte, for the same inputs. No path, machine or user is in
it; who ran it is therefore not told, which the profile recommends.
"""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from skk_analysis.reporting.fingerprint import (
    LOCK,
    git_commit,
    installed_versions,
    lock_hash,
    register_hashes,
)
from skk_analysis.reporting.kernel_place import KernelLife, fixed_environment
from skk_analysis.reporting.report import CRATE, NOTEBOOK, PAGE, RECORD, RESULTS
from skk_analysis.reporting.stamp import content_hash, is_stamped
from skk_analysis.workspace import Resource, sha256

if TYPE_CHECKING:
    from skk_analysis.reporting.runner import Order

CONTEXTS = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
QUANTITIES, UNITS = "https://w3id.org/ro/terms/nf-trace", "https://qudt.org/vocab/unit"
FORMATS = {
    PAGE: ("text/html", "The report as a page"),
    NOTEBOOK: ("application/x-ipynb+json", "The executed notebook"),
    RESULTS: ("application/json", "Every number that the report shows"),
    RECORD: ("application/json", "Hashes of ingredients and outputs, without times"),
}
UNSTAMPED = (
    "The identifier is the hash of the page with nothing between the comments skk:status (and "
    "skk:thread): what stands there follows the review of the report."
)
EXECUTED = (NOTEBOOK, RESULTS)
"""What the first step gives; the second gives the rest."""

Entity = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One step of making a report: begin and end in UTC, and its length by a steady clock."""

    name: str
    began: datetime
    ended: datetime
    seconds: float


@dataclass
class Steps:
    """The steps as they are taken."""

    taken: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        began, clock = datetime.now(UTC), time.perf_counter()
        yield
        seconds = time.perf_counter() - clock
        self.taken.append(Step(name, began, datetime.now(UTC), seconds))


def run_record(order: Order, folder: Path, steps: Steps, life: KernelLife) -> Entity:
    """The record of a report whose other files are finished.

    Parameters
    ----------
    order : what was made
    folder : where the files lie
    steps : ``execute`` and ``render``
    life : what is known of the kernel

    Returns
    -------
    dict
        JSON-LD, one graph.
    """
    graph = _Graph()
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.*"))
    names = [*FORMATS, *(name for name in files if name not in FORMATS)]
    outputs = {name: graph.add(_output(folder, name)) for name in names}
    inputs = _inputs(graph, order)
    software = _software(graph, order)
    parameters = [
        graph.add({"@id": f"#parameter-{name}", "@type": "PropertyValue", "name": name, "value": v})
        for name, v in order.report.parameters.items()
    ]
    given = {"execute": [*inputs, *parameters], "render": [outputs[NOTEBOOK]]}
    actions = []
    for step in steps.taken:
        action = _action(graph, order, step, life)
        action["instrument"] = software[step.name]
        action["object"] = given[step.name]
        ran = step.name == "execute"
        action["result"] = [outputs[name] for name in names if (name in EXECUTED) == ran]
        actions.append(graph.add(action))
    root = _root(graph, order, steps)
    graph.add(root | {"hasPart": list(outputs.values()), "mentions": actions})
    about = {"@id": CRATE, "@type": "CreativeWork", "about": {"@id": "./"}}
    graph.add(about | {"conformsTo": {"@id": SPECIFICATION}})
    return {"@context": CONTEXTS, "@graph": graph.entities()}


class _Graph:
    """Entities by id; adding one gives the reference to it."""

    def __init__(self) -> None:
        self._entities: dict[str, Entity] = {}

    def add(self, entity: Entity) -> Entity:
        told = {name: value for name, value in entity.items() if value not in ("", [], None)}
        for name, value in told.items():
            if isinstance(value, list) and len(value) == 1:  # RO-Crate 1.1, appendix on JSON-LD
                told[name] = value[0]
        self._entities[entity["@id"]] = told
        return {"@id": entity["@id"]}

    def entities(self) -> list[Entity]:
        """The descriptor and the root first, as people expect them."""
        return list(reversed(self._entities.values()))


def _root(graph: _Graph, order: Order, steps: Steps) -> Entity:
    report = order.report
    profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    kind = report.kind.name.replace("_", " ")
    invented = " Made from invented example data." if order.invented else ""
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{report.subject.label} ({report.language})",
        "description": f"Report of the kind {kind}, and how it was made.{invented}",
        "identifier": order.run_id,
        "inLanguage": report.language,
        "datePublished": steps.taken[-1].ended.date().isoformat(),
        "license": _licences(graph, _resources(order)),
        "conformsTo": graph.add({"@id": PROFILE} | profile),
    }


def _output(folder: Path, path: str) -> Entity:
    file = folder / path
    guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
    kind, name = FORMATS.get(path, (guessed, file.name))
    return {
        "@id": quote(path),
        "@type": "File",
        "name": name,
        "encodingFormat": kind,
    } | _proof(file)


def _proof(file: Path) -> Entity:
    """What proves a file; of a page with the banner of its review, the page without the banner."""
    if is_stamped(file):
        return {"identifier": f"sha256:{content_hash(file)}", "description": UNSTAMPED}
    return {"contentSize": str(file.stat().st_size), "sha256": sha256(file)}


def _inputs(graph: _Graph, order: Order) -> list[Entity]:
    """Raw files, register and the slice of both that the report reads."""
    raw = [graph.add(_raw_file(graph, resource)) for resource in _resources(order)]
    tables = [
        graph.add(
            {"@id": f"#register-{quote(name)}", "@type": "CreativeWork", "name": name, "sha256": h}
        )
        for name, h in register_hashes(order.report.workspace).items()
    ]
    register = {"@id": "#register", "@type": "CreativeWork", "name": "Programme register"}
    basis = [*raw, graph.add(register | {"hasPart": tables})]
    data = {"@id": "#data", "@type": "CreativeWork", "name": "Processed data that the report reads"}
    return [graph.add(data | {"identifier": f"sha256:{order.data}", "isBasedOn": basis}), *basis]


def _raw_file(graph: _Graph, resource: Resource) -> Entity:
    source = urlsplit(resource.source)
    open_address = source.scheme in ("http", "https") and "@" not in source.netloc
    publisher: Entity | None = None
    if resource.publisher:
        maker = {"@type": "Organization", "name": resource.publisher}
        publisher = graph.add({"@id": f"#publisher-{quote(resource.publisher)}"} | maker)
    return {
        "@id": f"#raw-{quote(resource.name)}",
        "@type": "CreativeWork",
        "name": resource.title or resource.name,
        "alternateName": resource.path,
        "identifier": resource.name,
        "url": resource.source if open_address else "",
        "publisher": publisher,
        "license": _licences(graph, [resource]),
        "sdDatePublished": resource.retrieved,
        "contentSize": str(resource.bytes) if resource.bytes else "",
        "sha256": resource.sha256,
    }


def _licences(graph: _Graph, resources: list[Resource]) -> list[Entity]:
    """What the sources allow; the report is made under all of their terms."""
    names = dict.fromkeys(resource.licence for resource in resources if resource.licence)
    return [
        graph.add(
            {
                "@id": name if re.match("https?://", name) else f"#licence-{quote(name)}",
                "@type": "CreativeWork",
                "name": name,
                "description": "Licence of sources of the report",
            }
        )
        for name in names
    ]


def _resources(order: Order) -> list[Resource]:
    return [r for r in order.report.workspace.resources() if r.name in order.sources]


def _software(graph: _Graph, order: Order) -> dict[str, Entity]:
    """What was run in each step, and what that needed."""
    from skk_analysis import __version__

    packages = [
        graph.add(
            {
                "@id": f"pkg:pypi/{name}@{version}" if name != "python" else f"#python-{version}",
                "@type": "SoftwareApplication",
                "name": name,
                "softwareVersion": version,
            }
        )
        for name, version in installed_versions().items()
        if version
    ]
    if lock_hash():
        lock = {"@id": "#lock", "@type": "CreativeWork", "name": LOCK.name}
        packages.append(graph.add(lock | {"sha256": lock_hash()}))
    environment = {
        "@id": "#environment",
        "@type": "SoftwareApplication",
        "name": "Python environment",
        "softwareVersion": f"sha256:{order.versions.environment}",
        "softwareRequirements": packages,
    }
    needed = graph.add(environment)
    commit = git_commit()
    library = {
        "@id": "#skk_analysis",
        "@type": "SoftwareApplication",
        "name": "skk_analysis",
        "softwareVersion": __version__,
        "identifier": [f"sha256:{order.versions.code}", *([f"git:{commit}"] if commit else [])],
        "softwareRequirements": needed,
    }
    code = graph.add(library)
    python = {"@id": "#python", "@type": "ComputerLanguage", "name": "Python"}
    notebook = {
        "@id": "#notebook",
        "@type": ["SoftwareSourceCode", "SoftwareApplication"],
        "name": order.notebook.name,
        "version": f"sha256:{order.versions.notebook}",
        "programmingLanguage": graph.add(python),
        "softwareRequirements": code,
    }
    return {"execute": graph.add(notebook), "render": code}


def _action(graph: _Graph, order: Order, step: Step, life: KernelLife) -> Entity:
    ran = step.name == "execute"
    usage = {("realTime", "MilliSEC"): round(step.seconds * 1000)}
    if ran and life.peak_bytes:
        usage["peakRSS", "BYTE"] = life.peak_bytes
    measured = [
        graph.add(
            {
                "@id": f"#{step.name}-{name}",
                "@type": "PropertyValue",
                "name": name,
                "propertyID": f"{QUANTITIES}#{name}",
                "value": value,
                "unitCode": f"{UNITS}/{unit}",
            }
        )
        for (name, unit), value in usage.items()
    ]
    settings = [
        graph.add({"@id": f"#{name}", "@type": "PropertyValue", "name": name, "value": value})
        for name, value in fixed_environment().items()
        if ran
    ]
    how = f"papermill, in a {life.kind} kernel" if ran else "nbconvert, in the process of the run"
    return {
        "@id": f"#{step.name}-{order.run_id}",
        "@type": "CreateAction",
        "name": {"execute": "Run the notebook", "render": "Make the page"}[step.name],
        "description": f"{order.report}: {how}",
        "startTime": step.began.isoformat(timespec="milliseconds"),
        "endTime": step.ended.isoformat(timespec="milliseconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "environment": settings,
        "resourceUsage": measured,
    }
