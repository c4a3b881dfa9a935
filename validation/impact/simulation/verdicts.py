"""What whole dossiers say where nothing happened; writes verdicts.csv.

    python validation/impact/simulation/verdicts.py 300     # some eight minutes on two cores

Each draw is a country of `world.py` (ρ = .5, no effect, no shock); `evaluate` makes its dossier
with all checks, and the verdict's word is counted.  Six treated get half the draws.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from loky import ProcessPoolExecutor
from world import START, chosen, country

from skk_analysis.impact import Panel, Placebos, evaluate

HERE = Path(__file__).parent
CELLS = ((1, "big", 1.0), (1, "random", 1.0), (6, "big", 0.5))
PLAN = Placebos(draws=199)


def verdict(seed: int, count: int, which: str) -> str:
    """Return the verdict of one draw, without its direction."""
    rng = np.random.default_rng([seed, count, len(which)])
    frame = country(rng, 0.5)
    treated = dict.fromkeys(chosen(frame, count, which, rng), START)
    panel = Panel(frame, unit="name", time="year", treated=treated, population="population")
    word = evaluate(panel, "y", placebos=PLAN).verdict.word
    return word.removesuffix("_increase").removesuffix("_decrease")


def main(draws: int) -> None:
    """Write the share of each verdict by cell."""
    rows = []
    with ProcessPoolExecutor(2, env={"OPENBLAS_NUM_THREADS": "1"}) as pool:
        for count, which, part in CELLS:
            n = int(draws * part)
            words = list(pool.map(verdict, range(n), [count] * n, [which] * n))
            shares = pd.Series(words).value_counts(normalize=True)
            rows.append({"treated": count, "which": which, "draws": n} | shares.to_dict())
    table = pd.DataFrame(rows).fillna(0.0)
    table.round(4).to_csv(HERE / "verdicts.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
