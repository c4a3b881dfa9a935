"""Section 2: what was done, by the items of TIDieR, and with whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.figures import Cell
from skk_analysis.monitoring.partners import partner_mix, partners_by_group
from skk_analysis.reporting.experiment.amounts import count
from skk_analysis.reporting.section import Writer

if TYPE_CHECKING:
    from skk_analysis.reporting.experiment.report import Experiment

TIDIER = (
    "why", "what", "materials", "procedures", "who", "how", "where", "when", "tailoring",
    "modifications", "how_well",
)  # fmt: skip
"""Items of the Template for Intervention Description and Replication (Hoffmann et al. 2014, *BMJ*
348, g1687); the name is the card's title, planned and actual fidelity are one item."""


def write(report: Experiment, writer: Writer) -> None:
    """The items of the description, also those that nobody filled, and the partners."""
    table = report.rows("tidier")
    texts = {row["item"]: report.local(row, "text") for _, row in table.iterrows()}
    rows: list[tuple[Cell, ...]] = [
        (
            writer.text(f"experiment.tidier.{item}"),
            texts.get(item) or writer.text("experiment.not_recorded"),
        )
        for item in TIDIER
    ]
    columns = [writer.text("experiment.tidier.item"), writer.text("table.content")]
    writer.table("experiment_tidier", columns, rows)
    lacking = sum(not texts.get(item) for item in TIDIER)
    if lacking:
        writer.say(
            "experiment.tidier.lacking",
            lacking=count("tidier.lacking", lacking),
            all=count("tidier.items", len(TIDIER)),
        )
    _partners(report, writer)


def _partners(report: Experiment, writer: Writer) -> None:
    partners = report.rows("partners")
    if partners.empty:
        writer.say("experiment.no_partners")
        return
    rows: list[tuple[Cell, ...]] = []
    for _, group in partners_by_group(partners).iterrows():
        mine = partners[partners["group"] == group["group"]]
        names = "; ".join(dict.fromkeys(report.local(row, "name") for _, row in mine.iterrows()))
        total = count(f"partners.{group['group']}", group["partners"])
        rows.append((report.word("group", group["group"]), total, names or "–"))
    columns = [writer.text(f"experiment.partners.{key}") for key in ("group", "count", "names")]
    writer.table("experiment_partners", columns, rows)
    mix = partner_mix(partners).iloc[0]
    writer.say(
        "experiment.partners.alone" if mix["alone"] else "experiment.partners.mix",
        **({} if mix["alone"] else {
            "sectors": count("partners.sectors", mix["sectors"]),
            "groups": count("partners.resource_groups", mix["resource_groups"]),
        }),
    )  # fmt: skip
