"""Where a report stands, in words: for the banner of the page, the index and the PDF."""

from __future__ import annotations

from skk_analysis.language import date, forms, text
from skk_analysis.review.standing import Status


def state_word(status: Status, language: str) -> str:
    """Luonnos, Arvioitavana, Hyväksytty or Vanhentunut."""
    return text(f"review.state.{status.standing}", language)


def status_reason(status: Status, language: str) -> str:
    """Why it stands there: who, when, under which conditions, what has changed since.

    A text that people wrote (a reason, conditions) stays in the language it was written in.
    """
    told = {
        "who": forms.joined(status.who, language),
        "date": date(status.when, language),
        **status.told,
    }
    key = _key(status)
    if status.changes:
        largest = status.changes[0]
        before, now = largest.shown(language)
        told |= {
            "count": forms.number(len(status.changes), language),
            "id": largest.id,
            "before": before,
            "now": now,
        }
    places = PLACES[key]
    said = [text(f"review.why.{key}", language, **{name: told[name] for name in places})]
    if status.conditions:
        conditions = " ".join(dict.fromkeys(status.conditions))
        said.append(text("review.why.conditions", language, conditions=conditions))
    return " ".join(said)


def status_text(status: Status, language: str) -> str:
    """The whole sentence, such as ``Hyväksytty. Maija Virtanen (Kuntoutussäätiö), 3.3.2021.``"""
    return f"{state_word(status, language)}. {status_reason(status, language)}"


def _key(status: Status) -> str:
    if status.why != "changed":
        return status.why
    if status.changes is None:
        return "changed"
    return "changed_numbers" if status.changes else "changed_words"


PLACES: dict[str, tuple[str, ...]] = {
    "not_opened": (),
    "ledger": (),
    "returned": ("who", "date", "reason"),
    "voided": ("who", "date", "reason"),
    "waits": ("count", "needed"),
    "independent": (),
    "blocked": ("count",),
    "signed": ("who", "date"),
    "released": ("who", "date"),
    "changed": ("who", "date"),
    "changed_numbers": ("who", "date", "count", "id", "before", "now"),
    "changed_words": ("who", "date"),
}
"""Reasons, and what each one's sentence has places for."""


class Words:
    """What codes of a review are called in a language; for the templates."""

    def __init__(self, language: str) -> None:
        self._language = language

    def row(self, code: str) -> str:
        """A row of the checklist."""
        return text(f"review.row.{code}", self._language)

    def question(self, code: str) -> str:
        """What a person has to judge in a row."""
        return text(f"review.question.{code}", self._language)

    def machine(self, status: str) -> str:
        """What the machine says of a row."""
        return text(f"review.machine.{status}", self._language)

    def act(self, action: str) -> str:
        """A decision."""
        return text(f"review.act.{action}", self._language)

    def role(self, code: str) -> str:
        """Whether a person reviews, advises, wrote it or runs the suite."""
        return text(f"review.role.{code}", self._language)

    def tie(self, code: str) -> str:
        """A tie to what is judged."""
        return text(f"review.tie.{code}", self._language)

    def spots(self, kind: str) -> str:
        """Sections, figures or numbers."""
        return text(f"review.spots.{kind}", self._language)

    def decide(self, action: str) -> str:
        """A choice of the decision."""
        return text(f"review.decide.{action}", self._language)

    def bound(self, name: str) -> str:
        """A hash that a review is bound to."""
        return text(f"review.bound.{name}", self._language)
