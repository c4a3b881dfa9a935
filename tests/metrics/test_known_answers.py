"""The library against answers known from elsewhere: validation/metrics/known_answers.json."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from skk_analysis.metrics import AREA_INDICES, INDICES, answer_counts

HERE = Path(__file__).resolve().parents[2] / "validation" / "metrics"
CASES = json.loads((HERE / "known_answers.json").read_text(encoding="utf-8"))
INDEPENDENT = {"closed form", "exact arithmetic", "published", "R", "Python"}


@cache
def _quantiles(name: str, n: int, **given: float) -> np.ndarray:
    """Return the quantiles of a distribution at n even steps."""
    p = (np.arange(n) + 0.5) / n
    if name == "uniform":
        return p
    if name == "exponential":
        return -np.log1p(-p)
    if name == "pareto":
        return (1 - p) ** (-1 / given["a"])
    half = [NormalDist().inv_cdf(q) for q in p[n // 2 :]]
    z = np.concatenate([-np.array(half[::-1]), half])
    return np.exp(given["sigma"] * z) if name == "lognormal" else given["mean"] + given["sd"] * z


def _value(case: dict) -> float:
    """Return what the library gives."""
    given, parameters = case["input"], dict(case["parameters"])
    if "counts" in given:
        space = {"space": given["space"]} if "space" in given else {}
        return AREA_INDICES[case["index"]](given["counts"], **space, **parameters).value
    index = INDICES[case["index"]]
    if "between" in parameters:
        parameters["between"] = tuple(parameters["between"])
    if "answers" in given:
        categories = len(given["answers"])
        return index(
            answer_counts(given["answers"]), "answer", categories=categories, **parameters
        ).value
    if "distribution" in given:
        spec = dict(given["distribution"])
        return index(_quantiles(spec.pop("name"), given["n"], **spec), **parameters).value
    values = given["labels"] if "labels" in given else given["values"]
    return index(values, weights=given.get("weights"), **parameters).value


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_known_answer(case):
    """Absolute tolerance for answers of the size of one, relative for larger ones."""
    tolerance = case["tolerance"] * max(1.0, abs(case["expected"]))
    assert _value(case) == pytest.approx(case["expected"], abs=tolerance, rel=0), case["source"]


def test_every_public_index_has_a_known_answer():
    answered = {case["index"] for case in CASES}
    assert answered == set(INDICES) | set(AREA_INDICES)


def test_the_file_is_what_it_says_it_is():
    assert len(CASES) >= 150
    assert {case["kind"] for case in CASES} == INDEPENDENT
    assert max(Counter(case["id"] for case in CASES).values()) == 1
    for case in CASES:
        assert case["source"], case["id"]
        assert case["reason"], case["id"]
        assert math.isfinite(case["expected"]), case["id"]
        assert 0 < case["tolerance"] <= 0.02, case["id"]


def test_closed_forms_and_fractions_are_still_what_their_code_gives():
    import importlib.util

    for name in ("closed_forms", "exact", "published"):
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        pinned = {json.dumps(_bare(case), sort_keys=True) for case in CASES}
        for case in module.cases():
            assert json.dumps(_bare(json.loads(json.dumps(case))), sort_keys=True) in pinned


def _bare(case: dict) -> dict:
    """Return a case without its id, and its value to 12 digits (libm differs in the last)."""
    return {k: v for k, v in case.items() if k not in ("id", "expected")} | {
        "expected": f"{case['expected']:.12g}"
    }
