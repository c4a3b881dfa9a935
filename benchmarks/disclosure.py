"""Speed of `skk_analysis.review.disclosure`: a batch audited, beside one programme a cell.

``python benchmarks/disclosure.py`` suppresses tables of 40 districts × 4 groups, puts 96 of them
side by side (12 reports of 8 tables, 19 680 cells) and audits them.  The named peer is the plain
attacker: one `scipy.optimize.linprog` for each end of each hidden cell, of its own table only; it
is timed on a few tables and counted up.  Seconds are of this process's CPU, since the machine may
be shared.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from skk_analysis.review.disclosure import Policy, Relations, audit, counts, suppress

SHAPE, TABLES, DRAWN = (40, 4), 96, 4


def table(rng: np.random.Generator) -> np.ndarray:
    """Return random counts with their margins."""
    inner = rng.poisson(40 * rng.gamma(1, 1, SHAPE))
    for axis in range(2):
        inner = np.concatenate([inner, inner.sum(axis=axis, keepdims=True)], axis=axis)
    return inner.ravel().astype(float)


def timed(run) -> tuple[float, object]:
    """Return the CPU seconds of a run, and its result."""
    began = time.process_time()
    result = run()
    return time.process_time() - began, result


def plain(x: np.ndarray, hidden: np.ndarray, relations: Relations) -> None:
    """Attack each hidden cell of one table by two linear programmes."""
    box = np.where(hidden[:, None], [[0, np.inf]], np.stack([x, x], axis=1))
    for cell in np.flatnonzero(hidden):
        cost = np.zeros(len(x))
        for cost[cell] in (1, -1):
            linprog(cost, A_eq=relations.matrix, b_eq=relations.low, bounds=box)


def main() -> None:
    """Print the table."""
    rng, policy = np.random.default_rng(5), Policy(group_zero=False)
    relations = Relations.table(SHAPE, integer=True)
    frames, deciding, one_by_one = [], 0.0, 0.0
    for _ in range(DRAWN):
        x = table(rng)
        rule = counts(x, policy)
        seconds, found = timed(lambda x=x, rule=rule: suppress(x, relations, rule, policy))
        deciding += seconds / DRAWN
        hidden = found.hidden  # type: ignore[attr-defined]
        one_by_one += timed(lambda x=x, hidden=hidden: plain(x, hidden, relations))[0] / DRAWN
        frames.append(pd.DataFrame({"value": x, "hidden": hidden, "rule": rule}))
    cells = pd.concat(frames * (TABLES // DRAWN), ignore_index=True)
    everything = Relations.beside(*[relations] * TABLES)
    audit(cells, everything, policy)  # imports
    whole = min(timed(lambda: audit(cells, everything, policy))[0] for _ in range(3))
    ratio, met = one_by_one * TABLES / whole, "met" if whole <= 1 else "**missed**"
    print("| batch | CPU s | one programme a cell, CPU s | ratio | target | |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    print(
        f"| audit of {len(cells)} cells, {int(cells['hidden'].sum())} hidden | {whole:.2f} | "
        f"{one_by_one * TABLES:.1f} | {ratio:.0f} | ≤ 1 s | {met} |"
    )
    print(f"\nSuppression of one table of {len(frames[0])} cells: {deciding:.2f} s.")


if __name__ == "__main__":
    main()
