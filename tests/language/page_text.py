"""What a person reads on a page, and the number forms that the page's language does not have."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape

from bs4 import BeautifulSoup, Comment

NB = "\u00a0"
WORDS = re.compile(r"[^\W\d_][\w’'-]*")
MOST_WORDS = 150
"""Of a plain-language summary."""
BLOCKS = (
    "p", "li", "td", "th", "caption", "figcaption", "summary", "dt", "dd", "h1", "h2", "h3", "h4",
    "title", "label",
)  # fmt: skip
NOT_PROSE = ("script", "style", "code", "pre")
SPOKEN = ("alt", "aria-label", "title")
"""Attributes that are read out."""


def read(html: str, foreign: bool = True) -> Iterator[str]:
    """Each text of a page: blocks, spoken attributes and the words drawn in figures.

    Parameters
    ----------
    html : the page
    foreign : keep what is marked as another language
    """
    soup = BeautifulSoup(html, "html.parser")
    page = soup.html["lang"] if soup.html else ""
    for element in soup.find_all(NOT_PROSE):
        element.decompose()
    for element in soup.find_all(attrs={"lang": True}):
        if element.name != "html" and element["lang"] != page and not foreign:
            element.replace_with("…")
    for element in soup.find_all(BLOCKS):
        if not element.find(BLOCKS):
            yield element.get_text("").strip()
    for element in soup.find_all(True):
        yield from (str(element[name]) for name in SPOKEN if element.get(name))
        if element.name == "img":
            yield from drawn(str(element["src"]))


def drawn(source: str) -> Iterator[str]:
    """The words of an SVG in a data address; matplotlib keeps them beside the outlines."""
    if source.startswith("data:image/svg+xml;base64,"):
        svg = BeautifulSoup(base64.b64decode(source.split(",", 1)[1]).decode(), "html.parser")
        for words in svg.find_all(string=lambda text: isinstance(text, Comment)):
            yield unescape(str(words)).strip()
        for element in svg.find_all("text"):
            yield element.get_text("")


FIGURE = rf"\d+(?:[,.{NB}\u202f]\d+)*"
DATE = re.compile(
    r"\b\d{1,2}\.\d{1,2}\.(?:\d{4}\b)?|\bklo \d{1,2}\.\d\d|\bkl\. \d{1,2}\.\d\d"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d{4}\b"
)
NAMES = re.compile(
    r"\(?\b\d{1,4}/\d{4}\)?|https?://\S+|\b[\w-]+\.(?:csv|fi|json|parquet|ipynb|html|org)\b[\w/]*"
    r"|\b[A-Za-z]+-\d[\w-]*|\bv?\d+\.\d+\.\d+\b|\bCC0?[ -](?:BY[ -])?\d\.\d|\b[0-9a-f]{12,64}\b"
    r"|(?<![\w,.])\d{5}(?!\w|[,.]\d)|\bWCAG \d\.\d|\b\d\.\d(?= (?:Internat|kansainv))",
)
"""Laws, addresses, files, ids, versions, licences, postal codes: not numbers of the text."""


def faults(words: str, language: str) -> list[str]:
    """What is wrong with the numbers of a text in a language, each with the place."""
    found = [
        f"{name}: …{words[max(0, match.start() - 25) : match.end() + 25]}…"
        for name, pattern in ALWAYS
        for match in pattern.finditer(words)
    ]
    bare = NAMES.sub("¤", DATE.sub("¤", words))
    for name, pattern in RULES[language]:
        found += [
            f"{name}: …{bare[max(0, match.start() - 25) : match.end() + 25]}…"
            for match in pattern.finditer(bare)
        ]
    return found


def rules(**patterns: str) -> list[tuple[str, re.Pattern[str]]]:
    return [(name.replace("_", " "), re.compile(pattern)) for name, pattern in patterns.items()]


ALWAYS = rules(
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
    "fi": rules(
        **COMMON,
        **FINNISH_AND_SWEDISH,
        percent_shorthand=r"%-yks|%:|prosenttiyks\.",
        number_of_points=r"(?<![\d,])[+−]?1\u00a0prosenttiyksikköä"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+,\d+)\s%?-?prosenttiyksikkö\b",
        case_ending_on_figure=r"\d%?:(?:n|t|tä|ta|a|ä|ssa|ssä|sta|stä|lla|llä|lta|ltä|lle|ksi|na|nä"
        r"|een|hun|iin|ään|ien)\b|\d(?:ssa|ssä|lla|llä)\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
    "sv": rules(
        **COMMON,
        **FINNISH_AND_SWEDISH,
        percent_shorthand=r"%-enh|%-iga|%:|proc\.enh",
        number_of_points=r"(?<![\d,])[+−]?1\u00a0procentenheter"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+,\d+)\sprocentenhet\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
    "en": rules(
        **COMMON,
        decimal_comma=r"(?<![\d,])\d+,\d{1,2}(?!\d)|(?<!\d)0,\d",
        thousands_with_space=rf"(?<![\w,.–-])\d{{1,3}}[ {NB}\u202f]\d{{3}}(?![\d.,]\d|\d)",
        percent_after_space=r"\d\s%",
        number_of_points=r"(?<![\d.,])[+−]?1\u00a0percentage points"
        r"|(?<!\d)(?:\d*[02-9]|\d+1|\d+\.\d+)\spercentage point\b",
        two_numbers_in_a_row=r"(?<![\d,.–−+(])\b(?:19|20)\d\d [0-9]",
    ),
}


NOT_WORDS = re.compile(
    r"\b\w+\.\w+(?:[._]\w+)*|^Paramet(?:ri|er) \w+$"
    r"|Template for Intervention Description and Replication"
)
"""Codes, the names of parameters, and the name of a checklist."""
COMMON_WORDS = {
    "fi": "ja ei että joka jotka ovat oli olivat kun mutta tai myös niin vain kuin sekä tämä siksi"
    " joten ilman kanssa mukaan välillä aikana vuonna vuoden kaupungin alueen asukkaiden kokeilu"
    " kokeilun luku luvut muutos kaupunki asuinalue",
    "sv": "och är att som inte för med av till på om den det har ett en eller när från bara också"
    " finns staden områden försök försöket förändring andelen invånare",
    "en": "the of and is are was were that which not with for this from city areas experiment"
    " change share residents between",
}
"""Words that hardly a sentence of a language does without, and that the others don't have."""
SHARED = {"sv": {"om", "en", "den", "som", "till", "för"}, "fi": {"on"}, "en": {"for"}}


def strangers(words: str, language: str) -> list[str]:
    """Words of another of the three languages; a single one may be a name."""
    found = re.findall(r"[^\W\d_]+", NOT_WORDS.sub("", words).lower())
    if len(found) == 1:
        return []
    return [
        word
        for other, common in COMMON_WORDS.items()
        if other != language
        for word in found
        if word in set(common.split()) - SHARED.get(other, set())
    ]
