"""A programme that never was: the six cities judged in 2017–2018, on real open data.

    python validation/impact/real/real.py WORKSPACE     # about a minute on one core

WORKSPACE has the held Finnish open data (``skk raw add`` of the files that
``tests/reporting/test_real_open_data.py`` lists, then ``skk clean``).  Nothing began in 2017, so
whatever is found is a false finding; nothing here says anything of the real programme.  Writes
real.csv: each city and all together, three indicators, with the smallest change that would have
been seen.

Limits of the data: recorded offences depend on recording; the low-income rate is Diak's, a mean of
three years, so a year's figure also holds the two before it and its noise lasts.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd

from skk_analysis.impact import Panel, evaluate_programme, programme_panel
from skk_analysis.workspace import Workspace

HERE = Path(__file__).parent
CRIME = ("offences", "violent_offences")
DIAK = "diak.kunnan_yleinen_pienituloisuusaste"
FIRST, START, LAST = 2007, 2017, 2018
SHOWN = ["unit", "outcome", "estimate", "lower", "upper", "p", "p_adjusted", "mde", "verdict"]


def with_diak(cities: Panel, workspace: Workspace) -> Panel:
    """Return the panel with Diak's low-income rate as its outcome."""
    table = workspace.table("observations")
    mine = table[(table["indicator"] == DIAK) & (table["unit_level"] == "municipality")]
    mine = mine[mine["status"] == "observed"].rename(
        columns={"unit_code": "unit", "reference_year": "year", "value": "low_income_3_years"}
    )
    mine = mine[["unit", "year", "low_income_3_years"]].astype({"unit": object})
    frame = cities.frame.merge(mine, on=["unit", "year"])
    return replace(cities, frame=frame)


def main(folder: str) -> None:
    """Write the table."""
    workspace = Workspace(Path(folder))
    cities = programme_panel(CRIME, start=START, workspace=workspace)
    cities = replace(cities, frame=cities.frame[cities.frame["year"].between(FIRST, LAST)])
    judged = [
        evaluate_programme(cities, CRIME, missing="drop"),
        evaluate_programme(with_diak(cities, workspace), ["low_income_3_years"], missing="drop"),
    ]
    table = pd.concat([found.table for found in judged])
    table[[*SHOWN, "grade"]].round(4).to_csv(HERE / "real.csv", index=False)


if __name__ == "__main__":
    main(sys.argv[1])
