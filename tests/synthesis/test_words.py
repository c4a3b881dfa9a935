"""What is said of a synthesis never says more than its numbers."""

import re

import numpy as np
import pandas as pd
import pytest

from skk_analysis.language import LANGUAGES, keys
from skk_analysis.language.synthesis import (
    direction_of,
    headline_interval,
    known_rule,
    known_state,
    leave_one_out_text,
    reason_text,
)
from skk_analysis.synthesis import (
    KNOWN_RULES,
    REASONS,
    Reason,
    egger,
    leave_one_out,
    pool,
    subgroups,
    synthesise,
    trim_and_fill,
)

NAMES = {"found", "studies", "positive", "negative", "units", "study"}


def numbers_of(reason: str) -> dict:
    """Something of the right kind for all that a reason carries."""
    values: dict = {}
    for key in REASONS[reason]:
        single = key in ("units", "study")
        values[key] = ("A" if single else ("A", "B")) if key in NAMES else 0.75
    return values


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_in_symbols_has_words(language):
    """A reason, rule or method without words would stop a report."""
    for name in REASONS:
        said = reason_text(Reason(name, numbers_of(name)), language)
        assert said and "{" not in said
    for rule, state in KNOWN_RULES.items():
        assert known_rule(rule, language).endswith(".") and known_state(state, language)
    for method in ("REML", "PM", "DL", "ML", "EB", "SJ", "HE", "FE"):
        assert f"synthesis.method.{method}" in keys(language)


def test_no_direction_where_either_interval_allows_none():
    """The usual interval alone may be too narrow: both must leave zero out."""
    rng, seen = np.random.default_rng(3), set()
    for _ in range(60):
        k = int(rng.integers(2, 8))
        pooled = pool(rng.normal(0.35, 0.3, k), rng.uniform(0.03, 0.4, k))
        wide, usual = pooled.distribution.interval(), pooled.interval
        claims = "wholly above" in pooled.text("en") or "wholly below" in pooled.text("en")
        clear = all(low > 0 or high < 0 for low, high in (wide, usual))
        assert claims == clear == bool(direction_of(pooled))
        further = pooled.distribution.prediction_interval()
        said = "may go either way" in pooled.text("en")
        assert said == (further[0] <= 0 <= further[1])
        seen |= {(claims, said)}
    assert len(seen) == 3  # (no direction, but a clear further city) cannot be


def test_where_one_city_dominates_the_wider_interval_is_shown():
    """Modified Knapp–Hartung covers .884 there, the confidence distribution .93."""
    pooled = pool([0.1, 0.3, 0.35, 0.65, 0.2, 0.0], [0.01, 0.12, 0.15, 0.2, 0.1, 0.1])
    assert headline_interval(pooled) == pooled.distribution.interval()
    said = pooled.text("en")
    assert "has most of the precision (97%)" in said
    assert "does not take the variation of the results for known" in said
    even = pool([0.1, 0.3, 0.35, 0.65], [0.1, 0.1, 0.1, 0.1])
    assert headline_interval(even) == even.interval


def test_numbers_are_those_of_the_result():
    """Estimate and limits in the outcome's unit, in the language's form."""
    pooled = pool([-0.02, -0.03, 0.01, -0.015], [0.01, 0.02, 0.015, 0.012])
    said = pooled.text("fi", unit="share", better="lower", of="cities", name="Työttömyys")
    low, high = (f"{100 * x:+.1f}".replace(".", ",").replace("-", "−") for x in pooled.interval)
    assert said.startswith("Työttömyys. Yhdistetty arvio: −1,4\u00a0prosenttiyksikköä")
    assert f"{low}\u00a0–\u00a0{high}; kaupunkeja 4" in said
    chance = pooled.distribution.probability_of_benefit(better="lower")
    assert f"suotuisa: {100 * chance:.0f}\u00a0%" in said
    assert "vaikut" not in said  # a word that a grade below 3 does not allow


def test_ratios_are_printed_as_ratios():
    """A pooled logarithm of odds ratios is read as a ratio, beside which 1 is no difference."""
    pooled = pool(np.log([1.2, 1.5, 1.1]), [0.1, 0.2, 0.15], method="FE")
    said = pooled.text("en", ratio=True)
    assert f"Pooled estimate: {np.exp(pooled.estimate):.2f} " in said
    assert "one result everywhere" in said and "further city" in said


def test_refused_pooling_says_why_and_which_way():
    """Other outcomes: no mean, the reason with the outcomes' names, a line for each."""
    rows = {"estimate": [0.2, -0.4], "se": [0.1, 0.1], "outcome": ["a", "b"]}
    found = synthesise(pd.DataFrame(rows))
    names = {"a": "Toimeentulo", "b": "Turvallisuus"}
    first, *lines = found.text("fi", names=names).split("\n")
    assert first.startswith("Yhdistämistä ei voida perustella.")
    assert "Toimeentulo ja Turvallisuus" in first
    assert [line.split(":")[0] for line in lines] == ["Toimeentulo", "Turvallisuus"]
    table = found.plot("fi", names=names)
    assert [row[0] for row in table.rows] == ["Toimeentulo", "Turvallisuus"]


def test_leave_one_out_names_what_it_hangs_on():
    """The one study that carries the conclusion."""
    pooled = pool({"A": 0.1, "B": 0.12, "C": 0.11, "D": 0.9}, dict.fromkeys("ABCD", 0.02))
    frame = leave_one_out(pooled)
    said = leave_one_out_text(frame, "en")
    named = set(re.findall(r"\b[A-D]\b", said))
    assert named == set(frame.loc[~frame["same_conclusion"], "left_out"])


def test_tests_of_asymmetry_prove_no_symmetry():
    """Neither sentence says that there is none, nor why there is one."""
    rng = np.random.default_rng(1)
    errors = rng.uniform(0.1, 0.4, 14)
    even, skew = rng.normal(0.3, errors), 0.3 + 3 * errors
    assert "does not show that there is none" in egger(even, errors).text("en")
    assert "does not say why" in egger(skew + rng.normal(0, 0.02, 14), errors).text("en")
    filled = trim_and_fill(0.3 + np.abs(rng.normal(0, errors)), errors)
    assert filled.missing and "not a corrected estimate" in filled.text("en")


def test_groups():
    """Groups by name; a difference is not said to come from what divides them."""
    found = subgroups([0.1, 0.12, 0.9, 0.95], [0.05] * 4, ["x", "x", "y", "y"])
    said = found.text("en", names={"x": "Early", "y": "Late"})
    assert "Early: +0.1" in said and "not drawn by lot" in said
