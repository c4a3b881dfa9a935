"""Speed and memory of the indices, in proportion to a sort of the same array.

``python benchmarks/metrics.py [--sizes 10000 100000 1000000 5500000] [--repeat 5]`` prints one
Markdown table.  The limit is ``numpy.argsort`` of the incomes and one weighted pass over them in
that order.  Every task is measured in turn with the limit of its size; it is processor time, and
the least of each, that counts, so that other work on the machine falls out.
"""

from __future__ import annotations

import argparse
import functools
import gc
import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

import skk_analysis.metrics as m

TEN = [
    "gini", "theil_t", "mld", "hoover", "coefficient_of_variation", "s80s20", "palma",
    "percentile_ratio", "low_income_rate", functools.partial(m.atkinson, epsilon=0.5),
]  # fmt: skip
ENTROPIES = ["gini", "theil_t", "mld", functools.partial(m.generalized_entropy, alpha=2.0)]
LARGEST = 5_500_000
AREAS, CITY_AREAS, GROUPS = 3_000, 100_000, 4
MEGABYTE = 2**20
ENOUGH = 0.02  # seconds that one measurement takes at least


class Line(NamedTuple):
    """One measured task and its targets."""

    task: str
    run: Callable[[], object]
    target: float | None = None
    memory: float | None = None


class People(NamedTuple):
    """Incomes, weights and areas of some people."""

    income: np.ndarray
    weight: np.ndarray
    area: np.ndarray

    @classmethod
    def some(cls, n: int) -> People:
        random = np.random.default_rng(n)
        income = np.exp(random.normal(10.0, 0.6, n))
        return cls(income, random.uniform(1.0, 3.0, n), random.integers(0, AREAS, n))


def limit(income: np.ndarray, weight: np.ndarray) -> float:
    """Sort, and pass once over incomes and weights in that order: a Gini coefficient, no error."""
    order = np.argsort(income)
    share = weight[order]
    held = share * income[order]
    below = np.cumsum(share)
    below -= share / 2
    return float(2 * (held @ below) / held.sum() / share.sum() - 1)


def lines(people: People) -> Iterator[Line]:
    """Yield our tasks on a table of people."""
    y, w, _ = people
    n, whole = len(y), np.rint(y)
    design = m.SurveyDesign(pd.DataFrame({"y": y, "w": w}), weights="w")
    table = functools.partial(m.inequality_table, weights=w, indices=TEN)
    yield Line("Gini with SE", lambda: m.gini(y, weights=w).se, 1.5)
    yield Line("Gini with SE, unweighted", lambda: m.gini(y).se, 1.5)
    yield Line("Gini with SE, whole euros", lambda: m.gini(whole, weights=w).se, 1.0)
    yield Line("ten indices with SE", lambda: table(y), 3)
    yield Line("ten indices with SE, whole euros", lambda: table(whole), 3)
    yield Line("DER with SE", lambda: m.duclos_esteban_ray(y, weights=w).se, 3)
    counts = pd.Series(whole, name="income").value_counts().reset_index(name="people")
    yield Line("ten indices, counted by a database", lambda: of_counts(counts), 3)
    if n >= 1_000_000:
        yield Line("Gini, 1 000 bootstraps", lambda: m.gini(design.resampled(), "y").se, 25, 300)
        frame = pd.DataFrame(people._asdict())
        by_area = functools.partial(m.inequality_table, frame, "income", weights="weight")
        yield Line(
            "Gini, Theil, MLD, GE(2), 3 000 areas", lambda: by_area(by="area", indices=ENTROPIES), 6
        )


def of_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Work on a table in which a database has counted equal incomes."""
    design = m.SurveyDesign(counts, frequencies="people")
    return m.inequality_table(design, "income", indices=TEN)


def areas_and_groups(areas: int) -> pd.DataFrame:
    """Make counts of people by area and group."""
    random = np.random.default_rng(1)
    shares = random.dirichlet([8, 1.5, 1, 0.5][:GROUPS], areas)
    return pd.DataFrame(random.multinomial(1500, shares).astype(float), columns=list("abcd"))


def segregation_lines() -> Iterator[Line]:
    """Yield the task on counts of areas and groups."""
    frame = areas_and_groups(CITY_AREAS)
    four = ["dissimilarity", "theil_h", "segregation_gini", "mutual_information"]
    yield Line(
        "D, H, multigroup Gini, M with SE: 1e5 areas × 4",
        lambda: (
            m.segregation_table(frame, indices=four),
            m.segregation_gini(frame[["a", "b"]]).se,
        ),
        40,
        200,
    )


def seconds(*runs: Callable[[], object], repeat: int) -> list[float]:
    """Return the least processor time of runs made in turn; short ones are run many times."""
    times = []
    for run in runs:
        start = time.process_time()
        run()
        times.append(max(int(ENOUGH / (time.process_time() - start)), 1))
    least = [np.inf] * len(runs)
    gc.collect()
    for _ in range(repeat):
        for i, (run, often) in enumerate(zip(runs, times, strict=True)):
            start = time.process_time()
            for _ in range(often):
                run()
            least[i] = min(least[i], (time.process_time() - start) / often)
    return least


def megabytes(run: Callable[[], object]) -> float:
    """Return the most memory that a run held at a time, above what there was before."""
    gc.collect()
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MEGABYTE


def report(line: Line, n: int, base: Callable[[], object], repeat: int) -> None:
    """Print one row: time, ratio to the limit measured beside it, target, memory."""
    spent, least = seconds(line.run, base, repeat=repeat)
    ratio = spent / least
    held = megabytes(line.run) if n >= 1_000_000 or line.memory else float("nan")
    kept = (line.target is None or ratio <= line.target) and not held > (line.memory or np.inf)
    judged = (n == LARGEST or "areas ×" in line.task) and line.target is not None
    target = f"≤ {line.target:g}" if judged else ""
    target += f", ≤ {line.memory:g} MB" if judged and line.memory else ""
    verdict = "" if not target else "met" if kept else "**missed**"
    shown = "" if np.isnan(held) else f"{held:.0f}"
    figures = [line.task, f"{n:,}", f"{1000 * spent:.3g}", f"{ratio:.2f}", target, shown, verdict]
    print(f"| {' | '.join(figures)} |", flush=True)


def check_der() -> str:
    """Compare DER with the exact double sum of the same kernel density, and say how far it is."""
    y = People.some(3_000).income
    x, width = y / y.mean(), 0.08
    distance = np.abs(x[:, None] - x)
    density = np.exp(-0.5 * (distance / width) ** 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    exact = float((np.sqrt(density)[:, None] * distance).mean())
    error = abs(float(m.duclos_esteban_ray(y, alpha=0.5, bandwidth=width)) - exact)
    return f"DER, n = 3 000: {error:.1e} from the exact double sum (target ≤ 1e-04)"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**4, 10**5, 10**6, LARGEST])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", default="", help="run only tasks whose name contains this")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, numpy {np.__version__}\n")
    print(f"| task | rows | ms | × limit | target | extra MB | |\n| --- |{' ---: |' * 5} --- |")
    for n in asked.sizes:
        people = People.some(n)
        base = functools.partial(limit, people.income, people.weight)
        sort = functools.partial(np.argsort, people.income)
        for line in (Line("argsort alone", sort), *lines(people)):
            if asked.only in line.task:
                report(line, n, base, 2 if "boot" in line.task else asked.repeat)
    base = functools.partial(np.argsort, np.random.default_rng(1).random(CITY_AREAS))
    for line in segregation_lines():
        if asked.only in line.task:
            report(line, CITY_AREAS, base, asked.repeat)
    print("\n" + check_der())


if __name__ == "__main__":
    main()
