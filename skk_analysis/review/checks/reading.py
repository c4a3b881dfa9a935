"""Language and accessibility: the page's language, its numbers' form, and who can read it."""

from __future__ import annotations

import re

from skk_analysis.review.checks.evidence import Evidence, Fault, Finding

FOREIGN = {
    "fi": re.compile(r"(?<![\d.\w])\d+\.\d+(?![\d.\w])|\d%|(?<!\w)-\d"),
    "sv": re.compile(r"(?<![\d.\w])\d+\.\d+(?![\d.\w])|\d%|(?<!\w)-\d"),
    "en": re.compile(r"(?<![\d,\w])\d+,\d{1,2}(?![\d\w])|(?<!\w)-\d"),
}
"""Forms of numbers that the language does not have: another decimal sign, a percent sign without
space, a hyphen for a minus."""

DATES = re.compile(r"\b\d{1,2}\.\d{1,2}\.(?:\d{4})?|\bklo \d{1,2}\.\d\d")


def language_accessibility(evidence: Evidence) -> Finding:
    """The page is in its language, its numbers in that language's form, and all can read it."""
    page, faults = evidence.page, []
    if page.language != evidence.language:
        faults.append(Fault.of("other_language", "content", name=page.language))
    faults += [Fault.of("not_accessible", "content", words=words) for words in evidence.page_faults]
    texts = [(b.section, b.text) for b in page.prose() if b.section != "origin"]
    texts += [(t.figure or t.section, cell.text) for t, _, cell in page.cells()
              if t.section != "origin" and ("number" in cell.css or cell.result)]  # fmt: skip
    quoted = evidence.facts["quoted"]
    for section, words in texts:
        plain = DATES.sub(" ", words)
        for found in FOREIGN[evidence.language].finditer(plain):
            if not any(found[0] in one for one in quoted):
                faults.append(
                    Fault.of("number_form", section, shown=found[0], words=words[:80].strip())
                )
    return Finding(faults, len(texts), ["content"])
