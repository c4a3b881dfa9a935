"""Random tables, suppressed by the library and attacked by `independent`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from skk_analysis.review.disclosure import Policy, Relations, counts, suppress

_spec = importlib.util.spec_from_file_location(
    "independent", Path(__file__).with_name("independent.py")
)
independent = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(independent)

KINDS = ("2-d", "3-d", "nested")
ENUMERATED = 9  # hidden cells of a table whose whole-number solutions are all listed
TOLERANCE = 1e-5


def drawn(rng: np.random.Generator, kind: str) -> tuple[np.ndarray, np.ndarray, Relations]:
    """Return the counts of a random table, its equations, and the library's relations."""
    if kind == "nested":
        return _nested(rng)
    shape = tuple(rng.integers(2, 6, 2) if kind == "2-d" else rng.integers(2, 4, 3))
    inner = rng.poisson(rng.choice([4, 12, 40]) * rng.gamma(0.8, 1.2, shape))
    return (
        independent.filled(inner),
        independent.margins(shape),
        Relations.table(shape, integer=True),
    )


def _nested(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, Relations]:
    """City, districts, areas × groups: the equations are written apart from the library's."""
    districts = [int(rng.integers(2, 4)) for _ in range(rng.integers(2, 4))]
    groups = int(rng.integers(2, 4))
    names = ["city"]
    tree: dict[str, list[str]] = {"city": [f"d{i}" for i in range(len(districts))]}
    for i, k in enumerate(districts):
        names += [f"d{i}", *(f"a{i}.{j}" for j in range(k))]
        tree[f"d{i}"] = [f"a{i}.{j}" for j in range(k)]
    columns = [*(f"g{g}" for g in range(groups)), "all"]
    counts_of = {}
    for name in names:
        if name.startswith("a"):
            draw = rng.poisson(rng.choice([3, 10, 40]) * rng.gamma(1, 1, groups))
            counts_of[name] = np.append(draw, draw.sum())
    for parent in [*(n for n in names if n.startswith("d")), "city"]:
        counts_of[parent] = np.sum([counts_of[child] for child in tree[parent]], axis=0)
    x = np.concatenate([counts_of[name] for name in names]).astype(float)
    at = {(n, c): i for i, (n, c) in enumerate((n, c) for n in names for c in columns)}
    equations = []
    for name in names:
        row = np.zeros(len(x))
        row[[at[name, c] for c in columns[:-1]]] = 1
        row[at[name, "all"]] = -1
        equations.append(row)
    for parent, children in tree.items():
        for c in columns:
            row = np.zeros(len(x))
            row[[at[child, c] for child in children]] = 1
            row[at[parent, c]] = -1
            equations.append(row)
    frame = pd.DataFrame(list(at), columns=["area", "group"])
    relations = Relations.frame(frame, {"area": tree, "group": {"all": columns[:-1]}}, integer=True)
    return x, np.array(equations), relations


def attacked(seed: int, tables: int) -> Iterator[dict]:
    """Yield one record a table: what was hidden, and how many primary cells were given away."""
    rng = np.random.default_rng(seed)
    for number in range(tables):
        kind = KINDS[number % 3]
        limit = int(rng.choice([3, 5, 10]))
        policy = Policy(minimum_count=limit, group_zero=bool(rng.random() < 0.3))
        x, equations, relations = drawn(rng, kind)
        small = (x < limit) & ((x > 0) | policy.group_zero)
        found = suppress(x, relations, counts(x, policy), policy)
        assert np.array_equal(found.role == "primary", small)
        assert np.array_equal(found.hidden, found.role != "shown")
        given_away = wrong_interval = idle = enumerated = gaps = 0
        for cell in np.flatnonzero(found.hidden):
            low, high = independent.interval(equations, x, found.hidden, int(cell))
            if small[cell]:
                given_away += low > min(1, x[cell]) + TOLERANCE or high < limit - TOLERANCE
            else:
                idle += high - low < 1 - TOLERANCE
            wrong_interval += found.low[cell] < low - TOLERANCE
            wrong_interval += found.high[cell] > high + TOLERANCE
        if 0 < found.hidden.sum() <= ENUMERATED and equations[:, found.hidden].any(axis=0).all():
            possible = independent.values_possible(equations, x, found.hidden)
            if possible is not None:
                enumerated = 1
                for cell, values in zip(np.flatnonzero(found.hidden), possible, strict=True):
                    assert x[cell] in values
                    if small[cell]:
                        given_away += min(values) > min(1, x[cell]) or max(values) < limit
                        gaps += not set(range(1, limit + 1)) <= values
        yield {
            "kind": kind,
            "cells": len(x),
            "primary": int(small.sum()),
            "secondary": int((found.role == "secondary").sum()),
            "not_proven_least": int(found.gap > 1e-6),
            "given_away": int(given_away),
            "interval_too_wide": int(wrong_interval),
            "secondary_derivable": int(idle),
            "enumerated": enumerated,
            "values_missing_between": int(gaps),
        }


def summary(records: list[dict]) -> pd.DataFrame:
    """Return the sums by kind of table."""
    frame = pd.DataFrame(records)
    frame.insert(1, "tables", 1)
    return frame.groupby("kind", sort=False).sum().reset_index()
