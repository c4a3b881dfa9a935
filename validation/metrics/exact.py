"""Known answers in rational arithmetic: definitions written out as double sums of fractions.

No cumulative sum, no sort by value and no floating point, so that these share nothing with the
library but the definition.  Roots and logarithms come last and are those of ``math``.
"""

from __future__ import annotations

import math
from fractions import Fraction as F  # noqa: N817

EXACT = "double precision"
TINY = 1e-12


def case(index, given, expected, source, **parameters):
    """Return one known answer."""
    return {
        "index": index,
        "input": given,
        "parameters": parameters,
        "expected": float(expected),
        "tolerance": TINY,
        "reason": EXACT,
        "kind": "exact arithmetic",
        "source": source,
    }


def people(values, weights=None):
    """Return incomes and population shares as fractions."""
    weights = weights or [1] * len(values)
    total = F(sum(weights))
    return [F(str(v)) for v in values], [F(w) / total for w in weights]


INCOMES = {
    "one to five": ([1, 2, 3, 4, 5], None),
    "with ties and a zero": ([0, 2, 2, 3, 7, 7, 7, 20], None),
    "weighted (convey 1.0.1 gives 0.4286)": ([1, 2, 3], [1, 2, 3]),
    "weighted, unsorted": ([8, 1, 4, 2, 15, 4], [3, 10, 5, 7, 1, 2]),
}


def incomes() -> list[dict]:
    """Return inequality by its double sums."""
    found = []
    for name, (values, weights) in INCOMES.items():
        y, p = people(values, weights)
        n, mu = range(len(y)), sum(a * b for a, b in zip(y, p, strict=True))
        given = {"values": values} | ({"weights": weights} if weights else {})
        distance = sum(p[i] * p[j] * abs(y[i] - y[j]) for i in n for j in n)
        square = sum(p[i] * y[i] ** 2 for i in n) / mu**2
        third = sum(p[i] * y[i] ** 3 for i in n) / mu**3
        by = f"definition as a double sum in fractions, {name}"
        found += [
            case("gini", given, distance / (2 * mu), by),
            case("der_alienation", given, distance / mu, by),
            case("hoover", given, sum(p[i] * abs(y[i] - mu) for i in n) / (2 * mu), by),
            case("coefficient_of_variation", given, math.sqrt(square - 1), by),
            case("generalized_entropy", given, (square - 1) / 2, by, alpha=2),
            case("generalized_entropy", given, (third - 1) / 6, by, alpha=3),
            case("mean", given, mu, by),
            case("esteban_ray", given, _esteban_ray(y, p, mu, 1), by, alpha=1),
            case("bimodality_coefficient", given, _bimodality(y, p, mu), by),
            case("s_gini", given, _s_gini(y, p, mu, 3), by, nu=3),
        ]
        if not weights:
            unbiased = distance / (2 * mu) * F(len(y), len(y) - 1)
            found.append(case("gini", given, unbiased, by + ", n/(n − 1)", corrected=True))
        if min(y) > 0:
            product = math.exp(sum(float(p[i]) * math.log(y[i]) for i in n))
            found += [
                case("atkinson", given, 1 - product / float(mu), by, epsilon=1),
                case("mld", given, math.log(float(mu) / product), by),
                case("atkinson", given, 1 - 1 / sum(p[i] / y[i] for i in n) / mu, by, epsilon=2),
            ]
    return found


def _esteban_ray(y, p, mu, alpha):
    levels = sorted(set(y))
    share = {v: sum(q for u, q in zip(y, p, strict=True) if u == v) for v in levels}
    total = sum(share[a] ** (1 + alpha) * share[b] * abs(a - b) for a in levels for b in levels)
    return total / mu


def _bimodality(y, p, mu):
    m = {k: sum(q * (v - mu) ** k for v, q in zip(y, p, strict=True)) for k in (2, 3, 4)}
    return (m[3] ** 2 / m[2] ** 3 + 1) * m[2] ** 2 / m[4]


def _s_gini(y, p, mu, nu):
    """1 − E[min of ν people drawn with replacement]/μ, for ν = 3."""
    n = range(len(y))
    least = sum(p[i] * p[j] * p[k] * min(y[i], y[j], y[k]) for i in n for j in n for k in n)
    assert nu == 3
    return 1 - least / mu


def poverty() -> list[dict]:
    """Return poverty below a line of 10."""
    given, line = {"values": [5, 8, 10, 20, 3, 9], "weights": [2, 1, 3, 1, 1, 2]}, 10
    y, p = people(given["values"], given["weights"])
    n = range(len(y))
    gap = [max(1 - v / line, F(0)) if v < line else F(0) for v in y]
    rate = sum(p[i] for i in n if y[i] < line)
    # rank among everybody, people at the same income by half
    rank = [
        sum(p[j] for j in n if y[j] < y[i]) + sum(p[j] for j in n if y[j] == y[i]) / 2 for i in n
    ]
    by = "definition as a sum in fractions"
    sen = 2 / rate * sum(p[i] * gap[i] * (rate - rank[i]) for i in n)
    sst = 2 * sum(p[i] * gap[i] * (1 - rank[i]) for i in n)
    watts = sum(float(p[i]) * math.log(line / y[i]) for i in n if y[i] < line)
    return [
        case("low_income_rate", given, rate, by, line=line),
        case("fgt", given, rate, by, alpha=0, line=line),
        case("fgt", given, sum(p[i] * gap[i] for i in n), by, alpha=1, line=line),
        case("fgt", given, sum(p[i] * gap[i] ** 2 for i in n), by, alpha=2, line=line),
        case("fgt", given, sum(p[i] * gap[i] ** 3 for i in n), by, alpha=3, line=line),
        case("poverty_gap", given, sum(p[i] * gap[i] for i in n), by, line=line),
        case("watts", given, watts, by, line=line),
        case("sen", given, sen, by, line=line),
        case("sen_shorrocks_thon", given, sst, by, line=line),
    ]


def gradient() -> list[dict]:
    """Return the concentration index by covariance, and gaps between groups."""
    outcome, rank, w = [4, 1, 3, 2, 0, 5], [2, 1, 2, 5, 7, 3], [1, 2, 1, 3, 1, 2]
    given = {"values": outcome, "weights": w}
    y, p = people(outcome, w)
    n = range(len(y))
    mu = sum(y[i] * p[i] for i in n)
    place = [
        sum(p[j] for j in n if rank[j] < rank[i]) + sum(p[j] for j in n if rank[j] == rank[i]) / 2
        for i in n
    ]
    covariance = sum(p[i] * y[i] * place[i] for i in n) - mu / 2
    spread = sum(p[i] * place[i] ** 2 for i in n) - F(1, 4)
    index = 2 * covariance / mu
    slope = covariance / spread
    by = "covariance with the fractional rank, in fractions"
    low = (sum(p[i] * y[i] for i in n if rank[i] <= 2)) / mu  # the poorest half
    labels = ["b", "a", "b", "a", "a", "b"]
    mean_of = {
        g: sum(p[i] * y[i] for i in n if labels[i] == g) / sum(p[i] for i in n if labels[i] == g)
        for g in "ab"
    }
    return [
        case("concentration_index", given, index, by, rank=rank),
        case("concentration_index", given, 4 * mu / 5 * index, by + "; Erreygers (2009) eq. (26)",
             rank=rank, correction="erreygers", bounds=[0, 5]),
        case("concentration_index", given, 5 * mu / ((5 - mu) * mu) * index, by + "; Wagstaff",
             rank=rank, correction="wagstaff", bounds=[0, 5]),
        case("slope_index", given, slope, by + ", over its variance", rank=rank),
        case("relative_index", given, slope / mu, by + ", over its variance and the mean",
             rank=rank, over="mean"),
        case("relative_index", given, (mu + slope / 2) / (mu - slope / 2), by + ": top over bottom",
             rank=rank),
        case("concentration_share", given, low, "outcome of ranks 1 and 2, 40 % of people",
             rank=rank, p=0.4),
        case("gap", given, mean_of["b"] - mean_of["a"], "weighted means in fractions",
             groups=labels, between=["b", "a"]),
        case("gap", given, mean_of["b"] / mean_of["a"], "weighted means in fractions",
             groups=labels, between=["b", "a"], relative=True),
    ]  # fmt: skip


def groups() -> list[dict]:
    """Return polarisation between groups."""
    values, labels = [1, 2, 4, 3, 9, 5], ["x", "x", "y", "y", "z", "z"]
    y, _ = people(values)
    n, mu = range(6), sum(y) / 6
    mean = {g: sum(y[i] for i in n if labels[i] == g) / 2 for g in "xyz"}
    third = F(1, 3)
    er = sum(third**2 * third * abs(mean[a] - mean[b]) for a in "xyz" for b in "xyz") / mu
    square = sum(v**2 for v in y) / 6 / mu**2
    total, between = (square - 1) / 2, (sum(mean[g] ** 2 for g in "xyz") / 3 / mu**2 - 1) / 2
    # two groups cut at the mean 4: 1, 2, 3, 4 and 5, 9 (4 is at the cut and goes below)
    below, above = [1, 2, 3, 4], [5, 9]
    a, b = F(sum(below), 4), F(sum(above), 2)
    ginis = sum(abs(u - v) for u in y for v in y) / (2 * 36 * mu)
    step = F(2, 3) * F(1, 3) * (b - a) / mu
    egr = (F(2, 3) ** 2 * F(1, 3) + F(1, 3) ** 2 * F(2, 3)) * (b - a) / mu - (ginis - step)
    names = ["fi"] * 5 + ["sv"] * 3 + ["ru"] * 2
    share = [F(5, 10), F(3, 10), F(2, 10)]
    by = "definition in fractions"
    return [
        case("esteban_ray", {"values": values}, er, by, alpha=1, groups=labels),
        case("zhang_kanbur", {"values": values}, between / (total - between), by + ", GE(2)",
             groups=labels, alpha=2),
        case("esteban_gradin_ray", {"values": values}, egr, by + ", cut at the mean", alpha=1),
        case("reynal_querol", {"labels": names}, 4 * sum(q**2 * (1 - q) for q in share), by),
        case("reynal_querol", {"labels": names},
             1 - sum(((F(1, 2) - q) / F(1, 2)) ** 2 * q for q in share),
             "Montalvo & Reynal-Querol (2005), eq. (1), the other form"),
        case("proportion", {"values": [1, 0, 0, 1, 1], "weights": [1, 2, 3, 4, 5]}, F(10, 15), by),
    ]  # fmt: skip


ANSWERS = {
    "even": [20] * 5,
    "skewed": [30, 40, 210, 130, 530, 50, 10],
    "two poles": [5, 1, 0, 2, 4],
}


def ordinal() -> list[dict]:
    """Return ordinal indices from cumulative shares."""
    found = []
    for name, counts in ANSWERS.items():
        k, n = len(counts), sum(counts)
        p = [F(c, n) for c in counts]
        c = [sum(p[: i + 1]) for i in range(k - 1)]
        given, by = {"answers": counts}, f"definition in fractions, {name} answers"
        pairs = sum(p[i] * p[j] * (j - i) for j in range(k) for i in range(j))
        iov = F(4, k - 1) * pairs
        mean = sum(q * i for i, q in enumerate(p))
        status = [sum(p[: i + 1]) for i in range(k)]
        cns = 1 + sum(
            float(q) * math.log2(1 - abs(i - mean) / (k - 1)) for i, q in enumerate(p) if q
        )
        half = sum(float(q) * float(s) ** 0.5 for q, s in zip(p, status, strict=True))
        found += [
            case("leik", given, F(2, k - 1) * sum(min(f, 1 - f) for f in c), by),
            case("berry_mielke", given, iov, by + ", pairs"),
            case("blair_lacy", given, 1 - F(4, k - 1) * sum((f - F(1, 2)) ** 2 for f in c), by),
            case("kvalseth", given, 1 - math.sqrt(1 - iov), by),
            case("apouey", given, 1 - F(2, k - 1) * sum(abs(f - F(1, 2)) for f in c), by, alpha=1),
            case("apouey", given, 1 - F(4, k - 1) * sum((f - F(1, 2)) ** 2 for f in c), by,
                 alpha=2),
            case("consensus", given, cns, by + "; Tastle & Wierman (2007), eq. (1)"),
            case("cowell_flachaire", given, 4 * (1 - half), by, alpha=0.5),
            case("cowell_flachaire", given,
                 -sum(float(q) * math.log(s) for q, s in zip(p, status, strict=True) if q), by,
                 alpha=0),
        ]  # fmt: skip
    return found


COUNTS = {
    "two groups": {"x": [10, 40, 50, 0], "y": [50, 40, 10, 30]},
    "three groups": {"x": [30, 10, 5, 20], "y": [10, 30, 25, 20], "z": [5, 5, 40, 0]},
}


def segregation() -> list[dict]:
    """Return segregation by its sums over areas and pairs of areas."""
    found = []
    for name, table in COUNTS.items():
        given, by = {"counts": table}, f"definition as (double) sums in fractions, {name}"
        groups, areas = list(table), range(4)
        total = F(sum(map(sum, table.values())))
        size = [sum(table[g][i] for g in groups) / total for i in areas]
        share = {g: F(sum(table[g])) / total for g in groups}
        within = {g: [F(table[g][i]) / (size[i] * total) for i in areas] for g in groups}
        mixed = sum(s * (1 - s) for s in share.values())
        away = sum(size[i] * abs(within[g][i] - share[g]) for g in groups for i in areas)
        pairs = sum(
            size[i] * size[j] * abs(within[g][i] - within[g][j])
            for g in groups for i in areas for j in areas
        )  # fmt: skip
        square = {g: sum(size[i] * (within[g][i] - share[g]) ** 2 for i in areas) for g in groups}
        first = groups[0]
        isolation = sum(F(table[first][i], sum(table[first])) * within[first][i] for i in areas)
        mutual = sum(
            float(size[i] * within[g][i]) * math.log(within[g][i] / share[g])
            for g in groups for i in areas if within[g][i]
        )  # fmt: skip
        entropy = -sum(float(s) * math.log(s) for s in share.values())
        normal = sum(square[g] / (1 - share[g]) for g in groups)
        found += [
            case("dissimilarity", given, away / (2 * mixed), by),
            case("segregation_gini", given, pairs / (2 * mixed), by),
            case("isolation", given, isolation, by),
            case("correlation_ratio", given, (isolation - share[first]) / (1 - share[first]), by),
            case("normalized_exposure", given, normal, by),
            case("relative_diversity", given, sum(square.values()) / mixed, by),
            case("mutual_information", given, mutual, by),
            case("theil_h", given, mutual / entropy, by),
            _ordinal_segregation(given, groups, size, within, share),
        ]
        if len(groups) == 2:
            x, y = (table[g] for g in groups)
            exposure = sum(F(x[i], sum(x)) * within["y"][i] for i in areas)
            root = sum(math.sqrt(F(x[i], sum(x)) * F(y[i], sum(y))) for i in areas)
            found += [
                case("exposure", given, exposure, by),
                case("segregation_atkinson", given, 1 - root**2, by, b=0.5),
                case("rank_order_h", given, mutual / entropy, by + ": of two classes it is H"),
            ]
    return found + space()


def _ordinal_segregation(given, groups, size, within, share):
    cut = lambda of: [sum(of[g] for g in groups[: k + 1]) for k in range(len(groups) - 1)]  # noqa: E731
    vary = lambda c: sum(f * (1 - f) for f in c)  # noqa: E731
    whole = vary(cut(share))
    parts = sum(s * vary(cut({g: within[g][i] for g in groups})) for i, s in enumerate(size))
    return case("ordinal_segregation", given, 1 - parts / whole, "variation ratio in fractions",
                variation="variance")  # fmt: skip


GRID = [[j for j in range(16) if abs(i // 4 - j // 4) + abs(i % 4 - j % 4) == 1] for i in range(16)]
HALVES = {"x": [10 * (i % 4 < 2) for i in range(16)], "y": [10 * (i % 4 >= 2) for i in range(16)]}
CHECKS = {
    "x": [10 * ((i // 4 + i) % 2) for i in range(16)],
    "y": [10 * ((i // 4 + i + 1) % 2) for i in range(16)],
}


def space() -> list[dict]:
    """Return spatial indices of a 4 × 4 grid: two halves, and a checkerboard."""
    found = []
    for name, table in {"halves": HALVES, "checkerboard": CHECKS}.items():
        given = {"counts": table, "space": GRID}
        by = f"sums over the 48 ordered pairs of neighbours, 4 × 4 {name}"
        near = [set(around) | {i} for i, around in enumerate(GRID)]
        x = [F(v, 10) for v in table["x"]]
        differ = sum(abs(x[i] - x[j]) for i in range(16) for j in GRID[i])
        meet = sum(x[i] * x[j] for i in range(16) for j in near[i]) / 64
        meet_y = sum((1 - x[i]) * (1 - x[j]) for i in range(16) for j in near[i]) / 64
        anyone = F(sum(len(s) for s in near), 256)
        local = [sum(x[j] for j in near[i]) / len(near[i]) for i in range(16)]
        entropy = lambda q: -sum(float(v) * math.log(v) for v in (q, 1 - q) if v)  # noqa: E731
        isolation = sum(x[i] / 8 * local[i] for i in range(16))
        found += [
            case("boundary_dissimilarity", given, 1 - F(differ, 48), by),
            case("spatial_proximity", given, (meet + meet_y) / 2 / anyone, by),
            case("distance_decay_isolation", given, isolation, by),
            case("spatial_h", given, 1 - sum(map(entropy, local)) / 16 / math.log(2), by),
        ]
    return found


def cases() -> list[dict]:
    """Return all."""
    return [*incomes(), *poverty(), *gradient(), *groups(), *ordinal(), *segregation()]
