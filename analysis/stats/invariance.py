"""Measurement invariance across partners: whether the same items measure the same, in the same units, for both.

Both partners answer the same k items. The dyadic one-factor model is fitted at four levels, each a special case of the
one before: equal form, equal loadings, equal intercepts, equal residual variances (:mod:`analysis.stats.levels`).
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from analysis.stats.factor import FEWEST_ITEMS
from analysis.stats.goodness import chi_square, comparative, independence, likelihood_ratio, rmsea, srmr
from analysis.stats.levels import LEVELS, fit_levels, mean_and_covariance, mean_products, moved, with_constant
from analysis.stats.moments import is_regular
from analysis.stats.sign_flips import contributions, contributions_to_all, flipped_score_test
from analysis.stats.structure_fit import StructureFit
from analysis.stats.value import Array, Value


class Level(NamedTuple):
    """How one level fits: by itself, and against the level before it (nothing at the first)."""

    chi2: Value
    cfi: Value
    tli: Value
    rmsea: Value
    srmr: Value
    difference: Value
    heywood: bool


class ScoreTests(NamedTuple):
    """The score tests of one level with the signs of couples flipped: against all moments, against the level before."""

    fit: Value
    difference: Value


NO_LEVEL = Level(*(Value(nan),) * 6, heywood=False)


class Invariance(NamedTuple):
    """Fits of the four levels to the answers ``z`` of couples, items about common means and a constant."""

    z: Array
    fits: dict[str, StructureFit]

    @property
    def n(self) -> int:
        """The number of couples."""
        return len(self.z)

    def level(self, level: str) -> Level:
        """Return chi-square, fit indices and the step from the level before; NaN where a model has no solution."""
        fit = self.fits.get(level)
        if fit is None or not fit.converged:
            return NO_LEVEL
        products = mean_products(self.z)
        mean, cov = mean_and_covariance(products)
        implied_mean, implied = mean_and_covariance(fit.sigma)
        chi2 = likelihood_ratio(fit.sigma, products, self.n, fit.structure.df)
        return Level(
            chi2,
            *comparative(chi2, independence(cov, self.n)),
            rmsea(chi2, self.n),
            Value(srmr(cov, implied, mean - implied_mean), df=chi2.df),
            self._difference(level, chi2),
            heywood=_is_improper(fit),
        )

    def _before(self, level: str) -> StructureFit | None:
        place = LEVELS.index(level)
        fit = self.fits[LEVELS[place - 1]] if place else None
        return fit if fit is not None and fit.converged else None

    def _difference(self, level: str, chi2: Value) -> Value:
        before = self._before(level)
        if before is None:
            return Value(nan)
        wider = likelihood_ratio(before.sigma, mean_products(self.z), self.n, before.structure.df)
        return chi_square(chi2.estimate - wider.estimate, int(chi2.df - wider.df))

    def tested(self, level: str, signs: Array) -> ScoreTests:
        """Return the score tests of a level, p by flipped signs (flips, n); NaN where a model has no solution.

        In simulated couples they rejected at most .07 of true models, where the chi-square tests rejected up to .71.
        """
        fit = self.fits.get(level)
        if fit is None or not fit.converged:
            return ScoreTests(Value(nan), Value(nan))
        narrow = contributions(fit.structure, fit.theta, self.z)
        of_all = contributions_to_all(fit.sigma, self.z)
        against_all = flipped_score_test(of_all, narrow, fit.structure.df, signs)
        if self._before(level) is None:
            return ScoreTests(against_all, Value(nan))
        before = LEVELS[LEVELS.index(level) - 1]
        structure = self.fits[before].structure
        wider = contributions(structure, moved(fit.matrices, before), self.z)
        return ScoreTests(against_all, flipped_score_test(wider, narrow, fit.structure.df - structure.df, signs))


def partner_invariance(x: Array, y: Array) -> Invariance:
    """Return the fits of all levels of invariance to the answers of first and second partners, (couples, k) each.

    Parameters
    ----------
    x, y : ndarray, (couples, k)
        The same k >= 3 items answered by both, complete. The roles are two; exchangeable partners have none to compare.

    Returns
    -------
    Invariance
        ``level(name)`` has the numbers of the levels ``configural``, ``metric``, ``scalar`` and ``residual``,
        ``tested(name, signs)`` their tests by flipped signs. Without any fit for fewer than three items, constant
        items, and items that others determine, as where couples are not more than 2 k.

    Notes
    -----
    Maximum likelihood with residual covariances of each item with itself. chi2 = n times the discrepancy of means and
    covariances, df = k (2k + 3) less parameters; ``difference`` the chi-square of the equalities that a level adds to
    the one before. CFI and TLI compare with independent items, means free; the RMSEA has its 90 % interval; the SRMR
    counts means. All as lavaan 0.6 reports them. Do not read the p of these chi-squares of Likert answers or of fewer
    than ten couples a variable: up to .71 of true models were rejected. Sources: Kenny, Kashy & Cook (2006, ISBN
    978-1572309869); Sakaluk, Fisher & Kilshaw (2021), https://doi.org/10.1111/pere.12341.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> shared = rng.normal(size=(200, 1))
    >>> x, y = (shared + rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)) for _ in range(2))
    >>> found = partner_invariance(x, y).level("metric")
    >>> round(found.chi2.estimate, 2), found.chi2.df, found.difference.df
    (20.56, 18.0, 3.0)
    """
    z = with_constant(x, y) if len(x) else np.ones((0, 2 * x.shape[1] + 1))
    if x.shape[1] < FEWEST_ITEMS or not len(x) or not is_regular(mean_and_covariance(mean_products(z))[1]):
        return Invariance(z, {})
    return Invariance(z, fit_levels(mean_products(z)))


def _is_improper(fit: StructureFit) -> bool:
    """Say whether residuals or factors have covariances that nothing real can have; the constant is no part of it."""
    _, factors, residuals = fit.matrices
    of_factors = mean_and_covariance(factors)[1]
    return any(bool(np.linalg.eigvalsh(part)[0] < 0) for part in (of_factors, residuals[:-1, :-1]))
