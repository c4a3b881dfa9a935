"""The dossier of one experiment in words: what may be said of it, or why nothing can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skk_analysis.language.catalogue import text
from skk_analysis.language.effects import effect_text

if TYPE_CHECKING:
    from skk_analysis.impact.evaluate_experiment import ExperimentDossier

__all__ = ["dossier_text", "outcome_name", "refusal_text"]


def dossier_text(dossier: ExperimentDossier, language: str) -> str:
    """The effect in words with its indicator's name, or the reason why there is none."""
    if not dossier.estimated:
        return refusal_text(dossier.reason or "", language)
    return effect_text(dossier.effect, language, name=outcome_name(dossier, language))


def refusal_text(reason: str, language: str) -> str:
    """Why an experiment has no effect estimate, in one or two sentences."""
    return text(f"experiment.refusal.{reason}", language)


def outcome_name(dossier: ExperimentDossier, language: str) -> str:
    """What the main indicator is called; its id where the dictionary has no name."""
    known = dossier.inputs
    return known.indicator.get(f"name_{language}") or known.outcome
