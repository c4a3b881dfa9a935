"""How often two tests agree at half the level when there is no effect, before any check.

Draws panels without an effect (300 municipalities, 10 years before and 2 after, one common factor,
autocorrelated noise whose variance falls with population) and asks of one or six treated cities
what the verdict's rule for strong evidence asks: the rank among size-matched placebos, and Ferman
and Pinto's rescaled residuals (2019, *Review of Economics and Statistics* 101, 452–467).

    python validation/verdict/strong_evidence.py > validation/verdict/strong_evidence.csv
"""

import numpy as np

UNITS, BEFORE, AFTER, MATCHED, TUPLES, DRAWS, LEVEL = 300, 10, 2, 40, 999, 2000, 0.05


def gaps(rng, rho, population):
    """Return change after minus before of every unit, less the mean of all."""
    spread = np.sqrt(0.3 + 0.7 * np.median(population) / population)
    noise = np.empty((UNITS, BEFORE + AFTER))
    noise[:, 0] = rng.standard_normal(UNITS)
    for t in range(1, BEFORE + AFTER):
        shock = rng.standard_normal(UNITS) * np.sqrt(1 - rho**2)
        noise[:, t] = rho * noise[:, t - 1] + shock
    factor = np.outer(0.5 * rng.standard_normal(UNITS), rng.standard_normal(BEFORE + AFTER))
    values = factor + spread[:, None] * noise
    change = values[:, BEFORE:].mean(1) - values[:, :BEFORE].mean(1)
    return change - change.mean()


def p_values(rng, w, population, treated):
    """Return the size-matched rank p and Ferman and Pinto's p."""
    others = np.setdiff1d(np.arange(UNITS), treated)
    far = np.abs(np.log(population[others])[None] - np.log(population[treated])[:, None])
    near = others[np.argsort(far, axis=1, kind="stable")[:, :MATCHED]]
    design = np.column_stack([np.ones(len(others)), 1 / population[others]])
    coefficients = np.linalg.lstsq(design, w[others] ** 2, rcond=None)[0]
    variance = coefficients[0] + coefficients[1] / population
    scale = np.sqrt(np.maximum(variance, 0.05 * (w[others] ** 2).mean()))
    z = w[others] / scale[others]
    if len(treated) == 1:
        matched, rescaled = w[near[0]], z * scale[treated[0]]
    else:
        picks = rng.integers(MATCHED, size=(TUPLES, len(treated)))
        matched = w[near[np.arange(len(treated)), picks]].mean(1)
        rescaled = (rng.choice(z, (TUPLES, len(treated))) * scale[treated]).mean(1)
    found = abs(w[treated].mean())
    return [(1 + (np.abs(d) >= found - 1e-12).sum()) / (len(d) + 1) for d in (matched, rescaled)]


def main():
    print("treated,which,rho,draws,rank,second,both_at_level,both_at_half,both_at_half_given_rank")
    for count in (1, 6):
        for which in ("big", "random"):
            for rho in (0.0, 0.5, 0.8):
                rng = np.random.default_rng([count, which == "big", int(10 * rho)])
                population = np.exp(rng.normal(8.8, 1.1, UNITS))
                big = np.argsort(population)[-count:]
                p = np.array([
                    p_values(rng, gaps(rng, rho, population), population,
                             big if which == "big" else rng.choice(UNITS, count, replace=False))
                    for _ in range(DRAWS)
                ])  # fmt: skip
                rank, second = (p <= LEVEL).mean(0)
                both, half = ((p <= level).all(1).mean() for level in (LEVEL, LEVEL / 2))
                share = half / max((p[:, 0] <= LEVEL / 2).mean(), 1e-9)
                figures = ",".join(f"{x:.4f}" for x in (rank, second, both, half, share))
                print(f"{count},{which},{rho},{DRAWS},{figures}")


if __name__ == "__main__":
    main()
