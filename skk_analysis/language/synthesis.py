"""Pooled results in words; no sentence says more than the numbers.

The words are neutral (*result*, *estimate*) at every grade of evidence: whether a result may be
called an effect is told by the grade beside it.  A direction is named only where both intervals of
the mean leave no difference out, the usual one and the one that takes the variation for unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skk_analysis.language import forms
from skk_analysis.language.amounts import probability
from skk_analysis.language.catalogue import text
from skk_analysis.language.pooled_amounts import PooledAmounts

if TYPE_CHECKING:
    import pandas as pd

    from skk_analysis.synthesis import (
        Pooled,
        Reason,
        SmallStudyTest,
        Subgroups,
        Synthesis,
        TrimAndFill,
    )

__all__ = [
    "direction_of",
    "directions_text",
    "known_rule",
    "known_state",
    "leave_one_out_text",
    "pooled_estimate",
    "pooled_text",
    "reason_text",
    "small_study_text",
    "subgroups_text",
    "synthesis_text",
    "trim_and_fill_text",
]

MANY = 10
"""Results from which their variation is no longer called poorly known."""

TWO = 2
"""Results that tell nothing of how results vary."""

SEEN = 0.05
"""p-value below which a test of asymmetry is said to have seen it."""

DOMINANCE = "one_study_dominates"
SHARES = ("share",)
CORRELATIONS = ("largest",)


def pooled_text(
    pooled: Pooled,
    language: str,
    *,
    name: str = "",
    unit: str = "",
    ratio: bool = False,
    better: str = "",
    of: str = "studies",
    brief: bool = False,
) -> str:
    """A pooled estimate in words: the mean, how results vary, a further city, what to know.

    Parameters
    ----------
    pooled : Pooled
    language : ``fi``, ``sv`` or ``en``
    name : what the result is about, said first
    unit : a unit of `forms` or a unit in words; default pure numbers
    ratio : whether the estimates are logarithms of ratios, to be printed as ratios
    better : ``higher`` or ``lower``: the desired direction, for the chance of a benefit
    of : ``studies``, ``cities`` or ``experiments``: what is counted
    brief : leave the method out, and of two results all but the mean: two can't tell how results
        vary, and their intervals of a further city are as good as unbounded

    Returns
    -------
    str
        Paragraphs, one a line.
    """
    amounts = amounts_of(pooled, unit, language, ratio)
    head = [text("synthesis.pooled.named", language, name=name)] if name else []
    head += [pooled_estimate(pooled, amounts, of), *_direction(pooled, amounts)]
    if brief and pooled.k <= TWO:
        notes = [reason_text(reason, language) for reason in pooled.notes]
        return " ".join([*head, *notes, text("synthesis.pooled.two", language)])
    further = _further(pooled, amounts, better)
    notes = [reason_text(reason, language) for reason in pooled.notes]
    method = text(
        "synthesis.pooled.method",
        language,
        method=text(f"synthesis.method.{pooled.method}", language),
        inference=text(f"synthesis.inference.{pooled.inference}", language),
    )
    last = notes if brief else [*notes, method]
    paragraphs = (head, _variation(pooled, amounts), further, last)
    return "\n".join(" ".join(sentences) for sentences in paragraphs if sentences)


def amounts_of(pooled: Pooled, unit: str, language: str, ratio: bool) -> PooledAmounts:
    """How the amounts of a pooled estimate are printed."""
    intervals = [pooled.interval, *([_wider(pooled)] if has_further(pooled) else [])]
    return PooledAmounts.of(intervals, unit, language, ratio)


def pooled_estimate(pooled: Pooled, amounts: PooledAmounts, of: str = "studies") -> str:
    """The mean with the interval that holds: where one study dominates, the wider kind."""
    language = amounts.language
    shown = {
        "estimate": amounts.result(pooled.estimate),
        "count": text(f"synthesis.count.{of}", language, k=forms.number(pooled.k, language)),
    }
    interval = headline_interval(pooled)
    if not math.isfinite(interval[0] + interval[1]):
        return text("synthesis.pooled.no_interval", language, **shown)
    return text(
        "synthesis.pooled.estimate",
        language,
        **shown,
        level=_level(pooled.level, language),
        interval=amounts.limits(interval),
    )


def headline_interval(pooled: Pooled) -> tuple[float, float]:
    """The interval that is shown with the mean."""
    dominated = any(reason.name == DOMINANCE for reason in pooled.notes)
    return _wider(pooled) if dominated and has_further(pooled) else pooled.interval


def direction_of(pooled: Pooled) -> int:
    """1 or −1 where every interval of the mean leaves no difference out on that side, else 0."""
    intervals = [pooled.interval, *([_wider(pooled)] if has_further(pooled) else [])]
    sides = {int(low > 0) - int(high < 0) for low, high in intervals}
    return sides.pop() if len(sides) == 1 else 0


def reason_text(reason: Reason, language: str, names: Mapping[str, str] | None = None) -> str:
    """A reason against pooling, or a note on a result, as a sentence.

    Parameters
    ----------
    reason : Reason
    language : ``fi``, ``sv`` or ``en``
    names : what outcomes, designs, measures or studies are called; others stay as they are
    """
    names = dict(names or {})
    if reason.name == "different_directions":
        for side in ("higher", "lower"):
            names.setdefault(side, text(f"synthesis.direction.{side}", language))
    shown = {key: _shown(key, value, language, names) for key, value in reason.numbers.items()}
    return text(f"synthesis.reason.{reason.name}", language, **shown)


def synthesis_text(
    synthesis: Synthesis,
    language: str,
    *,
    names: Mapping[str, str] | None = None,
    oriented: bool = False,
    **options: Any,
) -> str:
    """The pooled estimate in words, or that there is none, why, and which way the results point.

    Parameters
    ----------
    synthesis : Synthesis
    language : ``fi``, ``sv`` or ``en``
    names : what outcomes, designs, measures and studies are called
    oriented : whether a positive result is the desired one
    **options
        Of `pooled_text`.
    """
    if synthesis.pooled is not None:
        return pooled_text(synthesis.pooled, language, **options)
    reasons = [reason_text(reason, language, names) for reason in synthesis.reasons]
    refused = " ".join([text("synthesis.refused", language), *reasons])
    directions = directions_text(synthesis.directions, language, names=names, oriented=oriented)
    return "\n".join([refused, *directions])


def directions_text(
    directions: pd.DataFrame,
    language: str,
    *,
    names: Mapping[str, str] | None = None,
    oriented: bool = False,
) -> list[str]:
    """Which way results point, a sentence an outcome."""
    key = f"synthesis.directions.{'oriented' if oriented else 'row'}"
    return [
        text(
            key,
            language,
            outcome=outcome_name(row["outcome"], language, names),
            p=probability(row["p"], language),
            **{name: forms.number(int(row[name]), language) for name in DIRECTIONS},
        )
        for row in directions.to_dict("records")
    ]


DIRECTIONS = ("k", "above", "below", "positive", "negative", "unclear")


def outcome_name(outcome: str, language: str, names: Mapping[str, str] | None) -> str:
    """What an outcome is called; of one that has no name, that it is all results."""
    if not outcome:
        return text("synthesis.directions.all", language)
    return (names or {}).get(outcome, outcome)


def leave_one_out_text(
    frame: pd.DataFrame, language: str, *, unit: str = "", ratio: bool = False
) -> str:
    """What `leave_one_out` found: the range of the estimate, and whether the conclusion holds."""
    intervals = frame[["lower", "upper"]].itertuples(index=False, name=None)
    amounts = PooledAmounts.of(intervals, unit, language, ratio)
    sentences = [
        text(
            "synthesis.leave_one_out.range",
            language,
            lowest=amounts.result(frame["estimate"].min()),
            highest=amounts.result(frame["estimate"].max()),
        )
    ]
    changing = list(frame.loc[~frame["same_conclusion"].astype(bool), "left_out"])
    if changing:
        names = forms.joined(changing, language)
        sentences.append(text("synthesis.leave_one_out.hangs", language, names=names))
    else:
        sentences.append(text("synthesis.leave_one_out.stable", language))
    return " ".join(sentences)


def small_study_text(test: SmallStudyTest, language: str) -> str:
    """A test of funnel asymmetry; a large p-value is not said to show that there is none."""
    key = "seen" if test.p < SEEN else "not_seen"
    return text(
        f"synthesis.small_study.{key}",
        language,
        test=text(f"synthesis.test.{test.test}", language),
        k=forms.number(test.k, language),
        p=probability(test.p, language),
    )


def trim_and_fill_text(
    found: TrimAndFill, language: str, *, unit: str = "", ratio: bool = False
) -> str:
    """What a symmetric funnel would say, and that it corrects nothing."""
    if not found.missing:
        return text("synthesis.trim_and_fill.none", language)
    amounts = PooledAmounts.of([found.filled.interval], unit, language, ratio)
    return text(
        "synthesis.trim_and_fill.missing",
        language,
        missing=forms.number(found.missing, language),
        estimate=amounts.result(found.filled.estimate),
        level=_level(found.filled.level, language),
        interval=amounts.limits(found.filled.interval),
    )


def subgroups_text(
    found: Subgroups,
    language: str,
    *,
    level: float = 0.95,
    names: Mapping[str, str] | None = None,
    unit: str = "",
    ratio: bool = False,
    of: str = "studies",
) -> str:
    """The groups' means, and whether they differ."""
    rows = found.table.to_dict("records")
    amounts = PooledAmounts.of([(r["lower"], r["upper"]) for r in rows], unit, language, ratio)
    sentences = [
        text(
            "synthesis.group.row",
            language,
            group=(names or {}).get(row["group"], str(row["group"])),
            estimate=amounts.result(row["estimate"]),
            level=_level(level, language),
            interval=amounts.limits((row["lower"], row["upper"])),
            count=text(f"synthesis.count.{of}", language, k=forms.number(row["k"], language)),
        )
        for row in rows
    ]
    key = "synthesis.group.differ" if found.p < SEEN else "synthesis.group.same"
    return " ".join([*sentences, text(key, language, p=probability(found.p, language))])


def known_state(state: str, language: str) -> str:
    """Known, uncertain or unknown, as a word."""
    return text(f"known.state.{state}", language)


def known_rule(rule: str, language: str) -> str:
    """The rule that gave a state, as a sentence."""
    return text(f"known.rule.{rule}", language)


def _direction(pooled: Pooled, amounts: PooledAmounts) -> list[str]:
    language, null = amounts.language, forms.number(amounts.null, amounts.language)
    interval = headline_interval(pooled)
    if not math.isfinite(interval[0] + interval[1]):
        return []
    sentences = []
    if interval != pooled.interval:
        sentences.append(text("synthesis.pooled.unknown_variation", language))
    if side := direction_of(pooled):
        key = "synthesis.pooled.above" if side > 0 else "synthesis.pooled.below"
        return [*sentences, text(key, language, null=null)]
    if interval[0] <= 0 <= interval[1]:
        return [*sentences, text("synthesis.pooled.covers", language, null=null)]
    other = _wider(pooled) if interval == pooled.interval else pooled.interval
    shown = {"interval": amounts.limits(other), "null": null}
    return [*sentences, text("synthesis.pooled.wider", language, **shown)]


def _variation(pooled: Pooled, amounts: PooledAmounts) -> list[str]:
    if pooled.k < 2:
        return []
    language = amounts.language
    sentences = [
        text(
            "synthesis.pooled.variation",
            language,
            tau2=_plain(pooled.tau2, language),
            level=_level(pooled.level, language),
            limits=f"{_plain(pooled.tau2_interval[0], language)}{forms.EN_DASH}"
            f"{_plain(pooled.tau2_interval[1], language)}",
            tau=amounts.spread(math.sqrt(pooled.tau2)),
            i2=forms.quantity(pooled.i2, "share", language, 0),
            q=forms.number(pooled.q, language, 2),
            p=probability(pooled.q_p, language),
        )
    ]
    if pooled.k < MANY:
        sentences.append(text("synthesis.pooled.few", language))
    return sentences


def _further(pooled: Pooled, amounts: PooledAmounts, better: str) -> list[str]:
    language, null = amounts.language, forms.number(amounts.null, amounts.language)
    if not has_further(pooled):
        return [text("synthesis.pooled.fixed", language)]
    low, high = pooled.distribution.prediction_interval(pooled.level)
    level = _level(pooled.level, language)
    shown = {"level": level, "interval": amounts.limits((low, high))}
    sentences = [text("synthesis.pooled.further", language, **shown)]
    if low <= 0 <= high:
        sentences.append(text("synthesis.pooled.further_covers", language, null=null))
    chance = pooled.distribution.probability_of_benefit(better=better or "higher")
    printed = {"probability": forms.quantity(chance, "share", language, 0)}
    if better:
        sentences.append(text("synthesis.pooled.benefit", language, **printed))
    else:
        sentences.append(text("synthesis.pooled.exceeds", language, **printed, null=null))
    first, second = pooled.prediction_interval, pooled.prediction_interval_hts
    if math.isfinite(second[0]):
        shown = {"first": amounts.limits(first), "second": amounts.limits(second)}
        sentences.append(text("synthesis.pooled.further_t", language, **shown))
    else:
        shown = {"first": amounts.limits(first)}
        sentences.append(text("synthesis.pooled.further_t_one", language, **shown))
    return sentences


def has_further(pooled: Pooled) -> bool:
    """Whether something is said of a further city."""
    return pooled.method != "FE" and pooled.k > 1


def _wider(pooled: Pooled) -> tuple[float, float]:
    return pooled.distribution.interval(pooled.level)


def _level(level: float, language: str) -> str:
    return forms.quantity(level, "share", language, 0)


def _plain(value: float, language: str) -> str:
    """A number without unit, with two digits that say something."""
    if not math.isfinite(value):
        return text("effect.unbounded", language)
    return forms.number(value, language, decimals_of_plain(value))


def decimals_of_plain(value: float) -> int:
    """With how many decimals a number without unit is printed."""
    return 2 if value == 0 or value >= 1 else min(1 - math.floor(math.log10(value)), 6)


def _shown(
    key: str, value: float | str | tuple[str, ...], language: str, names: Mapping[str, str]
) -> str:
    if isinstance(value, tuple):
        return forms.joined([names.get(item, item) for item in value], language)
    if isinstance(value, str):
        return names.get(value, value)
    unit, decimals = unit_of_reason(key)
    return forms.quantity(value, unit, language, decimals)


def unit_of_reason(key: str) -> tuple[str, int]:
    """Unit and decimals of a number in a reason or note."""
    if key in SHARES:
        return "share", 0
    return ("score", 2) if key in CORRELATIONS else ("count", 0)
