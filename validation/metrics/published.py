"""Known answers printed in articles, handbooks and manuals."""

from __future__ import annotations

AGRMT = "Ruedin, agrmt 1.42.12, reference manual, example of {} (CRAN)"
ANSWERS = {"answers": [30, 40, 210, 130, 530, 50, 10]}
INDIA = {
    "values": [154.7, 152.9, 119.5, 86.9, 54.3],
    "weights": [29_939, 28_776, 26_528, 24_689, 19_739],
}


def case(index, given, expected, digits, source, **parameters):
    """Return one known answer, right to the digits printed."""
    return {
        "index": index,
        "input": given,
        "parameters": parameters,
        "expected": expected,
        "tolerance": 0.5 * 10.0**-digits * 1.0001,
        "reason": f"printed with {digits} decimals",
        "kind": "published",
        "source": source,
    }


def cases() -> list[dict]:
    """Return all."""
    poles, wolfson = [0] * 50 + [2] * 50, "Wolfson (1994), American Economic Review 84(2), 353–358"
    bank = (
        "World Bank, Quantitative Techniques for Health Equity Analysis, Technical Note 7, table "
        "1: under-five mortality by wealth, India 1982–92"
    )
    return [
        case("van_der_eijk", ANSWERS, 0.6113333, 7, AGRMT.format("agreement")),
        case("consensus", ANSWERS, 0.7256876, 7, AGRMT.format("consensus")),
        case("leik", ANSWERS, 0.287, 3, AGRMT.format("Leik")),
        case("van_der_eijk", {"answers": [2, 0, 1, 1]}, 0.08, 2, "Ruedin, An Introduction to the R "
             "Package Agrmt (vignette, 2023), figure of §3"),
        case("van_der_eijk", {"answers": [1, 1, 1, 1]}, 0, 6, "van der Eijk (2001): 0 = even"),
        case("van_der_eijk", {"answers": [2, 0, 0, 2]}, -1, 6, "van der Eijk (2001): poles"),
        case("concentration_index", INDIA, -0.1694, 4, bank, rank=[1, 2, 3, 4, 5]),
        case("wolfson", {"values": poles}, 1, 6, wolfson + ": two poles"),
        case("dissimilarity", {"counts": {"a": [1, 0], "b": [0, 1]}}, 1, 6,
             "Duncan & Duncan (1955): complete segregation"),
        case("reynal_querol", {"labels": ["a", "b"]}, 1, 6,
             "Montalvo & Reynal-Querol (2005): two groups of the same size"),
        case("esteban_ray", {"values": [1, 1, 3, 3]}, 0.25, 6,
             "Esteban & Ray (1994), eq. (3) two equal groups: 2·½²·½·|m₁ − m₂|/μ", alpha=1),
    ]  # fmt: skip
