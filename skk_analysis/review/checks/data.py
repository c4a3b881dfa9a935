"""Where numbers come from, what they mean, of when they are, and what is missing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

from skk_analysis.language import LANGUAGES, forms
from skk_analysis.language.catalogue import keys, text
from skk_analysis.language.quantities import MISSING
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding, Record

REGISTER, CONTEXT = "register", "context"
HASH_SHOWN = 16
COUNTS = ("persons", "count", "days")
STATUSES = ("beforehand", "afterwards", "not_chosen")
DIRECTIONS = ("higher", "lower", "neither")
UNSTABLE = 0.5
"""An interval whose half is more than this share of its rate: the rate must be shown with it."""
EXPECTED = re.compile(r"^(coverage|scope|choices|segregation|areas|tests|monitor)\.")


def sources(evidence: Evidence) -> Finding:
    """Every number names raw files, and each has date, licence and hash, as the run knew them."""
    known, faults = evidence.facts["sources"], []
    for record in evidence.records:
        named = record.get("sources") or []
        if not named:
            faults.append(Fault.of("no_source", evidence.shown_at(record["id"]), id=record["id"]))
        faults += [
            Fault.of("unknown_source", evidence.shown_at(record["id"]), id=record["id"], name=name)
            for name in named
            if name != REGISTER and name not in known
        ]
    printed = evidence.page.section_text("origin")
    for name, source in known.items():
        lacking = [key for key in ("licence", "retrieved", "sha256") if not source[key]]
        faults += [Fault.of("source_lacks", "origin", name=name, what=key) for key in lacking]
        same = source["sha256"] == evidence.made.sources.get(name)
        if not same or source["sha256"][:HASH_SHOWN] not in printed:
            faults.append(Fault.of("other_hash", "origin", name=name))
    if evidence.facts["data"] != evidence.made.hashes["data"]:
        faults.append(Fault.of("other_hash", "origin", name=REGISTER))
    return Finding(faults, len(evidence.records), ["origin"])


def definitions(evidence: Evidence) -> Finding:
    """The dictionary is complete for each indicator shown, and numbers have its unit."""
    dictionary, faults = evidence.facts["dictionary"], []
    for name, row in dictionary.items():
        wanted = [
            f"{field}_{language}" for field in ("name", "definition") for language in LANGUAGES
        ]
        lacking = [field for field in (*wanted, "numerator") if not row.get(field, "").strip()]
        if row.get("unit") not in forms.DECIMALS:
            lacking.append("unit")
        if row.get("direction") not in DIRECTIONS:
            lacking.append("direction")
        if (
            row.get("unit") == "share"
            and row.get("level") == "postal_area"
            and not row.get("denominator")
        ):
            lacking.append("denominator")
        faults += [
            Fault.of("definition_lacks", "methods", name=name, what=what) for what in lacking
        ]
    for record in evidence.records:
        name, *rest = str(record["id"]).split(".")
        row = dictionary.get(name)
        published = row and len(rest) == 2 and rest[0].isdigit() and rest[1].isdigit()
        if published and record["kind"] == "value" and record["unit"] != row["unit"]:
            faults.append(
                Fault.of(
                    "other_unit", evidence.shown_at(record["id"]), id=record["id"], unit=row["unit"]
                )
            )
    for name in {str(record["id"]).split(".")[0] for record in evidence.records}:
        if f"measure.{name}" in keys(evidence.language) and name not in dictionary:
            word = text(f"measure.{name}", evidence.language)
            if not word.strip():
                faults.append(Fault.of("definition_lacks", "methods", name=name, what="name"))
    places = ("methods", "indicators", "rules", "origin")
    anchors = [anchor for anchor in places if anchor in evidence.page.headings]
    return Finding(faults, len(dictionary), anchors[:1])


def dates(evidence: Evidence) -> Finding:
    """Each number is of its year, none is later than the report, changes have both their years."""
    faults, examined = [], 0
    last = evidence.facts["year"]
    for record in evidence.records:
        name, year = str(record["id"]), record.get("reference_year")
        examined += year is not None
        told = [int(p) for p in name.split(".")[1:] if re.fullmatch(r"(19|20)\d\d", p)]
        wrong = year is not None and (year > last or (told and year not in told))
        if wrong and not name.endswith((".change", ".ratio")):
            faults.append(Fault.of("other_year", evidence.shown_at(name), id=name, year=str(year)))
        if _is_change(record):
            examined += 1
            faults += _ends_fault(evidence, record)
    for estimate, one in evidence.effects.items():
        examined += bool(one.recorded.years)
        if late := [year for year in one.recorded.years if year > last]:
            place = evidence.shown_at(estimate)
            faults.append(Fault.of("other_year", place, id=estimate, year=str(late[0])))
    anchors = ["quality"] if "quality" in evidence.page.headings else ["origin"]
    return Finding(faults, examined, anchors)


def _is_change(record: Record) -> bool:
    return record["kind"] in ("difference", "relative") and str(record["id"]).endswith(
        (".change", ".ratio")
    )


def _ends_fault(evidence: Evidence, record: Record) -> Iterator[Fault]:
    name, since, year = str(record["id"]), record.get("since"), record.get("reference_year")
    place = evidence.shown_at(name)
    if not since or not year or since >= year:
        yield Fault.of("no_years", place, id=name)
        return
    base = name.rpartition(".")[0]
    if base.startswith("composition."):
        base = "low_income_rate"
    units = {}
    for of in (since, year):
        end = evidence.results.get(f"{base}.{of}") or evidence.results.get(f"{base}.{of}.level")
        if end is not None:
            units[of] = end["unit"]
            if end.get("reference_year") not in (of, None):
                yield Fault.of(
                    "other_year", place, id=f"{base}.{of}", year=str(end["reference_year"])
                )
        elif any(
            n.startswith(f"{base}.") and not n.endswith((".change", ".ratio"))
            for n in evidence.results
        ):
            yield Fault.of("no_end", place, id=name, year=str(of))
    if record["kind"] == "difference" and units and {*units.values()} != {record["unit"]}:
        yield Fault.of("other_unit", place, id=name, unit=", ".join(sorted({*units.values()})))


def agreed(evidence: Evidence) -> Finding:
    """Each number of an outcome says whether it was agreed beforehand, and the count is right."""
    faults, examined = [], 0
    outcomes = {
        name for name, row in evidence.facts["dictionary"].items() if row["dimension"] != CONTEXT
    }
    for record in evidence.records:
        mark = record.get("agreed", "")
        first = str(record["id"]).split(".")[0]
        if mark and mark not in STATUSES:
            faults.append(Fault.of("no_mark", evidence.shown_at(record["id"]), id=record["id"]))
        if evidence.kind in ("city_year", "city_comparison"):
            outcome = first in outcomes and record["unit"] not in COUNTS
        else:
            outcome = record["id"] in evidence.effects
        if outcome:
            examined += 1
            if not mark:
                faults.append(Fault.of("no_mark", evidence.shown_at(record["id"]), id=record["id"]))
    counts = Counter(record.get("agreed") for record in evidence.records if record.get("agreed"))
    if counts:
        shown = {name: forms.number(counts[name], evidence.language) for name in STATUSES}
        total = sum(counts.values())
        share = forms.quantity(counts["beforehand"] / total, "share", evidence.language, 0)
        every = forms.number(total, evidence.language)
        note = text("choices.numbers", evidence.language, all=every, share=share, **shown)
        examined += 1
        if not any(note in block.text for block in evidence.page.blocks):
            faults.append(Fault.of("other_count", "origin", words=note))
    anchors = ["methods-choices"] if "methods-choices" in evidence.page.headings else ["origin"]
    return Finding(faults, examined, anchors)


def missing(evidence: Evidence) -> Finding:
    """What has no value has no number; its reason is told, explained and counted."""
    facts, faults = evidence.facts, []
    year, examined = facts["year"], 0
    for indicator, unit, status in facts["missing"]:
        examined += 1
        record = evidence.results.get(f"{indicator}.{unit}.{year}")
        if record is not None and record.get("reference_year") == year:
            place = evidence.shown_at(record["id"])
            faults.append(Fault.of("missing_shown", place, id=record["id"], status=status))
    tally = Counter((indicator, status) for indicator, _, status in facts["missing"])
    areas = evidence.results.get("areas.count")
    for indicator in {n.split(".")[1] for n in evidence.results if n.startswith("coverage.")}:
        counted = {
            status: evidence.results[name]["value"]
            for status in ("observed", *MISSING)
            if (name := f"coverage.{indicator}.{status}.{year}") in evidence.results
        }
        if not counted:
            continue
        for status in MISSING:
            extra = status == "not_received"  # areas without any row are counted there
            told, found = counted.get(status, 0), tally[indicator, status]
            examined += 1
            if told < found or (told != found and not extra):
                faults.append(Fault.of("other_tally", "quality", name=indicator, status=status))
        if areas and sum(counted.values()) != areas["value"]:
            faults.append(Fault.of("other_tally", "quality", name=indicator, status="observed"))
        if f"coverage.{indicator}.population.{year}" not in evidence.results:
            faults.append(Fault.of("no_coverage", "quality", name=indicator))
    signs = [*_signs(evidence)]
    faults += [fault for fault in signs if fault is not None]
    examined += len(signs)
    for one in evidence.effects.values():
        check = one.recorded.check("missing_cells") or one.recorded.check("attrition")
        examined += check is not None
    anchors = [
        a for a in ("quality", "limitations", "effect", "limits") if a in evidence.page.headings
    ]
    return Finding(faults, examined, anchors[:2])


def _signs(evidence: Evidence) -> Iterator[Fault | None]:
    """Yield for each sign of missing numbers None where its section tells what it means."""
    words = {text(f"missing.{status}", evidence.language): status for status in MISSING}
    for table in evidence.page.tables:
        used = {
            words[cell.text]
            for row in table.rows
            for cell in row
            if cell.text in words and {"missing", "protected"} & set(cell.css.split())
        }
        for status in used:
            meaning = text(f"missing.{status}.meaning", evidence.language)
            place, name = table.figure or table.section, table.caption[:60]
            told = any(meaning in block.text for block in evidence.page.prose(table.section))
            yield None if told else Fault.of("not_explained", place, status=status, name=name)


def small_numbers(evidence: Evidence) -> Finding:
    """No rate of a handful, no count of a handful of people, and unstable rates with intervals."""
    faults, examined = [], 0
    with_interval = {cell.limits for _, _, cell in evidence.page.cells() if cell.limits}
    told = [block.text for block in evidence.page.prose()]
    for record in evidence.records:
        name, n = str(record["id"]), record.get("n")
        if (
            record["unit"] in ("share", "percent")
            and n is not None
            and not name.startswith("effect")
        ):
            examined += 1
            if n < evidence.policy.minimum_denominator and not _is_estimate(evidence, name):
                faults.append(Fault.of("small_rate", evidence.shown_at(name), id=name, n=str(n)))
            if (
                is_unstable(record)
                and name not in with_interval
                and not _told(evidence, record, told)
            ):
                faults.append(Fault.of("unstable", evidence.shown_at(name), id=name))
        if record["unit"] == "persons" and record["kind"] == "value":
            examined += 1
            if 0 < record["value"] < evidence.policy.minimum_count and not _open(evidence, name):
                place, limit = evidence.shown_at(name), f"{evidence.policy.minimum_count:g}"
                faults.append(Fault.of("small_count", place, id=name, limit=limit))
    for one in evidence.effects.values():
        examined += 1
        treated = one.recorded.n_treated
        if one.recorded.check("sample_size") and 0 < treated < 10:
            faults.append(Fault.of("small_rate", "effect", id=one.name, n=str(treated)))
    anchors = [
        a for a in ("quality", "limitations", "limits", "effect") if a in evidence.page.headings
    ]
    return Finding(faults, examined, anchors[:1])


def _open(evidence: Evidence, name: str) -> bool:
    """Whether everybody may know a number: a publisher's open figure, or a granted exception."""
    return any(fnmatchcase(name, pattern) for pattern in evidence.open_numbers)


def _is_estimate(evidence: Evidence, name: str) -> bool:
    return name in evidence.effects or name.startswith(("programme.", "groups."))


def is_unstable(record: Record) -> bool:
    """Whether the interval of a level is so wide that it must be shown with it."""
    lower, upper = record.get("lower"), record.get("upper")
    if lower is None or upper is None or record["kind"] != "value" or not record["value"]:
        return False
    half = (upper - lower) / 2
    return math.isfinite(half) and half > UNSTABLE * abs(record["value"])


def _told(evidence: Evidence, record: Record, told: list[str]) -> bool:
    """Whether a sentence, or the words of a figure, give the interval of a rate."""
    from skk_analysis.review.checks.printed import quantity_of

    limits = quantity_of(record, forms.places(record["unit"])).interval(evidence.language)
    return any(limits in words for words in told)
