"""Invented place names.

Two word lists are walked side by side; because their lengths share no factor every pair occurs at
most once. The words are of a kind that nobody takes for a real district or municipality.
"""

from __future__ import annotations

AREA_FIRST = (
    ("Taika", "Under"), ("Satu", "Sago"), ("Tähti", "Stjärn"), ("Revontuli", "Norrskens"),
    ("Sateenkaari", "Regnbågs"), ("Unelma", "Dröm"), ("Runo", "Dikt"), ("Sävel", "Ton"),
    ("Kaiku", "Eko"), ("Kuutamo", "Månskens"), ("Aamunkoi", "Grynings"), ("Keiju", "Älv"),
    ("Pilvi", "Moln"), ("Untuva", "Dun"), ("Kaste", "Dagg"), ("Tarina", "Berättar"),
    ("Loru", "Rim"), ("Tuike", "Tinder"), ("Kimallus", "Glimmer"), ("Hohde", "Sken"),
    ("Toive", "Önske"), ("Sointu", "Klang"), ("Kajo", "Skimmer"), ("Kide", "Isstjärne"),
    ("Perhos", "Fjärils"), ("Huilu", "Flöjt"), ("Arvoitus", "Gåte"), ("Leija", "Drak"),
    ("Viserrys", "Kvitter"),
)  # fmt: skip

AREA_SECOND = (
    ("lahti", "viken"), ("mäki", "backen"), ("niemi", "udden"), ("ranta", "stranden"),
    ("lehto", "lunden"), ("kylä", "byn"), ("koski", "forsen"), ("harju", "åsen"),
    ("puisto", "parken"), ("salo", "skogen"), ("järvi", "sjön"), ("kangas", "heden"),
    ("portti", "porten"), ("laakso", "dalen"), ("niitty", "ängen"), ("kallio", "berget"),
    ("pelto", "åkern"), ("silta", "bron"), ("tori", "torget"),
)  # fmt: skip

ISLAND = ("luoto", "skäret")

MUNICIPALITY_FIRST = (
    "Kuikka", "Tiira", "Haahka", "Telkkä", "Joutsen", "Kiuru", "Pääsky", "Peippo", "Tiais",
    "Kurki", "Sorsa", "Västäräkki", "Käki", "Pöllö", "Haukka", "Sääksi", "Kuovi", "Taivaanvuohi",
    "Punarinta", "Rastas", "Varpus", "Leivon", "Hippiäis",
)  # fmt: skip

MUNICIPALITY_SECOND = (
    "lahti", "vaara", "kylä", "salmi", "joki", "lampi", "luoma", "perä", "palo", "aho", "virta",
)  # fmt: skip

MUNICIPALITY_CODES = tuple(
    f"{code:03d}"
    for code in range(107, 998, 10)
    if code not in {167, 177, 217, 257, 287, 297, 317, 407, 417, 507, 577, 607, 687, 697, 707}
    and code not in {747, 777, 837, 857, 887, 927, 977}
)
"""Codes ending in 7 that no real municipality had in 2000–2022."""

REGIONS = (
    ("31", "Etelä-Lintumaa", "Södra Fågellandet", "South Lintumaa"),
    ("32", "Länsi-Lintumaa", "Västra Fågellandet", "West Lintumaa"),
    ("33", "Itä-Lintumaa", "Östra Fågellandet", "East Lintumaa"),
    ("34", "Pohjois-Lintumaa", "Norra Fågellandet", "North Lintumaa"),
)
"""Invented regions that the invented municipalities belong to."""


def area_name(number: int, island: bool = False) -> tuple[str, str]:
    """Finnish and Swedish name of the invented area with this running number."""
    first = AREA_FIRST[number % len(AREA_FIRST)]
    second = ISLAND if island else AREA_SECOND[number % len(AREA_SECOND)]
    return first[0] + second[0], first[1] + second[1]


def municipality_name(number: int) -> str:
    """Name of the invented municipality with this running number, the same in all languages."""
    first = MUNICIPALITY_FIRST[number % len(MUNICIPALITY_FIRST)]
    return first + MUNICIPALITY_SECOND[number % len(MUNICIPALITY_SECOND)]
