"""An effect as plain data and back, so that its verdict and grade can be judged a second time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from skk_analysis.impact.checks import Check
from skk_analysis.impact.grade import Design, Grade, evidence_grade
from skk_analysis.impact.result import Effect
from skk_analysis.impact.verdict import Verdict, verdict_of

NUMBERS = ("estimate", "p", "mde", "level", "n_treated", "n_comparison")
WORDS = ("method", "inference", "outcome", "unit")
DETAILS = ("better", "null", "limit", "adjusted_p", "adjustment", "agreed_beforehand")


def recorded(effect: Effect, name: str, told: tuple[str, ...] = ()) -> dict[str, Any]:
    """An effect as JSON, without the series and placebos that it was computed from.

    Parameters
    ----------
    effect : with checks, verdict and grade
    name : what the report calls its outcome
    told : what the report says of it in words: ``headline``, ``rule``, ``grade``, ``effect``
    """
    grade, verdict = effect.grade, effect.verdict
    design = effect.details.get("design")
    return {
        "name": name,
        "told": list(told),
        **{key: plain(getattr(effect, key)) for key in (*NUMBERS, *WORDS)},
        "interval": [plain(limit) for limit in effect.interval],
        "placebos": [len(effect.placebos), _beyond(effect)],
        "years": [int(year) for year in effect.years],
        "pandemic": [int(year) for year in effect.details.get("pandemic", ())],
        "details": {key: plain(effect.details[key]) for key in DETAILS if key in effect.details},
        "design": {key: plain(value) for key, value in asdict(design).items()} if design else None,
        "checks": [
            [check.name, check.result, {key: plain(v) for key, v in check.numbers.items()}]
            for check in effect.checks
        ],
        "verdict": [verdict.word, verdict.rule] if verdict else None,
        "grade": [grade.sms, [reason.name for reason in grade.reasons]] if grade else None,
        "review": list(grade.review) if grade and grade.review else None,
    }


@dataclass(frozen=True)
class Judged:
    """An effect from its record, and what the rules say of it now.

    Parameters
    ----------
    recorded : with the verdict and grade that the rules give for the recorded numbers
    name, told : as in `recorded`
    placebos : how many estimates there are where nothing was done, and how many are as large
    word, rule, sms, reasons : verdict and grade that the report was made with
    designed : whether the facts of the design are on record
    """

    recorded: Effect
    name: str
    told: tuple[str, ...]
    placebos: tuple[int, ...]
    word: str
    rule: str
    sms: int
    reasons: tuple[str, ...]
    designed: bool

    @property
    def verdict(self) -> Verdict:
        """By the rules."""
        assert self.recorded.verdict is not None
        return self.recorded.verdict

    @property
    def grade(self) -> Grade:
        """By the rules."""
        assert self.recorded.grade is not None
        return self.recorded.grade


def judged(record: Mapping[str, Any]) -> Judged:
    """The effect of a record, judged from its numbers, checks, design and a reviewer's decision."""
    details = {key: value for key, value in record["details"].items() if value is not None}
    effect = Effect(
        **{key: _number(record[key]) for key in NUMBERS},
        **{key: record[key] for key in WORDS},
        interval=tuple(_number(limit) for limit in record["interval"]),  # type: ignore[arg-type]
        years=tuple(record["years"]),
        checks=tuple(
            Check(name, result, {key: _number(v) for key, v in numbers.items()})
            for name, result, numbers in record["checks"]
        ),
        details={**details, "pandemic": tuple(record["pandemic"])},
    )
    facts = Design(**record["design"]) if record["design"] else Design()
    grade = evidence_grade(facts, effect.checks)
    if record["review"]:
        grade = grade.reviewed(*record["review"])
    adjusted = details.get("adjusted_p")
    if adjusted is not None and adjusted < effect.p:
        adjusted = effect.p  # the check of multiple testing tells it; the verdict is still judged
    verdict = verdict_of(effect, adjusted_p=adjusted, limit=details.get("limit"))
    word, rule = record["verdict"] or ("", "")
    sms, reasons = record["grade"] or (0, ())
    return Judged(
        replace(effect, verdict=verdict, grade=grade),
        record["name"], tuple(record["told"]), tuple(record["placebos"]),
        word, rule, sms, tuple(reasons),
        record["design"] is not None,
    )  # fmt: skip


def _beyond(effect: Effect) -> int:
    """How many placebos are at least as large as the estimate."""
    return int((abs(effect.placebos) >= abs(effect.estimate) - 1e-12).sum())


def plain(value: Any) -> Any:
    """A value as strict JSON has it: no NaN, no infinity, no numpy."""
    if isinstance(value, bool | str) or value is None:
        return value
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return int(value) if number == int(number) and not isinstance(value, float) else number


def _number(value: Any) -> Any:
    if value is None:
        return math.nan
    return float(value) if value in ("inf", "-inf") else value
