"""How the report was made: that it can be made again, and is not fit for publication too soon."""

from __future__ import annotations

from skk_analysis.review.checks.evidence import Evidence, Fault, Finding
from skk_analysis.review.disclosure.gate import gate

PRINTED = 16
HEX = 64


def reproducible(evidence: Evidence) -> Finding:
    """Data, code, notebook and environment are recorded, printed, and those of the run.

    That a second run gives the same is not shown by this, but by ``skk verify``, which makes the
    report again.
    """
    made, faults = evidence.made, []
    printed = evidence.page.section_text("origin")
    for name, value in made.hashes.items():
        if len(value) != HEX:
            faults.append(Fault.of("not_recorded_hash", "origin", name=name))
        elif value[:PRINTED] not in printed:
            faults.append(Fault.of("not_printed", "origin", name=name))
    if not made.lock:
        faults.append(Fault.of("not_recorded_hash", "origin", name="requirements.lock"))
    if evidence.facts["run_id"] != made.run_id or made.run_id not in printed:
        faults.append(Fault.of("not_printed", "origin", name="run_id"))
    for name, value in made.parameters.items():
        if str(value) not in printed:
            faults.append(Fault.of("not_printed", "origin", name=name))
    counts = [count for count in made.executed if count is not None]
    if len(counts) != len(made.executed) or counts != sorted(set(counts)):
        faults.append(Fault.of("not_in_order", "origin"))
    return Finding(faults, len(made.hashes) + len(made.parameters) + 2, ["origin"])


def disclosure(evidence: Evidence) -> Finding:
    """What the gate of disclosure control finds in the numbers, by the strictest limits."""
    found = gate(evidence.records, evidence.policy, allowed=evidence.open_numbers)
    faults = [Fault.of("disclosure", evidence.shown_at(one.id), words=str(one)) for one in found]
    anchors = [a for a in ("quality", "limitations", "limits") if a in evidence.page.headings]
    return Finding(faults, len(evidence.records), anchors[:1])
