"""Who is meant by a name: the same person under two spellings is one person.

A name is a claim and no proof; a signature is one (`signatures`). But nobody should become two
reviewers by a blank, a capital, an accent, a comma or a letter that only looks like another.
"""

from __future__ import annotations

import re
import unicodedata

LENGTH = 200


def checked_name(name: str, what: str = "name") -> str:
    """The name without blanks around it.

    Raises
    ------
    ValueError
        If it is empty, too long, mixes alphabets or holds characters that nobody sees.
    """
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not any(character.isalpha() for character in plain):
        raise ValueError(f"the {what} {name!r} has no letters: write the {what}")
    if len(plain) > LENGTH:
        raise ValueError(f"the {what} has {len(plain)} characters: write at most {LENGTH}")
    if unseen := [c for c in plain if unicodedata.category(c)[0] == "C"]:
        raise ValueError(f"the {what} {plain!r} holds the unseen character U+{ord(unseen[0]):04X}")
    alphabets = {unicodedata.name(c, "?").split()[0] for c in plain if c.isalpha()}
    if len(alphabets) > 1:
        told = " and ".join(sorted(alphabets)).lower()
        raise ValueError(f"the {what} {plain!r} mixes {told} letters: write it in one alphabet")
    return plain


def person(name: str) -> str:
    """The key of a person: without case, accents, punctuation and the order of names.

    Examples
    --------
    >>> person("Virtanen, Maija") == person("MAIJA  VIRTANEN")
    True
    """
    letters = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in letters if unicodedata.category(c)[0] in "LNZPS")
    return " ".join(sorted(part for part in re.split(r"[\W_]+", plain) if part))
