"""Which cells of the processed tables are hidden, and for which rule.

Three sorts of data, three ways:

- figures whose publisher hid what must be hidden (the rule ``protected_by = publisher``): what is
  printed openly stays shown; but where a hidden figure is what remains of its total, a further
  part is hidden, so that the reports do not do the sum for the reader;
- other counts of persons in ``observations``: the primary rules and secondary suppression over
  the parts of each total and over areas within their city;
- shares from survey answers: over the areas of a city and the city itself, because the city's
  answers less those of the shown areas are those of the hidden.

A value of the indicator dictionary is hidden with any figure that it is computed from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from skk_analysis import protected
from skk_analysis.cleaning.expression import parse
from skk_analysis.cleaning.survey import survey_values
from skk_analysis.programme import Programme
from skk_analysis.reporting.disclosure.differencing import further_hidden
from skk_analysis.reporting.disclosure.systems import Found, hide_counts, hide_rates
from skk_analysis.review.disclosure import strictest
from skk_analysis.review.disclosure.sources import Policies
from skk_analysis.workspace import Workspace

CELL = protected.CELL
COLUMNS = [*CELL, "role", "rule", "source", "resource"]
TOTAL = "total"

PARTS: dict[str, list[list[str]]] = {
    "he_vakiy": [
        ["he_miehet", "he_naiset"],
        ["he_0_2", "he_3_6", "he_7_12", "he_13_15", "he_16_17", "he_18_19", "he_20_24",
         "he_25_29", "he_30_34", "he_35_39", "he_40_44", "he_45_49", "he_50_54", "he_55_59",
         "he_60_64", "he_65_69", "he_70_74", "he_75_79", "he_80_84", "he_85_"],
    ],
    "ko_ika18y": [["ko_perus", "ko_koul"]],
    "ko_koul": [["ko_yliop", "ko_ammat", "ko_al_kork", "ko_yl_kork"]],
    "hr_tuy": [["hr_pi_tul", "hr_ke_tul", "hr_hy_tul"]],
    "tr_kuty": [["tr_pi_tul", "tr_ke_tul", "tr_hy_tul"]],
    "te_taly": [["te_omis_as", "te_vuok_as", "te_muu_as"]],
    "pt_tyovy": [["pt_tyoll", "pt_tyott"]],
    "pt_vakiy": [["pt_tyoll", "pt_tyott", "pt_0_14", "pt_opisk", "pt_elakel", "pt_muut"]],
}  # fmt: skip
"""Paavo's totals and the ways in which they are divided into parts."""


def hidden_cells(
    workspace: Workspace, rules: Policies, published: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """The cells that no report may see, and what of them was published before.

    Parameters
    ----------
    workspace : a cleaned workspace
    rules : by source
    published : the register of published cells

    Returns
    -------
    cells : DataFrame
        A row a cell: the columns that name it, ``role`` (``primary`` or ``secondary``), rule,
        source of the rule, raw file; sorted as the processed tables are.
    conflicts : list of str
        Cells that are out already, told with what can be done.
    """
    if not (workspace.processed / "indicator_values.parquet").is_file():
        return pd.DataFrame(columns=COLUMNS).astype(str).astype({"reference_year": "Int64"}), []
    observations = _read(workspace, "observations")
    values = _read(workspace, "indicator_values")
    named = {resource.name: rules.of_resource(resource) for resource in workspace.resources()}
    by_us = {name for name, rule in named.items() if not rule.by_publisher}
    known = known_cells(published)
    ours = observations["resource"].isin(by_us)
    areas = pd.read_parquet(
        workspace.processed / "areas.parquet", columns=["unit_code", "city_code"]
    )
    city_of = dict(zip(areas["unit_code"], areas["city_code"], strict=True))
    secret = observations.loc[observations["status"] == protected.STATUS, CELL].drop_duplicates()
    found = [
        further_hidden(observations[~ours], PARTS),
        *(
            hide_counts(rows, PARTS, named[str(name)].policy, known, city_of, secret)
            for name, rows in observations[ours].groupby("resource")
        ),
    ]
    dictionary = Programme.of(workspace).indicators()
    hidden = pd.concat([one.cells for one in found if len(one.cells)] or [_none()])
    found.append(_derived(values, dictionary, hidden))
    answers = _survey(workspace, dictionary)
    if len(answers):
        for names, rows in answers.groupby("resource"):
            used = [named[name] for name in str(names).split(";") if name in named]
            policy = strictest([rule.policy for rule in used or [rules.default]])
            found.append(hide_rates(rows, city_of, policy, known))
    every = [one.cells for one in found if len(one.cells)]
    cells = pd.concat(every, ignore_index=True) if every else _none()
    cells = cells.drop_duplicates(CELL).sort_values(CELL, ignore_index=True)
    cells = cells.reindex(columns=COLUMNS).astype({"reference_year": "Int64"})
    return cells, [told for one in found for told in one.conflicts]


def known_cells(published: pd.DataFrame) -> frozenset[tuple[str, str, int]]:
    """Indicator, unit and year of the published numbers whose ids name a cell.

    The reports' ids are ``indicator.unit.year``, such as ``participation.02100.2020``.
    """
    parts = published["id"].astype("str").str.split(".", expand=True)
    if parts.shape[1] < 3:
        return frozenset()
    cells = parts[parts[2].str.fullmatch(r"\d{4}").fillna(False)]
    if parts.shape[1] > 3:
        cells = cells[cells[3].isna()]
    return frozenset(zip(cells[0], cells[1], cells[2].astype(int), strict=True))


def _read(workspace: Workspace, name: str) -> pd.DataFrame:
    """The table as cleaning made it."""
    columns = [*CELL, "value", "count", "denominator", "status", "reason", "resource"]
    return pd.read_parquet(workspace.processed / f"{name}.parquet", columns=columns)


def _survey(workspace: Workspace, dictionary: pd.DataFrame) -> pd.DataFrame:
    """Agreeing persons and persons who answered, by city and area: also where they are few."""
    responses = pd.read_parquet(workspace.processed / "responses.parquet")
    asked = dictionary[dictionary["numerator"].str.startswith("survey.")]
    if responses.empty or asked.empty:
        return pd.DataFrame(columns=[*CELL, "count", "denominator", "resource"])
    found = survey_values(responses, asked.assign(minimum_denominator="0"))
    return found[found["denominator"] > 0]


def _derived(values: pd.DataFrame, dictionary: pd.DataFrame, hidden: pd.DataFrame) -> Found:
    """Values of the dictionary that are computed from a hidden figure."""
    if hidden.empty:
        return Found(_none())
    made_from: dict[str, list[str]] = {}
    for name, row in dictionary.iterrows():
        for part in _parts(row[c] for c in ("numerator", "denominator", "weight")):
            made_from.setdefault(part, []).append(str(name))
    of = hidden[hidden["indicator"].isin(made_from)]
    rows = [
        {**row, "indicator": name}
        for row in of.to_dict("records")
        for name in made_from[row["indicator"]]
    ]
    there = values[values["status"].isin(["observed", "protected"])][CELL]
    cells = pd.DataFrame(rows, columns=COLUMNS).astype({"reference_year": "Int64"})
    return Found(cells.merge(there, on=CELL).drop_duplicates(CELL))


def _parts(expressions: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(n for text in expressions if text for n in parse(text).names))


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
