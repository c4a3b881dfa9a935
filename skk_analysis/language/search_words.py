"""Words as a search finds them: without case, accents and, for Finnish, most endings.

The page's script cuts the query by the same rules (``site/search.js``; a test holds both to the
same words). A word is found if its stem begins with the stem of the query's word, so a rule that
cuts too little still finds what it should, and one that cuts too much finds a little more.

Finnish changes the consonant before the ending (Turku, Turun; Helsinki, Helsingin), so both forms
are brought to the weak one: kk, pp, tt become single, nk ng, nt nn, mp mm, lt ll, rt rr, and k
after l or r is dropped. That is no morphology, which would need a dictionary; it is enough for
names of places and the words of these reports.
"""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[a-z0-9]+")
YEAR = re.compile(r"(19|20)\d\d")
SHORTEST = 3
"""Letters that an ending must leave."""
ENDINGS = {
    "fi": (
        "issa", "ista", "illa", "ilta", "ille", "iden", "ien", "jen", "ssa", "sta", "lla", "lta",
        "lle", "ksi", "een", "aan", "oon", "uun", "iin", "yyn", "hin", "ja", "ta", "na", "en",
        "in", "an", "on", "un", "yn", "n", "t",
    ),
    "sv": ("orna", "arna", "erna", "ens", "ets", "en", "et", "er", "ar", "or", "na", "s"),
    "en": ("ies", "es", "s"),
}  # fmt: skip
"""Endings that are cut, the first that fits; a and ä are one letter by then."""
KEPT = {"een": 1, "aan": 1, "oon": 1, "uun": 1, "iin": 1, "yyn": 1,
        "en": 1, "in": 1, "an": 1, "on": 1, "un": 1, "yn": 1}  # fmt: skip
"""Of some endings the first letter is the stem's own."""
WEAK = (
    ("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("mp", "mm"),
    ("lt", "ll"), ("rt", "rr"), ("lk", "l"), ("rk", "r"),
)  # fmt: skip


def folded(text: str) -> str:
    """Small letters without accents: å and ä as a, ö as o."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def stem(word: str, language: str) -> str:
    """The stem of a folded word.

    Examples
    --------
    >>> stem("turun", "fi") == stem("turku", "fi")
    True
    """
    if word.isdigit():
        return word
    for ending in ENDINGS[language]:
        kept = KEPT.get(ending, 0) if language == "fi" else 0
        left = len(word) - len(ending) + kept
        if word.endswith(ending) and left >= SHORTEST:
            word = word[:left]
            break
    if language == "fi":
        for strong, weak in WEAK:
            word = word.replace(strong, weak)
    return word


def stems(text: str, language: str) -> set[str]:
    """The stems of all words of a text; of numbers only what may be a year."""
    words = WORD.findall(folded(text))
    return {stem(w, language) for w in words if not w.isdigit() or YEAR.fullmatch(w)}
