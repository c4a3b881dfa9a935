"""The machine checks beside each report: ``checks.json``, of the finished page and notebook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from skk_analysis.reporting.checks import EVIDENCE_TYPE, IMAGE_TYPES, displays
from skk_analysis.workspace import SkkError, json_bytes

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from skk_analysis.reporting.companions import Made
    from skk_analysis.review.checks import Drawing, Evidence

CHECKS = "checks.json"


def checks(made: Made) -> dict[str, bytes]:
    """``checks.json`` of a report; none for a notebook that hands out no evidence."""
    evidence = evidence_of(made)
    if evidence is None:
        return {}
    from skk_analysis.review.checks import checked

    return {CHECKS: json_bytes(checked(evidence))}


def evidence_of(made: Made) -> Evidence | None:
    """All that the checks may look at; None where the notebook hands out none.

    Raises
    ------
    SkkError
        If the notebook hands it out twice.
    """
    from skk_analysis.reporting.disclosure.policies import allowed, policies
    from skk_analysis.reporting.fingerprint import lock_hash
    from skk_analysis.reporting.page.accessible import page_problems
    from skk_analysis.review import checks as c

    facts = [o.data[EVIDENCE_TYPE] for o in displays(made.notebook) if EVIDENCE_TYPE in o.data]
    if not facts:
        return None
    if len(facts) > 1:
        raise SkkError(f"{len(facts)} outputs of evidence ({EVIDENCE_TYPE}), must be one.")
    order = made.order
    used = [r for r in order.report.workspace.resources() if r.name in order.sources]
    return c.Evidence(
        language=order.report.language,
        page=made.read,
        records=list(made.results),
        facts=facts[0],
        drawings=[*_drawings(made.notebook)],
        made=c.Made(
            run_id=order.run_id,
            parameters=order.report.parameters,
            sources=order.sources,
            hashes={"data": order.data, **asdict(order.versions)},
            lock=lock_hash(),
            executed=[
                cell.execution_count for cell in made.notebook.cells
                if cell.cell_type == "code" and cell.source.strip()
            ],
        ),
        page_faults=page_problems(made.page),
        policy=policies(order.report.workspace).strictest(used),
        open_numbers=allowed(order.report),
    )  # fmt: skip


def _drawings(notebook: NotebookNode) -> Iterator[Drawing]:
    from skk_analysis.review.checks import Drawing

    for output in displays(notebook):
        kind = next((kind for kind in IMAGE_TYPES if kind in output.data), None)
        if kind is not None:
            told: dict[str, Any] = output.metadata.get(kind, {})
            words = {name: str(told.get(name, "")) for name in ("alt", "caption", "description")}
            yield Drawing(str(output.data[kind]), told=tuple(told.get("told", ())), **words)
