"""Forms of numbers that a language does not have, found in a finished text."""

from __future__ import annotations

import re

NB = "\u00a0"
AROUND = 25
"""Letters shown on both sides of a place."""

FIGURE = rf"\d+(?:[,.{NB}\u202f]\d+)*"
DATE = re.compile(
    r"\b\d{1,2}\.\d{1,2}\.(?:\d{4}\b)?|\bklo \d{1,2}\.\d\d|\bkl\. \d{1,2}\.\d\d"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)(?: \d{4})?\b"
)
"""Dates and times of the day in the three languages."""

NAMES = re.compile(
    r"\(?\b\d{1,4}/\d{4}\)?|https?://\S+|\b[\w-]+\.(?:csv|fi|json|parquet|ipynb|html|org)\b[\w/]*"
    r"|\b[A-Za-z]+-\d[\w-]*|\bv?\d+\.\d+\.\d+\b|\bCC0?[ -](?:BY[ -])?\d\.\d|\b[0-9a-f]{12,64}\b"
    r"|(?<![\w,.])\d{5}(?!\w|[,.]\d)|\bWCAG \d\.\d|\b\d\.\d(?= (?:Internat|kansainv))",
)
"""Laws, addresses, files, ids, versions, licences, postal codes: not numbers of the text."""


def _rules(**patterns: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(name.replace("_", " "), re.compile(pattern)) for name, pattern in patterns.items()]


ALWAYS = _rules(
    not_a_number=r"\bnan\b|\bNaN\b|\binf\b|\bNone\b|\{\w+\}|\d[eE][+-]\d",
    ISO_date=r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])",
)
COMMON = {
    "hyphen_as_minus": rf"(?<![\w\d¤)/])-(?:{FIGURE})",
    "range_with_hyphen": r"(?<![\w.,-])\d+(?:[.,]\d+)?\s?-\s?\d",
    "spaced_range": r"(?<![−+–])(?<![\d,.])\b\d+(?:[.,]\d+)? – \d+(?:[.,]\d+)?\b",
    "thousands_ungrouped": r"(?<![\w,.−–¤-])(?!(?:19|20)\d\d(?!\d))\d{4,}(?![\w¤]|-\w)",
    "years_grouped": rf"(?<=vuonna )[12][{NB},]\d{{3}}\b",
    "decimals_grouped": rf"[,.]\d{{3}}[{NB}\u202f]\d{{3}}",
}
FINNISH_AND_SWEDISH = {
    "decimal_point": r"(?<![\d.])\d+\.\d+(?![\d.])",
    "percent_without_no_break_space": r"\d ?%",
    "thousands_with_other_space": r"(?<![\d,.] )(?<![\w,.–-])\d{1,3} \d{3}(?![\d.,]\d|\d)",
    "euro_without_no_break_space": r"\d[ ]?€|\d €",
}
RULES = {
    "fi": _rules(
        **COMMON,
        **FINNISH_AND_SWEDISH,
        percent_shorthand=r"%-yks|%:|prosenttiyks\.",
        number_of_points=r"(?<![\d,])[+−]?1\u00a0prosenttiyksikköä"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+,\d+)\s%?-?prosenttiyksikkö\b",
        case_ending_on_figure=r"\d%?:(?:n|t|tä|ta|a|ä|ssa|ssä|sta|stä|lla|llä|lta|ltä|lle|ksi|na|nä"
        r"|een|hun|iin|ään|ien)\b|\d(?:ssa|ssä|lla|llä)\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
    "sv": _rules(
        **COMMON,
        **FINNISH_AND_SWEDISH,
        percent_shorthand=r"%-enh|%-iga|%:|proc\.enh",
        number_of_points=r"(?<![\d,])[+−]?1\u00a0procentenheter"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+,\d+)\sprocentenhet\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
    "en": _rules(
        **COMMON,
        decimal_comma=r"(?<![\d,])\d+,\d{1,2}(?!\d)|(?<!\d)0,\d",
        thousands_with_space=rf"(?<![\w,.–-])\d{{1,3}}[ {NB}\u202f]\d{{3}}(?![\d.,]\d|\d)",
        percent_after_space=r"\d\s%",
        number_of_points=r"(?<![\d.,])[+−]?1\u00a0percentage points"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+\.\d+)\spercentage point\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
}


def number_faults(words: str, language: str) -> list[tuple[str, str, str]]:
    """What is wrong with the numbers of a text in a language.

    Parameters
    ----------
    words : one block of text, as a person reads it
    language : ``fi``, ``sv`` or ``en``

    Returns
    -------
    list of (str, str, str)
        Name of the rule, what breaks it, and the words around it. Dates, laws, addresses, versions
        and postal codes are no numbers of the text.

    Examples
    --------
    >>> number_faults("Osuus oli 12.5 % vuonna 2020.", "fi")[0][0]
    'decimal point'
    """
    bare = NAMES.sub("¤", DATE.sub("¤", words))
    texts = [(words, ALWAYS), (bare, RULES[language])]
    return [
        (name, match[0], whole[max(0, match.start() - AROUND) : match.end() + AROUND])
        for whole, rules in texts
        for name, pattern in rules
        for match in pattern.finditer(whole)
    ]
