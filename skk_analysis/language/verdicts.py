"""Verdicts in words: what a rule of `metrics.change` decided, and why, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.language import forms
from skk_analysis.language.catalogue import text

if TYPE_CHECKING:
    from skk_analysis.metrics.change import Change, OverallVerdict, Rule


def verdict_word(verdict: str, language: str) -> str:
    """``kasvoi``, ``pieneni``, ``ei selvää muutosta`` or ``riippuu mittarista``."""
    return text(f"verdict.{verdict}", language)


def rule_sentence(rule: Rule, language: str) -> str:
    """The rule that gave a verdict, as a sentence."""
    numbers = rule.numbers
    if "measures" in numbers:
        counts = {name: str(numbers[name]) for name in ("grows", "shrinks", "measures")}
        return text(f"rule.{rule.id}", language, **counts)
    level = forms.number(100 * numbers["level"], language)
    return text(f"rule.{rule.id}", language, level=level)


def verdict_sentence(name: str, outcome: Change | OverallVerdict, language: str) -> str:
    """What happened to the named thing and by which rule: ``Gini-kerroin: kasvoi. …``."""
    return text(
        "verdict.sentence",
        language,
        name=name,
        verdict=verdict_word(outcome.verdict, language),
        rule=rule_sentence(outcome.rule, language),
    )
