"""Size, coverage and power of the default test, by simulation; writes size.csv and pandemic.csv.

python validation/impact/simulation/simulate.py 500     # about half an hour on one core
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from world import START, chosen, country

from skk_analysis.impact.panel import Panel
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.synthetic_did import synthetic_did

HERE = Path(__file__).parent
TREATED, WHICH, RHO = (1, 2, 6), ("big", "random"), (0.0, 0.5, 0.8)
PLAN = Placebos(draws=199)
LEVEL = 0.05


def one(frame: pd.DataFrame, count: int, which: str, rng, exposure: bool) -> dict[str, float]:
    """Return what one sample without an effect gives."""
    treated = dict.fromkeys(chosen(frame, count, which, rng), START)
    panel = Panel(frame, unit="name", time="year", treated=treated, population="population")
    effect = synthetic_did(panel, "y", placebos=PLAN, exposure=exposure)
    second = float(effect.check("second_opinion").numbers["p"])
    reach = effect.interval[1] - effect.estimate
    return {
        "false positives": effect.p <= LEVEL,
        "second opinion": second <= LEVEL,
        # the checks that strong evidence asks for besides can only make it rarer
        "strong at most": effect.p <= LEVEL / 2 and second <= LEVEL / 2,
        "coverage": effect.interval[0] <= 0 <= effect.interval[1],
        "power at mde": abs(effect.estimate + effect.mde) > reach,
        "estimate": effect.estimate,
        "mde": effect.mde,
    }


def study(draws: int, rho: float, shock: float, exposure: bool, seed: int) -> pd.DataFrame:
    """Return one row a cell: how many are treated, and which."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(draws):
        frame = country(rng, rho, shock)
        for count in TREATED:
            for which in WHICH:
                found = one(frame, count, which, rng, exposure)
                rows.append({"treated": count, "which": which} | found)
    table = pd.DataFrame(rows).groupby(["treated", "which"], sort=False)
    means = table.mean().rename(columns={"estimate": "bias", "mde": "mean mde"})
    means.insert(0, "sd", table["estimate"].std())
    means.insert(0, "draws", draws)
    return means.reset_index()


def main(draws: int) -> None:
    """Write both tables."""
    size = [study(draws, rho, 0.0, False, 1).assign(rho=rho) for rho in RHO]
    pd.concat(size).round(4).to_csv(HERE / "size.csv", index=False)
    pandemic = [
        study(draws, 0.5, 1.0, exposure, 2).assign(rho=0.5, shock=1.0, exposure=exposure)
        for exposure in (False, True)
    ]
    pd.concat(pandemic).round(4).to_csv(HERE / "pandemic.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
