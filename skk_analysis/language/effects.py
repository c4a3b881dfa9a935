"""Effects in words: verdict, estimate, what could have been seen, checks and grade.

What may be said is bound to the grade: below 3 no sentence speaks of an effect or a cause, only of
a change.  A test goes through all verdicts and grades with the list of words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from skk_analysis.impact.checks import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Check
from skk_analysis.impact.verdict import null_of
from skk_analysis.language import forms
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.catalogue import placeholders, template, text

if TYPE_CHECKING:
    from skk_analysis.impact.grade import Grade
    from skk_analysis.impact.result import Effect
    from skk_analysis.impact.verdict import Verdict

__all__ = [
    "check_name",
    "check_text",
    "effect_text",
    "estimate_text",
    "grade_text",
    "grade_wording",
    "headline_text",
    "inference_name",
    "mde_text",
    "method_name",
    "verdict_text",
    "verdict_word_of",
]

AMOUNTS = {"estimate", "low", "high", "without", "adjusted", "rmse", "spread", "expected"}
AMOUNTS |= {"observed", "natural"}
PROBABILITIES = {"p", "level", "adjusted_p", "second_p", "strict", "attainable"}
SHARES = {"power", "largest", "share", "floor", "ceiling"}
DECIMALS = {"effective": 1, "ratio": 2, "rho": 2, "difference": 2, "limit": 2, "breakdown": 2}
"""How the numbers of checks and rules are printed, by name; the rest are counts."""

UNSIGNED = ("rmse", "spread", "natural", "breakdown")

KINDS = {
    ("attrition", "treated"): "share",
    ("attrition", "comparison"): "share",
    ("honest_smoothness", "breakdown"): "amount",
}
"""Numbers that mean something else in one check than in others."""


def effect_text(effect: Effect, language: str, *, name: str = "") -> str:
    """An effect in words: the verdict first, then how sure, on what grounds, and how strong.

    Parameters
    ----------
    effect : Effect
    language : ``fi``, ``sv`` or ``en``
    name : what the outcome is called; default ``effect.outcome``

    Returns
    -------
    str
        Paragraphs, one a line.
    """
    amounts = Amounts.of(effect, language)
    paragraphs = (
        [
            *_headline(effect, language, name),
            estimate_text(effect, language),
            mde_text(effect, language),
        ],
        [*_grounds(effect, amounts)],
        [*_how(effect, language), *([grade_text(effect.grade, language)] if effect.grade else [])],
    )
    return "\n".join(" ".join(sentences) for sentences in paragraphs if sentences)


def headline_text(effect: Effect, language: str, *, name: str = "") -> str:
    """The verdict and how the grade lets it be understood, without a number."""
    return " ".join(_headline(effect, language, name))


def verdict_text(effect: Effect, language: str) -> str:
    """The verdict of an effect as a headline, its direction, and the rule that gave it."""
    if effect.verdict is None:
        raise ValueError("the effect has no verdict yet: give it verdict_of(effect) first")
    amounts = Amounts.of(effect, language)
    return " ".join([*_verdict(effect, language), _rule(effect.verdict, amounts)])


def verdict_word_of(verdict: Verdict, language: str) -> str:
    """The verdict in two or three words, for tables and figures."""
    return text(f"effect.word.{verdict.word}", language)


def estimate_text(effect: Effect, language: str) -> str:
    """The estimate with its confidence set, and the p-value beside them where there is one."""
    amounts = Amounts.of(effect, language)
    shown = {
        "estimate": amounts.difference(effect.estimate),
        "level": forms.quantity(effect.level, "share", language, 0),
        "p": probability(effect.p, language),
    }
    if any(math.isnan(limit) for limit in effect.interval):
        return _said("effect.estimate_alone", language, shown)
    shown["interval"] = amounts.limits(*effect.interval)
    key = "effect.estimate_interval" if math.isnan(effect.p) else "effect.estimate"
    return _said(key, language, shown)


def mde_text(effect: Effect, language: str) -> str:
    """The smallest change or effect that the design could have seen.

    Of a finding it is said that nothing smaller would have been seen *reliably*: a smaller one may
    show by luck, and a sentence that it could not would contradict the finding beside it.
    """
    if not math.isfinite(effect.mde):
        return text("effect.mde.unknown", language)
    size = Amounts.of(effect, language).size(effect.mde)
    lower, upper = effect.interval
    if lower > null_of(effect) or upper < null_of(effect):
        return text(f"effect.mde.{_register(effect.grade)}.found", language, mde=size)
    return text(f"effect.mde.{_register(effect.grade)}", language, mde=size)


def check_name(name: str, language: str) -> str:
    """What a check is called."""
    return text(f"check.{name}.name", language)


def check_text(check: Check, language: str, *, amounts: Amounts | None = None) -> str:
    """A check and its result as a sentence.

    Parameters
    ----------
    check : Check
    language : ``fi``, ``sv`` or ``en``
    amounts : how amounts of the outcome are printed; default pure numbers
    """
    if check.result == NOT_APPLICABLE:
        name = check_name(check.name, language)
        return text("check.not_applicable", language, name=name)
    if amounts is None:
        values = [v for k, v in check.numbers.items() if _kind(check.name, k) == "amount"]
        amounts = Amounts.among([float(v) for v in values], "", language)
    shown = {
        key: _number(value, _kind(check.name, key), key, amounts)
        for key, value in check.numbers.items()
    }
    return _said(f"check.{check.name}.{check.result}", language, shown)


def grade_text(grade: Grade, language: str) -> str:
    """A grade with its reasons, what would raise it, and a reviewer's change of it."""
    sentences = [text("grade.sentence", language, sms=str(grade.sms), nesta=str(grade.nesta))]
    if grade.review and grade.computed:
        key = "grade.reviewed" if grade.review.reason else "grade.reviewed_plainly"
        shown = {"reviewer": grade.review.reviewer, "computed": str(grade.computed.sms)}
        sentences.append(_said(key, language, {**shown, "reason": _ended(grade.review.reason)}))
    reasons = [
        _said(f"grade.reason.{r.name}", language, {k: str(v) for k, v in r.numbers.items()})
        for r in grade.reasons
    ]
    if reasons:
        sentences.append(text("grade.reasons", language, reasons="; ".join(reasons)))
    steps = [text(f"grade.raise.{step}", language) for step in grade.would_raise]
    if steps:
        sentences.append(text("grade.raised_by", language, steps="; ".join(steps)))
    elif grade.sms == grade.nesta == 5:
        sentences.append(text("grade.top", language))
    return " ".join(sentences)


def grade_wording(grade: Grade, language: str) -> str:
    """The sentence that says how the finding may be understood at this grade."""
    return text(f"grade.wording.{grade.wording}", language)


def method_name(method: str, language: str) -> str:
    """What a method is called, with its English name at this its first use."""
    return text(f"effect.method.{method}", language)


def inference_name(inference: str, language: str) -> str:
    """What the source of p-value and interval is called."""
    return text(f"effect.inference.{inference or 'none'}", language)


def _headline(effect: Effect, language: str, name: str) -> list[str]:
    name = name or effect.outcome
    sentences = _verdict(effect, language) if effect.verdict else []
    if name and sentences:
        about = text("effect.about", language, name=name, verdict=_lowered(sentences[0]))
        sentences = [about, *sentences[1:]]
    elif name:
        sentences = [text("effect.name", language, name=name)]
    claims = not effect.verdict or not effect.verdict.word.startswith("not_")
    if effect.grade and claims:
        sentences.append(grade_wording(effect.grade, language))
    return sentences


def _verdict(effect: Effect, language: str) -> list[str]:
    verdict = effect.verdict
    assert verdict is not None
    sentences = [text(f"effect.verdict.{verdict.word}.{_register(effect.grade)}", language)]
    if verdict.favourable is not None:
        key = "effect.favourable" if verdict.favourable else "effect.unfavourable"
        sentences.append(text(key, language))
    return sentences


def _grounds(effect: Effect, amounts: Amounts) -> list[str]:
    """The rule, then what speaks against the design, then how much does not."""
    sentences = [_rule(effect.verdict, amounts)] if effect.verdict else []
    for result in (FAILED, INCONCLUSIVE):
        sentences += [
            check_text(check, amounts.language, amounts=amounts)
            for check in effect.checks
            if check.result == result
        ]
    calm = effect.check("pandemic_dropped")
    if calm and calm.result == PASSED:  # always said: the year may have moved everything
        sentences.append(check_text(calm, amounts.language, amounts=amounts))
    if passed := sum(check.result == PASSED for check in effect.checks):
        sentences.append(text("effect.checks.passed", amounts.language, count=str(passed)))
    return sentences


def _rule(verdict: Verdict, amounts: Amounts) -> str:
    language, numbers = amounts.language, verdict.numbers
    shown = {}
    for key, value in numbers.items():
        if isinstance(value, tuple):
            names = [check_name(name, language) for name in value]
            shown[key] = forms.joined(names, language)
        elif key == "limit":
            shown[key] = amounts.size(value)
        elif key in ("year", "null"):
            shown[key] = str(int(value))
        elif key in PROBABILITIES:
            shown[key] = probability(value, language)
    if "lower" in numbers:
        low, high = (float(numbers[k]) for k in ("lower", "upper"))  # type: ignore[arg-type]
        shown["interval"] = amounts.limits(low, high)
    return _said(f"effect.rule.{verdict.rule}", language, shown)


def _how(effect: Effect, language: str) -> list[str]:
    sentences = []
    if effect.n_treated:
        shown = {
            "years": forms.year_range(effect.years),
            "treated": forms.number(effect.n_treated, language),
            "comparison": forms.number(effect.n_comparison, language),
        }
        key = "effect.data" if effect.years else "effect.counts"
        sentences.append(_said(key if effect.n_comparison else f"{key}_alone", language, shown))
    if effect.method:
        shown = {
            "method": method_name(effect.method, language),
            "inference": inference_name(effect.inference, language),
        }
        sentences.append(_said("effect.method", language, shown))
    return sentences


def _register(grade: Grade | None) -> str:
    """``effect`` where the grade allows the word, ``change`` elsewhere."""
    return "effect" if grade and grade.causal else "change"


def _kind(check: str, key: str) -> str:
    if kind := KINDS.get((check, key)):
        return kind
    groups = {"amount": AMOUNTS, "probability": PROBABILITIES, "share": SHARES, "plain": DECIMALS}
    return next((kind for kind, names in groups.items() if key in names), "count")


def _number(value: float | str, kind: str, key: str, amounts: Amounts) -> str:
    """A number of a check as it is printed."""
    language = amounts.language
    if isinstance(value, str):
        return value
    if kind == "amount":
        return amounts.difference(value, signed=key not in UNSIGNED)
    if kind == "probability":
        return probability(value, language)
    if key == "comparison" and math.isnan(value):
        return text("effect.none", language)
    if not math.isfinite(value):
        return text("effect.unknown" if math.isnan(value) else "effect.unbounded", language)
    if key == "year":
        return str(int(value))
    if kind == "share":
        return forms.quantity(value, "share", language, 0)
    return forms.number(value, language, DECIMALS.get(key, 0) if kind == "plain" else 0)


def _said(key: str, language: str, values: Mapping[str, str]) -> str:
    """The message with those of the values that it has places for."""
    places = placeholders(template(key, language))
    return text(key, language, **{place: values[place] for place in places})


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _ended(words: str) -> str:
    return words if not words or words[-1] in ".!?" else f"{words}."
