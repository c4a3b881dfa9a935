"""How strong the evidence can be, computed from what was done, and what that allows to be said.

Two scales stand side by side: the Maryland Scientific Methods Scale of the design as carried out
(What Works Centre for Local Economic Growth) and Nesta's Standards of Evidence of the maturity of
the evidence (Puttick & Ludlow 2013).  A grade is the lowest of its caps; each cap is a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from skk_analysis.impact.checks import FAILED, PASSED, Check

__all__ = [
    "REASONS",
    "STEPS",
    "WORDINGS",
    "Design",
    "Grade",
    "Judgement",
    "Reason",
    "Review",
    "evidence_grade",
]

COMPARISONS = ("none", "controls", "comparison_group")
ASSIGNMENTS = ("self_selected", "worst_off", "whole_city", "threshold", "lottery")
NEEDED_YEARS = 3
"""Years before the programme without which a comparison group's trend can't be judged."""

WORDINGS = (
    "participants_think",
    "change_while",
    "association",
    "not_separable",
    "estimate_provided",
    "effect",
)
"""What a grade allows to be said, from the least; sentences are in the catalogues."""

CAUSAL = 3
"""The grade from which the words *effect* and *impact* may be used at all."""


class Reason(NamedTuple):
    """One thing that keeps a grade from being higher."""

    name: str
    """One of :data:`REASONS`."""
    sms: int
    """Highest Maryland grade with it."""
    numbers: Mapping[str, float] = {}


REASONS: dict[str, tuple[str, ...]] = {
    # what the design is: exactly one of these in every grade
    "participants_view": ("measure_outcome",),
    "before_after": ("comparison_group",),
    "controls_only": ("comparison_group",),
    "comparison_group": ("lottery_or_threshold",),
    "threshold": ("lottery",),
    "lottery": (),
    # how it was carried out
    "few_pre_years": ("more_pre_years",),
    "no_post_year": ("post_year",),
    "no_donors": ("more_comparison_units",),
    "pre_trends_differ": ("better_comparison",),
    "pre_trends_not_shown": ("pre_trend_test",),
    "pandemic_only": ("year_outside_pandemic",),
    "pandemic_not_separable": ("year_outside_pandemic",),
    "comparison_not_justified": ("balance_evidence",),
    "worst_off_chosen": ("regression_to_mean_removed",),
    "attrition": ("less_attrition",),
    "contamination": ("clean_comparison",),
    "anticipation": ("earlier_baseline",),
    "placebo_outcome_moved": ("better_comparison",),
    "assignment_imbalanced": ("balance_evidence",),
}
"""Reasons by name, and what would remove each."""

STEPS = (
    *dict.fromkeys(step for steps in REASONS.values() for step in steps),
    *("independent_replication", "cost_known", "scaled_by_others"),
)
"""Everything that can be named as what would raise a grade."""

FAILURES = {
    "attrition": "attrition",
    "contamination": "contamination",
    "anticipation": "anticipation",
    "placebo_outcome": "placebo_outcome_moved",
}
"""Checks whose failure costs one step of the Maryland scale, whatever the design."""

TRENDS = ("pre_trend", "placebo_in_time")
"""Checks that can show trends to be alike; a good fit alone was chosen to be good."""

PANDEMIC = ("pandemic_only", "pandemic_not_separable")


@dataclass(frozen=True)
class Design:
    """What was actually done, as facts.

    Parameters
    ----------
    comparison : {"none", "controls", "comparison_group"}
        Nothing; other variables held constant; a group without the programme, measured before and
        after.
    pre_years, post_years : int
        Measured times before and after the start.
    pandemic_only : bool
        The only time after the start is the pandemic year.
    assignment : {"self_selected", "worst_off", "whole_city", "threshold", "lottery"}
        How it was decided who got the programme.
    own_view : bool
        The only information is what the participants themselves think.
    balance : bool or None
        Whether the choice of the comparison is justified with evidence that the two were alike
        before; None if not looked at.
    replications : int
        Independent repetitions elsewhere that found the same.
    scaled : bool
        In use elsewhere, run by others.
    cost_known : bool

    Raises
    ------
    ValueError
        If a fact is not one of the possible ones, or two contradict each other.
    """

    comparison: str = "none"
    pre_years: int = 0
    post_years: int = 1
    pandemic_only: bool = False
    assignment: str = "self_selected"
    own_view: bool = False
    balance: bool | None = None
    replications: int = 0
    scaled: bool = False
    cost_known: bool = False

    def __post_init__(self) -> None:
        for name, possible in (("comparison", COMPARISONS), ("assignment", ASSIGNMENTS)):
            if getattr(self, name) not in possible:
                raise ValueError(f"{name} is one of {possible}, got {getattr(self, name)!r}")
        for name in ("pre_years", "post_years", "replications"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} can't be negative, got {getattr(self, name)!r}")
        if self.pandemic_only and self.post_years > 1:
            raise ValueError(
                f"post_years is {self.post_years}, so the pandemic year is not the only one: "
                "give pandemic_only=False"
            )

    @property
    def drawn(self) -> bool:
        """Whether a lottery or a threshold decided, and those who did not get it were compared."""
        return self.comparison == "comparison_group" and self.assignment in ("lottery", "threshold")


class Review(NamedTuple):
    """A reviewer's change of a grade."""

    to: int
    reason: str
    reviewer: str


class Judgement(NamedTuple):
    """What a reviewer decided about a grade, and what it was then."""

    computed: int
    """The grade that the reviewer saw."""
    to: int
    reason: str
    reviewer: str

    def on(self, grade: Grade) -> Grade:
        """The grade with the decision, as far as it still says something.

        A lowering is a ceiling: a grade that is computed lower by now stays so.  A raising holds as
        long as no less is computed than the reviewer saw; from less nobody has raised it.
        """
        lowers = self.to < self.computed
        holds = grade.sms > self.to if lowers else self.computed <= grade.sms < self.to
        return grade.reviewed(self.to, self.reason, self.reviewer) if holds else grade


@dataclass(frozen=True)
class Grade:
    """Strength of evidence with its reasons.

    Parameters
    ----------
    sms : int
        Maryland Scientific Methods Scale, 1 to 5.
    nesta : int
        Nesta's Standards of Evidence, 1 to 5.
    reasons : tuple of Reason
        The design first, then every cap at or below it; the lowest decides.
    would_raise : tuple of str
        What would lift the grade: what the lowest caps lack, then Nesta's next step; from
        :data:`STEPS`.
    wording : str
        One of :data:`WORDINGS`.
    computed : Grade or None
        The grade before a review, kept beside the reviewed one.
    review : Review or None
    """

    sms: int
    nesta: int
    reasons: tuple[Reason, ...] = ()
    would_raise: tuple[str, ...] = ()
    wording: str = "change_while"
    computed: Grade | None = field(default=None, repr=False)
    review: Review | None = None

    def __post_init__(self) -> None:
        for name in ("sms", "nesta"):
            if getattr(self, name) not in range(1, 6):
                raise ValueError(f"{name} is a whole number from 1 to 5, got {getattr(self, name)}")
        if self.wording not in WORDINGS:
            raise ValueError(f"wording is one of {WORDINGS}, got {self.wording!r}")

    @property
    def causal(self) -> bool:
        """Whether the words *effect* and *impact* may be used."""
        return self.sms >= CAUSAL

    def reviewed(self, to: int, reason: str, reviewer: str) -> Grade:
        """Return the grade as a reviewer sees it, with the computed one beside it.

        Parameters
        ----------
        to : int
            Maryland grade after the review, 1 to 5.
        reason : str
            Free when lowering; raising needs one in writing.
        reviewer : str
            Who answers for it.

        Raises
        ------
        ValueError
            If the grade rises above the computed one without a reason, or nobody is named.
        """
        computed = self.computed or self
        if not reviewer.strip():
            raise ValueError("a review needs the reviewer's name")
        if to > computed.sms and not reason.strip():
            raise ValueError(
                f"raising the grade from {computed.sms} to {to} needs a written reason; lowering "
                "does not"
            )
        return replace(
            computed,
            sms=to,
            nesta=min(computed.nesta, to) if to < computed.sms else computed.nesta,
            wording=computed.wording if to == computed.sms else _wording(to, computed.reasons),
            computed=computed,
            review=Review(to, reason.strip(), reviewer.strip()),
        )


def evidence_grade(facts: Design, checks: Iterable[Check] = ()) -> Grade:
    """Return the highest grade that what was done allows.

    Parameters
    ----------
    facts : Design
    checks : iterable of Check
        Of the effect that the grade belongs to.  A failed one can only lower.

    Notes
    -----
    Highest Maryland grades: participants' own view or before and after without comparison 1;
    controls without a comparison group 2; a justified comparison group with at least three years
    before and acceptable trends 3; the same with failed trends, or with the pandemic year as the
    only one after, 2; a threshold 4; a lottery 5.  Synthetic comparisons stay at 3, although the
    scale itself would let the best of them reach 4.  Trends count as acceptable when a test of
    trends or of a pretended start has passed and neither those nor the fit has failed; trends that
    nobody could judge do not.
    """
    made = {check.name: check for check in checks}
    reasons = tuple(_reasons(facts, made))
    sms = min(reason.sms for reason in reasons)
    nesta, steps = _nesta(facts, sms)
    binding = [reason for reason in reasons if reason.sms == sms]
    raising = [step for reason in binding for step in REASONS[reason.name]]
    return Grade(
        sms, nesta, reasons, tuple(dict.fromkeys([*raising, *steps])), _wording(sms, reasons)
    )


def _reasons(facts: Design, made: Mapping[str, Check]) -> Iterator[Reason]:
    """Yield the design and then every cap at or below what it allows."""
    design = _design(facts)
    yield design
    caps = list(_both(facts, made)) + list(_of_failures(design, facts, made))
    if not facts.drawn and facts.comparison == "comparison_group" and not facts.own_view:
        caps = [*_of_comparison(facts, made), *caps]
    yield from (cap for cap in caps if cap.sms < design.sms)


def _design(facts: Design) -> Reason:
    if facts.own_view:
        return Reason("participants_view", 1)
    if facts.comparison == "none":
        return Reason("before_after", 1)
    if facts.comparison == "controls":
        return Reason("controls_only", 2)
    if facts.drawn:
        return Reason(facts.assignment, 5 if facts.assignment == "lottery" else 4)
    return Reason("comparison_group", 3)


def _both(facts: Design, made: Mapping[str, Check]) -> Iterator[Reason]:
    """Yield caps of every design with a comparison group."""
    if facts.post_years < 1:
        yield Reason("no_post_year", 1)
    if _failed(made, "donors"):
        yield Reason("no_donors", 2)


def _of_comparison(facts: Design, made: Mapping[str, Check]) -> Iterator[Reason]:
    """Yield caps of a comparison group that nobody drew."""
    if facts.pre_years < NEEDED_YEARS or _failed(made, "pre_years"):
        yield Reason("few_pre_years", 2, {"years": facts.pre_years, "needed": NEEDED_YEARS})
    if any(_failed(made, name) for name in (*TRENDS, "pre_fit")):
        yield Reason("pre_trends_differ", 2)
    elif not any(_passed(made, name) for name in TRENDS):
        yield Reason("pre_trends_not_shown", 2)
    if facts.pandemic_only or _failed(made, "pandemic_only"):
        yield Reason("pandemic_only", 2)
    if any(
        _failed(made, name)
        for name in ("pandemic_exposure", "pandemic_dropped", "pandemic_closure")
    ):
        yield Reason("pandemic_not_separable", 2)
    if _failed(made, "baseline_balance") or not (
        facts.balance or _passed(made, "baseline_balance")
    ):
        yield Reason("comparison_not_justified", 2)
    if facts.assignment == "worst_off" and not _passed(made, "regression_to_mean"):
        yield Reason("worst_off_chosen", 2)


def _of_failures(design: Reason, facts: Design, made: Mapping[str, Check]) -> Iterator[Reason]:
    """Yield caps one step below the design, for what went wrong in carrying it out."""
    one_lower = max(design.sms - 1, 1)
    for name, reason in FAILURES.items():
        if _failed(made, name):
            yield Reason(reason, one_lower)
    if facts.drawn and (facts.balance is False or _failed(made, "baseline_balance")):
        yield Reason("assignment_imbalanced", one_lower)


def _nesta(facts: Design, sms: int) -> tuple[int, tuple[str, ...]]:
    """Return Nesta's level, and what it takes beyond the design to reach the next."""
    if sms < CAUSAL:
        return sms, ()
    done = {"independent_replication": facts.replications > 0, "cost_known": facts.cost_known}
    if lacking := tuple(step for step in done if not done[step]):
        return CAUSAL, lacking
    return (5, ()) if facts.scaled else (4, ("scaled_by_others",))


def _wording(sms: int, reasons: tuple[Reason, ...]) -> str:
    names = {reason.name for reason in reasons}
    if sms == 1:
        return "participants_think" if "participants_view" in names else "change_while"
    if sms == 2:
        return "not_separable" if names & set(PANDEMIC) else "association"
    return "estimate_provided" if sms == CAUSAL else "effect"


def _failed(made: Mapping[str, Check], name: str) -> bool:
    return name in made and made[name].result == FAILED


def _passed(made: Mapping[str, Check], name: str) -> bool:
    return name in made and made[name].result == PASSED
