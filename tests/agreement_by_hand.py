"""Agreement indices from their definitions, person by person, and every way to pair persons anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, product

import numpy as np

from analysis.stats.value import Array

SCORES = (
    "pearson_r",
    "icc_1",
    "icc_a1",
    "icc_c1",
    "icc_pairwise",
    "ccc",
    "mean_abs_difference",
    "krippendorff_interval",
)
ITEMS = (
    "exact",
    "within_1",
    "kappa",
    "kappa_linear",
    "kappa_quadratic",
    "ac1",
    "ac2",
    "brennan_prediger",
    "krippendorff_ordinal",
)
OF_ROLES = ("pearson_r", "icc_a1", "icc_c1", "ccc")
NOT_LINEAR = ("icc_1", "icc_a1")
CATEGORIES = 5
WEIGHTS: dict[str, Callable[[int, int, int], float]] = {
    "kappa": lambda a, b, _: float(a == b),
    "kappa_linear": lambda a, b, k: 1 - abs(a - b) / (k - 1),
    "kappa_quadratic": lambda a, b, k: 1 - (a - b) ** 2 / (k - 1) ** 2,
    "ac1": lambda a, b, _: float(a == b),
    "ac2": lambda a, b, k: 1 - (a - b) ** 2 / (k - 1) ** 2,
    "brennan_prediger": lambda a, b, k: 1 - (a - b) ** 2 / (k - 1) ** 2,
}


def answers(couples: int, measures: int = 1, seed: int = 1) -> Array:
    """Return couples' answers, (couples, 2, measures): 1 to 5, partners alike, second ones higher."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, 2, size=(couples, 1, measures)) + rng.integers(-1, 2, size=(couples, 2, measures)) + 3
    return np.asarray(np.clip(x + np.array([0, 1])[:, None], 1, CATEGORIES), dtype=float)


def matchings(persons: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    """Yield every way to match an even number of persons in pairs."""
    if not persons:
        yield []
        return
    first, *rest = persons
    for partner in rest:
        for others in matchings(tuple(p for p in rest if p != partner)):
            yield [(first, partner), *others]


def every_repairing(x: Array, y: Array, *, exchangeable: bool) -> list[tuple[Array, Array]]:
    """Return first and second partners' values in every possible pairing."""
    if not exchangeable:
        return [(x, y[list(order)]) for order in permutations(range(len(y)))]
    z = np.concatenate([x, y])
    ways = (np.array(way).T for way in matchings(tuple(range(len(z)))))
    return [(z[left], z[right]) for left, right in ways]


def strangers(x: Array, y: Array, *, exchangeable: bool) -> tuple[Array, Array]:
    """Return the values of all pairs that are no couple, one pair after the other."""
    n, z = len(x), np.concatenate([x, y])
    chosen = [
        (p, q) for p, q in product(range(2 * n), repeat=2) if p % n != q % n and (p < q if exchangeable else p < n <= q)
    ]
    left, right = np.array(chosen).T
    return z[left], z[right]


def index(name: str, x: Array, y: Array, categories: int, *, exchangeable: bool, couples: int = 0) -> float:
    """Return an index from its definition; ``couples`` is what its formula takes as n, if not the pairs given."""
    n = couples or len(x)
    if name in WEIGHTS:
        return _corrected(name, x, y, categories, exchangeable=exchangeable)
    if name.startswith("krippendorff"):
        return _krippendorff(name, x, y, n)
    if name in {"icc_1", "icc_a1", "icc_c1"}:
        return _icc(name, x, y, n)
    return float(PLAIN[name](x, y))


PLAIN: dict[str, Callable[[Array, Array], float]] = {
    "mean_abs_difference": lambda x, y: np.mean([abs(a - b) for a, b in zip(x, y, strict=True)]),
    "exact": lambda x, y: np.mean([a == b for a, b in zip(x, y, strict=True)]),
    "within_1": lambda x, y: np.mean([abs(a - b) <= 1 for a, b in zip(x, y, strict=True)]),
    "pearson_r": lambda x, y: np.corrcoef(x, y)[0, 1],
    "icc_pairwise": lambda x, y: np.corrcoef(np.concatenate([x, y]), np.concatenate([y, x]))[0, 1],
    "ccc": lambda x, y: 2 * np.cov(x, y, ddof=0)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2),
}


def _corrected(name: str, x: Array, y: Array, k: int, *, exchangeable: bool) -> float:
    weight, codes = WEIGHTS[name], range(1, k + 1)
    agreed = np.mean([weight(a, b, k) for a, b in zip(x, y, strict=True)])
    pooled = {a: np.mean(np.concatenate([x, y]) == a) for a in codes}
    of_first, of_second = ({a: np.mean(part == a) for a in codes} for part in (x, y))
    if exchangeable:
        of_first = of_second = pooled
    total = sum(weight(a, b, k) for a, b in product(codes, codes))
    if name.startswith("kappa"):
        chance = sum(of_first[a] * of_second[b] * weight(a, b, k) for a, b in product(codes, codes))
    elif name == "brennan_prediger":
        chance = total / k**2
    else:
        chance = total / (k * (k - 1)) * sum(share * (1 - share) for share in pooled.values())
    return float((agreed - chance) / (1 - chance))


def _krippendorff(name: str, x: Array, y: Array, n: int) -> float:
    z = np.concatenate([x, y])
    values, counts = np.unique(z, return_counts=True)

    def apart(a: float, b: float) -> float:
        if name == "krippendorff_interval":
            return (a - b) ** 2
        low, high = np.searchsorted(values, sorted((a, b)))
        between = counts[low : high + 1].sum() - (counts[low] + counts[high]) / 2
        return float((between / len(z) * 2 * n) ** 2)

    observed = np.mean([apart(a, b) for a, b in zip(x, y, strict=True)])
    chance = sum(
        counts[i] * counts[j] * apart(values[i], values[j]) for i in range(len(values)) for j in range(len(values))
    )
    return float(1 - (2 * n - 1) / (2 * n) * observed / (chance / len(z) ** 2))


def _icc(name: str, x: Array, y: Array, n: int) -> float:
    """Return an ICC from mean squares of n couples with the means and spreads of these pairs."""
    both = np.concatenate([x, y])
    total, inside = 2 * n * both.var(), n * np.mean((x - y) ** 2) / 2
    partners = n * (x.mean() - y.mean()) ** 2 / 2
    couples = (total - inside) / (n - 1)
    within, residual = inside / n, (inside - partners) / (n - 1)
    if name == "icc_1":
        return float((couples - within) / (couples + within))
    bottom = couples + residual + (2 * (partners - residual) / n if name == "icc_a1" else 0)
    return float((couples - residual) / bottom)
