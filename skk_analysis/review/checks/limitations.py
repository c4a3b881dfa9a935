"""Limitations: the section is there and names what limits this very report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from skk_analysis.language.catalogue import template
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding
from skk_analysis.review.checks.printed import PLACE

Holds = Callable[[Evidence], bool]


def _protected(evidence: Evidence) -> bool:
    return any(status == "protected" for _, _, status in evidence.facts["missing"])


def _no_households(evidence: Evidence) -> bool:
    return not evidence.facts["households"]


def _reason(name: str) -> Holds:
    return lambda e: any(r.name == name for one in e.effects.values() for r in one.grade.reasons)


def _assigned(name: str) -> Holds:
    return lambda e: e.facts["assignment"] == name


def _survey(evidence: Evidence) -> bool:
    return any(one.recorded.check("sample_size") for one in evidence.effects.values())


def _small(evidence: Evidence) -> bool:
    return _survey(evidence) and all(o.recorded.n_treated < 100 for o in evidence.effects.values())


NEEDED: dict[str, tuple[str, tuple[tuple[Holds, str], ...]]] = {
    "city_year": ("limitations", (
        (lambda e: e.pandemic, "limits.pandemic"),
        (_protected, "limits.protected"),
        (_no_households, "limits.no_households"),
        (lambda e: e.facts["households"], "limits.sample"),
        (lambda e: e.facts["responses"], "limits.survey"),
    )),
    "city_comparison": ("limitations", (
        (lambda e: e.pandemic, "comparison.limits.pandemic"),
        (lambda e: e.facts["households"], "comparison.limits.households"),
        (lambda e: e.facts["responses"], "comparison.limits.survey"),
        (lambda e: bool(e.effects), "comparison.limits.self_selected"),
        (lambda e: bool(e.effects), "comparison.limits.short"),
    )),
    "experiment": ("limits", (
        (lambda e: not e.effects, "experiment.limit.no_estimate"),
        (_reason("pandemic_only"), "experiment.limit.pandemic"),
        (_assigned("self_selected"), "experiment.limit.self_selected"),
        (_assigned("worst_off_areas"), "experiment.limit.worst_off"),
        (_survey, "experiment.limit.own_answers"),
        (_small, "experiment.limit.small_sample"),
    )),
    "programme": ("limits", (
        (lambda e: e.pandemic, "programme.limit.pandemic"),
        (lambda e: e.facts["invented"], "programme.limit.invented"),
        (lambda _: True, "programme.limit.few"),
    )),
}  # fmt: skip
"""Section of the limits by kind of report, and which facts need which message in it."""


def limitations(evidence: Evidence) -> Finding:
    """Each fact that limits the report is told in its section on limits."""
    section, needed = NEEDED[evidence.kind]
    if section not in evidence.page.headings:
        return Finding([Fault.of("no_section", "content", name=section)], 1)
    texts = [block.text for block in evidence.page.prose(section)]
    wanted = [name for holds, name in needed if holds(evidence)]
    faults = [
        Fault.of("limit_not_told", section, name=_first_words(name, evidence.language))
        for name in wanted
        if not any(all(p in words for p in _pieces(name, evidence.language)) for words in texts)
    ]
    return Finding(faults, max(len(wanted), 1), [section])


def _pieces(name: str, language: str) -> Iterator[str]:
    for piece in PLACE.split(template(name, language)):
        if piece.strip():
            yield piece.strip()


def _first_words(name: str, language: str) -> str:
    return template(name, language)[:80]
