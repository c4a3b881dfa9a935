"""What a person reads on a page, and words on it that are of another language."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape

from bs4 import BeautifulSoup, Comment

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
