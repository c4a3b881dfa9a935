"""Known answers by calculus: indices of distributions whose integrals are known.

Each case's input is the distribution, written out by the test as its quantiles at n even steps.
"""

from __future__ import annotations

import math
from math import exp, expm1, log, pi, sqrt
from statistics import NormalDist

N = 40_000
STEPS = "quantiles at 40 000 even steps stand for the continuous distribution"
KLEIBER = (
    "Kleiber & Kotz (2003), Statistical Size Distributions in Economics and Actuarial Sciences"
)
EULER = 0.5772156649015329
PHI, PROBIT = NormalDist().cdf, NormalDist().inv_cdf


def case(index, distribution, expected, source, tolerance=2e-5, **parameters):
    """Return one known answer; the tolerance is relative to a scale of 1."""
    return {
        "index": index,
        "input": {"distribution": distribution, "n": N},
        "parameters": parameters,
        "expected": expected,
        "tolerance": tolerance,
        "reason": STEPS,
        "kind": "closed form",
        "source": source,
    }


def uniform() -> list[dict]:
    """Return indices of the uniform distribution on 0–1: Q(p) = p, L(p) = p²."""
    u = {"name": "uniform"}
    by = "integral of p and p² over 0–1 (L(p) = p²)"
    third = 0.3  # 60 % of the median
    gap = third / 2
    return [
        case("gini", u, 1 / 3, by),
        case("s_gini", u, 0.5, by + ": (ν − 1)/(ν + 1)", nu=3),
        case("s_gini", u, 0.6, by + ": (ν − 1)/(ν + 1)", nu=4),
        case("hoover", u, 1 / 4, by),
        case("coefficient_of_variation", u, 1 / sqrt(3), by),
        case("theil_t", u, log(2) - 0.5, by),
        case("mld", u, 1 - log(2), by, tolerance=1e-4),
        case("generalized_entropy", u, 1 / 6, by, alpha=2),
        case("generalized_entropy", u, (1 - 2**0.5 / 1.5) * 4, by, alpha=0.5),
        case("atkinson", u, 1 / 9, by, epsilon=0.5),
        case("atkinson", u, 1 - 2 / math.e, by, tolerance=1e-4, epsilon=1),
        case("s80s20", u, 9, by, tolerance=1e-3),
        case("s90s10", u, 19, by, tolerance=1e-3),
        case("palma", u, 0.19 / 0.16, by),
        case("percentile_ratio", u, 9, by, tolerance=1e-3),
        case("quantile_share", u, 0.16, by, lower=0, upper=0.4),
        case("generalized_lorenz", u, 0.125, by, p=0.5),
        case("wolfson", u, 1 / 3, by + ": 4·(0.5/0.5)·(0.5 − 0.25 − 1/6)"),
        case("zenga", u, log(2), by + ": 1 − ∫ p/(1 + p) dp"),
        case("kolm", u, log(math.sinh(1.5) / 1.5) / 3, by, kappa=3),
        case("bimodality_coefficient", u, 5 / 9, "skewness 0, kurtosis 9/5"),
        case("low_income_rate", u, third, by),
        case("poverty_line", u, third, by),
        case("fgt", u, gap, by, alpha=1),
        case("fgt", u, third / 3, by, alpha=2),
        case("poverty_gap", u, gap, by),
        case("watts", u, third, by + ": ∫ ln(t/y) dy = t"),
        case("sen", u, third * (0.5 + 0.5 / 3), by + ": H{I + (1 − I)G}, I = ½, G = 1/3"),
        case("sen_shorrocks_thon", u, 0.27, by + ": 2∫(1 − y/t)(1 − y)dy"),
        case("mean", u, 0.5, by),
        case("median", u, 0.5, by),
        case("quantile", u, 0.3, by, p=0.3),
    ]


def exponential() -> list[dict]:
    """Return indices of the exponential distribution: L(p) = p + (1 − p) ln(1 − p)."""
    e = {"name": "exponential"}
    by = f"{KLEIBER}, and L(p) = p + (1 − p) ln(1 − p)"
    lorenz = lambda p: p + (1 - p) * log(1 - p)  # noqa: E731
    t = 0.6 * log(2)
    rate = -expm1(-t)
    gap = 1 - rate / t
    loose = 1e-4
    return [
        case("gini", e, 0.5, by),
        case("s_gini", e, 2 / 3, by + ": (ν − 1)/ν", nu=3),
        case("hoover", e, 1 / math.e, by),
        case("coefficient_of_variation", e, 1, by, loose),
        case("theil_t", e, 1 - EULER, by, loose),
        case("mld", e, EULER, by, loose),
        case("generalized_entropy", e, 0.5, by, loose, alpha=2),
        case("atkinson", e, 1 - pi / 4, by, epsilon=0.5),
        case("atkinson", e, 1 - exp(-EULER), by, loose, epsilon=1),
        case("s80s20", e, (1 - lorenz(0.8)) / lorenz(0.2), by, 1e-3),
        case("s90s10", e, (1 - lorenz(0.9)) / lorenz(0.1), by, 2e-2),
        case("palma", e, (1 - lorenz(0.9)) / lorenz(0.4), by, loose),
        case("percentile_ratio", e, log(10) / log(10 / 9), by, 2e-3),
        case("quantile_share", e, 1 - lorenz(0.9), by, lower=0.9, upper=1),
        case("generalized_lorenz", e, lorenz(0.3), by, p=0.3),
        case("wolfson", e, 4 / log(2) * (0.5 - lorenz(0.5) - 0.25), by, loose),
        case("kolm", e, 1 - log(2), by + ": (κ − ln(1 + κ))/κ", kappa=1),
        case("low_income_rate", e, 1 - 2**-0.6, by),
        case("poverty_gap", e, gap, by),
        case("poverty_line", e, t, by),
        case("median", e, log(2), by),
    ]


def lognormal(sigma: float) -> list[dict]:
    """Return indices of the lognormal: L(p) = Φ(Φ⁻¹(p) − σ)."""
    d = {"name": "lognormal", "sigma": sigma}
    by = f"{KLEIBER}, §4.5; L(p) = Φ(Φ⁻¹(p) − σ)"
    lorenz = lambda p: PHI(PROBIT(p) - sigma)  # noqa: E731
    gini = 2 * PHI(sigma / sqrt(2)) - 1
    entropy = lambda a: expm1(a * (a - 1) * sigma**2 / 2) / (a * (a - 1))  # noqa: E731
    loose = 2e-4
    return [
        case("gini", d, gini, by, 4e-5),
        case("der_alienation", d, 2 * gini, by, 8e-5),
        case("hoover", d, 2 * PHI(sigma / 2) - 1, by),
        case("theil_t", d, sigma**2 / 2, by, loose),
        case("mld", d, sigma**2 / 2, by, loose),
        case("generalized_entropy", d, entropy(2), by, 2e-3, alpha=2),
        case("generalized_entropy", d, entropy(-1), by, 2e-3, alpha=-1),
        case("generalized_entropy", d, entropy(0.5), by, loose, alpha=0.5),
        case("coefficient_of_variation", d, sqrt(expm1(sigma**2)), by, 2e-3),
        case("atkinson", d, 1 - exp(-0.25 * sigma**2), by, loose, epsilon=0.5),
        case("atkinson", d, 1 - exp(-0.5 * sigma**2), by, loose, epsilon=1),
        case("atkinson", d, 1 - exp(-(sigma**2)), by, 5e-4, epsilon=2),
        case("s80s20", d, (1 - lorenz(0.8)) / lorenz(0.2), by, 1e-3),
        case("s90s10", d, (1 - lorenz(0.9)) / lorenz(0.1), by, 5e-3),
        case("palma", d, (1 - lorenz(0.9)) / lorenz(0.4), by, 5e-4),
        case("percentile_ratio", d, exp(2 * sigma * PROBIT(0.9)), by, 1e-3),
        case("quantile_share", d, lorenz(0.5), by, lower=0, upper=0.5),
        case("wolfson", d, 4 * exp(sigma**2 / 2) * (0.5 - lorenz(0.5) - gini / 2), by, loose),
        case("low_income_rate", d, PHI(log(0.6) / sigma), by),
        case("poverty_line", d, 0.6, by),
        case("median", d, 1, by),
    ]


def pareto(a: float) -> list[dict]:
    """Return indices of the Pareto distribution: L(p) = 1 − (1 − p)^(1 − 1/a)."""
    d = {"name": "pareto", "a": a}
    by = f"{KLEIBER}, §3.6; L(p) = 1 − (1 − p)^(1 − 1/a)"
    lorenz = lambda p: 1 - (1 - p) ** (1 - 1 / a)  # noqa: E731
    mean, middle = a / (a - 1), 2 ** (1 / a)
    gini = 1 / (2 * a - 1)
    wolfson = 4 * mean / middle * (0.5 - lorenz(0.5) - gini / 2)
    hoover = (a - 1) ** (a - 1) / a**a
    loose = 3e-4
    return [
        case("gini", d, gini, by, loose),
        case("s_gini", d, 2 / (3 * a - 1), by + ": (ν − 1)/(νa − 1)", loose, nu=3),
        case("hoover", d, hoover, by, loose),
        case("theil_t", d, 1 / (a - 1) - log(mean), by, 1e-3),
        case("mld", d, log(mean) - 1 / a, by, loose),
        case("atkinson", d, 1 - exp(1 / a) / mean, by, loose, epsilon=1),
        case("palma", d, (1 - lorenz(0.9)) / lorenz(0.4), by, 1e-3),
        case("percentile_ratio", d, 9 ** (1 / a), by, 1e-3),
        case("quantile_share", d, 1 - lorenz(0.99), by, loose, lower=0.99, upper=1),
        case("wolfson", d, wolfson, by, loose),
    ]


def normal_polarisation() -> list[dict]:
    """Return Duclos–Esteban–Ray indices of a normal distribution with a Gaussian kernel.

    The kernel makes the density normal again, with variance v = s² + h² (s, h in means), and
    every integral is one of a normal density: ∫f·f_h^α = (2πv)^(−α/2) / √(1 + αs²/v).
    """
    cases, s = [], 0.2
    d = {"name": "normal", "mean": 1.0, "sd": s}
    by = "integrals of normal densities of variance s² + h²; E|X − Y| = √(2/π)·√(s² + τ²)"
    for alpha in (0.25, 0.5, 1.0):
        for h in (0.02, 0.1):
            v = s**2 + h**2
            identification = (2 * pi * v) ** (-alpha / 2) / sqrt(1 + alpha * s**2 / v)
            tau = 1 / (1 / s**2 + alpha / v)
            polarisation = identification * sqrt(2 / pi) * sqrt(s**2 + tau)
            given = {"alpha": alpha, "bandwidth": h}
            rho = polarisation / (identification * 2 * s / sqrt(pi)) - 1
            cases += [
                case("duclos_esteban_ray", d, polarisation, by, 1e-4, **given),
                case("der_identification", d, identification, by, 1e-4, **given),
                case("der_correlation", d, rho, by, 1e-4, **given),
            ]
    cases.append(case("bimodality_coefficient", d, 1 / 3, "skewness 0, kurtosis 3", 5e-4))
    cases.append(case("gini", d, s / sqrt(pi), f"{KLEIBER}; E|X − Y| = 2s/√π"))
    return cases


def cases() -> list[dict]:
    """Return all."""
    return [
        *uniform(), *exponential(), *lognormal(0.5), *lognormal(0.8), *pareto(3.0),
        *normal_polarisation(),
    ]  # fmt: skip
