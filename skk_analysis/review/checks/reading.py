"""Language and accessibility: the page's language, its numbers' form, and who can read it."""

from __future__ import annotations

from skk_analysis.language.number_faults import number_faults
from skk_analysis.review.checks.evidence import Evidence, Fault, Finding
from skk_analysis.review.page import ORIGIN

PEOPLES = "¤"
"""Stands for what people wrote, in whatever form."""


def language_accessibility(evidence: Evidence) -> Finding:
    """The page is in its language, its numbers in that language's form, and all can read it."""
    page, faults = evidence.page, []
    if page.language != evidence.language:
        faults.append(Fault.of("other_language", "content", name=page.language))
    faults += [Fault.of("not_accessible", "content", words=words) for words in evidence.page_faults]
    texts = [(b.figure or b.section, b.text) for b in (*page.prose(), *page.alts)
             if b.section != ORIGIN]  # fmt: skip
    texts += [(t.figure or t.section, cell.text) for t, _, cell in page.cells()
              if t.section != ORIGIN and ("number" in cell.css or cell.result)]  # fmt: skip
    for place, words in texts:
        own = words
        for one in evidence.facts["quoted"]:
            own = own.replace(one, PEOPLES)
        faults += [
            Fault.of("number_form", place, shown=shown, words=around.strip())
            for _, shown, around in number_faults(own, evidence.language)
        ]
    return Finding(faults, len(texts), ["content"])
