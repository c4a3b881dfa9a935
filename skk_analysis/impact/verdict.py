"""What may be said of an effect, decided after its checks, by one rule that is kept with it.

The checks come first and the headline second, so that no caveat can contradict the headline: a
failed check never leaves "strong evidence" standing above it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skk_analysis.impact.checks import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED

if TYPE_CHECKING:
    from skk_analysis.impact.result import Effect

__all__ = ["ESSENTIAL", "RULES", "WORDS", "Verdict", "verdict_of"]

INCREASE, DECREASE = "increase", "decrease"

WORDS = (
    "strong_evidence_increase",
    "strong_evidence_decrease",
    "weak_evidence_increase",
    "weak_evidence_decrease",
    "inconclusive",
    "no_effect_larger_than",
    "not_interpretable",
    "not_estimable",
)
"""Every verdict there is."""

RULES: dict[str, tuple[str, tuple[str, ...]]] = {
    # not estimable
    "no_estimate": ("not_estimable", ()),
    "no_valid_test": ("not_estimable", ()),
    "no_valid_interval": ("not_estimable", ()),
    "p_not_attainable": ("not_estimable", ("attainable", "level")),
    # not interpretable
    "closed_in_pandemic": ("not_interpretable", ("year",)),
    "no_credible_counterfactual": ("not_interpretable", ("checks",)),
    # equivalence
    "interval_within_limit": ("no_effect_larger_than", ("lower", "upper", "limit")),
    # inconclusive
    "interval_includes_null": ("inconclusive", ("p", "mde", "null")),
    "not_after_multiplicity": ("inconclusive", ("p", "adjusted_p", "mde")),
    # weak
    "check_failed": ("weak_evidence", ("p", "checks")),
    "second_opinion_disagrees": ("weak_evidence", ("p", "second_p")),
    "check_inconclusive": ("weak_evidence", ("p", "checks")),
    "not_below_strict_level": ("weak_evidence", ("p", "strict")),
    # strong
    "tests_and_checks_agree": ("strong_evidence", ("p", "second_p")),
    "test_and_checks_agree": ("strong_evidence", ("p",)),
}
"""Rules by name: the verdict that each gives (without direction) and the numbers it carries."""

ESSENTIAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "panel": (
        ("pre_years",),
        ("donors",),
        ("attainable_p",),
        ("pre_trend", "pre_fit"),
        ("placebo_in_time",),
        ("second_opinion",),
        ("leave_one_donor",),
        ("leave_one_year",),
        ("pandemic_only",),
    ),
    "series": (("points",), ("autocorrelation",), ("pandemic_only",)),
    "survey": (("sample_size",), ("attrition",), ("floor_ceiling",)),
}
"""Checks that strong evidence cannot do without, by kind of design.

Of checks that stand together one must have passed and none failed; a check that was not made is
inconclusive.
"""

STRICT_WITH_SECOND_OPINION = 1 / 2
STRICT_ALONE = 1 / 5
"""How much below the level p must lie for strong evidence, as a share of the level.

Two tests that agree at the level do so in up to 4.4 % of null draws, because they use the same
data; at half the level in 0.5 to 2.1 %, before the checks (``validation/verdict``).  With 40
placebos the smallest p, 1/41 = 0.024, is still below.  A test without a second opinion must make
up for that alone.
"""


ASIDE = {"second_opinion", "honest_smoothness"}
"""Checks whose failure does not lower strong evidence by itself.

The second opinion has a rule of its own.  The largest bend seen before the start, which smoothness
is measured against, is mostly chance in yearly figures; how far the conclusion holds is said all
the same.  That an unpenalised synthetic control is not unique (``identified_range``) speaks against
no other method: it is why the others are penalised.
"""

OF_NO_EFFECT = {"sample_size"}
"""Checks that say nothing of an effect as large as the limit: whether the answers were enough to
reject no effect."""

HOPELESS = 2
"""A comparison that misses before the programme by this many times the outcome's own variation is
none."""


@dataclass(frozen=True)
class Verdict:
    """A verdict in symbols, with the one rule that gave it.

    Parameters
    ----------
    word : str
        One of :data:`WORDS`.
    rule : str
        One of :data:`RULES`.
    numbers : mapping
        The figures that the rule was applied to, exactly those that it is declared with; under
        ``checks`` a tuple of names.
    favourable : bool or None
        Whether the direction is the desired one; None where no direction is found or desired.

    Raises
    ------
    ValueError
        If the rule is not declared, does not give the word, or has other numbers.
    """

    word: str
    rule: str
    numbers: Mapping[str, float | tuple[str, ...]] = field(default_factory=dict)
    favourable: bool | None = None

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"no rule {self.rule!r} is declared; there are {sorted(RULES)}")
        kind, names = RULES[self.rule]
        if self.word not in WORDS or not self.word.startswith(kind):
            raise ValueError(f"rule {self.rule!r} gives {kind!r}, not {self.word!r}")
        if set(self.numbers) != set(names):
            raise ValueError(f"rule {self.rule!r} has the numbers {names}, got {[*self.numbers]}")

    @property
    def direction(self) -> str | None:
        """``increase``, ``decrease``, or None where the verdict claims no direction."""
        return next((d for d in (INCREASE, DECREASE) if self.word.endswith(d)), None)

    @property
    def strong(self) -> bool:
        """Whether the evidence is strong."""
        return self.word.startswith("strong_evidence")


def verdict_of(
    effect: Effect,
    *,
    adjusted_p: float | None = None,
    limit: float | None = None,
    better: str | None = None,
) -> Verdict:
    """Return what may be said of an effect, from its interval, p-value and checks.

    Parameters
    ----------
    effect : Effect
        With the checks that were made.
    adjusted_p : float, optional
        p-value adjusted for all the outcomes that were tested together; it decides in p's place.
    limit : float, optional
        Smallest effect of practical importance, in the outcome's unit.  A confidence set that lies
        within ±limit shows that there is none so large: a two-sided test of equivalence at half
        the size of two one-sided tests (Schuirmann 1987, *J. Pharmacokinet. Biopharm.* 15,
        657–680).  Of a ratio (``effect.details["null"]`` is 1) it is above 1, and the set must lie
        between 1/limit and limit.
    better : {"higher", "lower", "neither"}, optional
        Desired direction of the outcome; default ``effect.details["better"]``.

    Raises
    ------
    ValueError
        If ``adjusted_p`` is not a probability or lies below p, ``limit`` is not positive, or
        ``better`` is no direction.

    Examples
    --------
    >>> from skk_analysis.impact.result import Effect
    >>> verdict_of(Effect(0.4, (-0.5, 1.3), 0.4, mde=1.4)).word
    'inconclusive'
    >>> verdict_of(Effect(0.4, (-0.5, 1.3), 0.4, mde=1.4), limit=2).word
    'no_effect_larger_than'
    """
    better = effect.details.get("better") if better is None else better
    _require_sense(effect, adjusted_p, limit, better)
    rule, numbers = (
        _unusable(effect) or _within(effect, limit) or _open(effect, adjusted_p) or _graded(effect)
    )
    kind = RULES[rule][0]
    if kind in WORDS:
        return Verdict(kind, rule, numbers)
    direction = INCREASE if effect.estimate > null_of(effect) else DECREASE
    favourable = {"higher": direction == INCREASE, "lower": direction == DECREASE}.get(str(better))
    return Verdict(f"{kind}_{direction}", rule, numbers, favourable)


def null_of(effect: Effect) -> float:
    """Return what no effect is: 0 of differences, 1 of ratios."""
    return float(effect.details.get("null", 0))


Found = tuple[str, dict[str, float | tuple[str, ...]]]


def _require_sense(effect, adjusted_p, limit, better) -> None:
    if better not in (None, "higher", "lower", "neither"):
        raise ValueError(f"better is 'higher', 'lower' or 'neither', got {better!r}")
    null = null_of(effect)
    if limit is not None and not null < limit < math.inf:
        raise ValueError(
            f"limit is the smallest effect of practical importance and must be above {null:g} and "
            f"finite, got {limit!r}"
        )
    if adjusted_p is None:
        return
    if not 0 <= adjusted_p <= 1:
        raise ValueError(f"adjusted_p must be from 0 to 1, got {adjusted_p!r}")
    if adjusted_p < effect.p - 1e-12:
        raise ValueError(
            f"adjusted_p {adjusted_p!r} is below the p-value {effect.p!r} that it adjusts; give "
            "the one of the same outcome"
        )


def _unusable(effect: Effect) -> Found | None:
    """Return why no verdict on the size or direction can be given, if so."""
    if not math.isfinite(effect.estimate):
        return "no_estimate", {}
    attainable = effect.check("attainable_p")
    if attainable and attainable.result == FAILED:
        level = 1 - effect.level
        return "p_not_attainable", {
            "attainable": float(attainable.numbers["p"]),
            "level": round(level, 12),
        }
    if math.isnan(effect.p):
        return "no_valid_test", {}
    if any(math.isnan(limit) for limit in effect.interval):
        return "no_valid_interval", {}
    closed = effect.check("pandemic_closure")
    if closed and closed.result == FAILED:
        year = int(closed.numbers["year"])
        if not effect.years or year in effect.years:
            return "closed_in_pandemic", {"year": year}
    if hopeless := _hopeless(effect):
        return "no_credible_counterfactual", {"checks": hopeless}
    return None


def _hopeless(effect: Effect) -> tuple[str, ...]:
    """Return the checks that together leave nothing to compare with.

    One check of the time before can fail by chance or by little; when the comparison misses by
    far more than the outcome varies at all, or two different looks both fail, there is none.
    """
    fit = effect.check("pre_fit")
    if fit and fit.result == FAILED:
        rmse, spread = float(fit.numbers["rmse"]), float(fit.numbers["spread"])
        if rmse > HOPELESS * spread:
            return ("pre_fit",)
    before = ("pre_trend", "pre_fit", "placebo_in_time")
    failed = tuple(name for name in before if name in _named(effect, FAILED))
    return failed if len(failed) > 1 else ()


def _within(effect: Effect, limit: float | None) -> Found | None:
    if limit is None or set(_against(effect)) - OF_NO_EFFECT:
        return None
    lower, upper = effect.interval
    lowest = 1 / limit if null_of(effect) else -limit
    if not (lowest < lower and upper < limit):
        return None
    return "interval_within_limit", {"lower": lower, "upper": upper, "limit": limit}


def _open(effect: Effect, adjusted_p: float | None) -> Found | None:
    lower, upper = effect.interval
    level = _level(effect)
    null = null_of(effect)
    if effect.p > level or lower <= null <= upper:
        return "interval_includes_null", {"p": effect.p, "mde": effect.mde, "null": null}
    if adjusted_p is not None and adjusted_p > level:
        numbers = {"p": effect.p, "adjusted_p": adjusted_p, "mde": effect.mde}
        return "not_after_multiplicity", dict(numbers)
    return None


def _graded(effect: Effect) -> Found:
    """Return the rule for an effect whose confidence set leaves no effect out."""
    p, level = effect.p, _level(effect)
    second = effect.check("second_opinion")
    if second and second.result == NOT_APPLICABLE:
        second = None
    second_p = float(second.numbers["p"]) if second else math.nan
    if failed := _against(effect):
        return "check_failed", {"p": p, "checks": failed}
    if second and (second.result == FAILED or second_p > level):
        return "second_opinion_disagrees", {"p": p, "second_p": second_p}
    unclear = [*_unclear(effect)]
    if second and math.isnan(second_p) and "second_opinion" not in unclear:
        unclear.append("second_opinion")
    if unclear:
        return "check_inconclusive", {"p": p, "checks": tuple(unclear)}
    strict = level * (STRICT_WITH_SECOND_OPINION if second else STRICT_ALONE)
    worst = max(p, second_p) if second else p
    if worst > strict:
        return "not_below_strict_level", {"p": worst, "strict": strict}
    if second:
        return "tests_and_checks_agree", {"p": p, "second_p": second_p}
    return "test_and_checks_agree", {"p": p}


def _against(effect: Effect) -> tuple[str, ...]:
    """Name the failed checks that speak against the effect at hand."""
    aside = ASIDE if effect.method.endswith("synthetic_control") else {*ASIDE, "identified_range"}
    return tuple(name for name in _named(effect, FAILED) if name not in aside)


def _unclear(effect: Effect) -> Iterator[str]:
    """Name the essential checks of which none has passed."""
    pandemic = effect.details.get("pandemic", (2020,))
    for group in ESSENTIAL[design_kind(effect)]:
        if group == ("pandemic_only",) and effect.years and not {*effect.years} & {*pandemic}:
            continue
        results = {check.result for name in group if (check := effect.check(name))}
        settled = PASSED in results or (len(group) == 1 and NOT_APPLICABLE in results)
        if not settled:
            yield next((n for n in group if n in _named(effect, INCONCLUSIVE)), group[0])


def design_kind(effect: Effect) -> str:
    """Return which of :data:`ESSENTIAL` the effect's checks belong to."""
    if effect.check("points"):
        return "series"
    if effect.check("sample_size") or effect.check("attrition"):
        return "survey"
    return "panel"


def _named(effect: Effect, result: str) -> list[str]:
    return [check.name for check in effect.checks if check.result == result]


def _level(effect: Effect) -> float:
    """Size of the test, free of the binary dust in 1 − 0.95."""
    return round(1 - effect.level, 12)
