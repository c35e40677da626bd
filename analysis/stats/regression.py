"""Least squares over couples: coefficients with classical intervals, or with ones that let residuals spread unequally.

A couple has one row or several (both partners): ``design`` is (couples, rows, k) and ``y`` (couples, rows); a row that
is missing is all zeros in both. Rows of one couple may depend on each other, couples are independent.
"""

from __future__ import annotations

from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from analysis.stats.intervals import t_quantile, t_two_sided
from analysis.stats.moments import is_regular
from analysis.stats.value import ROUNDING, Array, Value


class Fit(NamedTuple):
    """Coefficients (k,), residuals (couples, rows), the inverse of X'X, the design, and how many rows there are."""

    coefficients: Array
    residuals: Array
    inverse: Array
    design: Array
    rows: int


def least_squares(design: Array, y: Array) -> Fit | None:
    """Return the least-squares fit, or None where columns determine each other or rows are not more than columns."""
    k = design.shape[-1]
    flat, outcome = design.reshape(-1, k), y.ravel()
    rows = int((flat != 0).any(axis=1).sum())
    products = flat.T @ flat
    if rows <= k or not is_regular(products):
        return None
    inverse = np.linalg.inv(products)
    coefficients = inverse @ (flat.T @ outcome)
    residuals = y - design @ coefficients
    residuals[np.abs(residuals) <= ROUNDING * max(1.0, float(np.abs(outcome).max()))] = 0.0
    return Fit(coefficients, residuals, inverse, design, rows)


def classical(fit: Fit, confidence: float) -> list[Value]:
    """Return the coefficients with intervals and tests of independent rows of equal spread, t with rows - k df."""
    df = fit.rows - len(fit.coefficients)
    spread = float((fit.residuals**2).sum()) / df
    return _values(fit.coefficients, spread * np.diagonal(fit.inverse), df, confidence)


def robust(fit: Fit, confidence: float) -> list[Value]:
    """Return the coefficients with standard errors from leaving couples out, t with couples - k df.

    HC3 with one row a couple, its version for clusters (CR3, without a factor for their number) with several: for
    each couple X_g' (I - H_gg)^-1 e_g, H the leverages. NaN where one couple alone determines a coefficient. Sources:
    MacKinnon & White (1985), https://doi.org/10.1016/0304-4076(85)90158-7; Cameron & Miller (2015),
    https://doi.org/10.3368/jhr.50.2.317.

    Examples
    --------
    >>> x = np.arange(6.0)
    >>> y = np.array([[0.0], [1.0], [1.0], [4.0], [2.0], [9.0]])
    >>> fit = least_squares(np.stack([np.ones(6), x], axis=1)[:, None], y)
    >>> [round(value.estimate, 3) for value in robust(fit, 0.95)]
    [-0.81, 1.457]
    """
    leverages = fit.design @ fit.inverse @ fit.design.transpose(0, 2, 1)
    left = np.eye(leverages.shape[1]) - leverages
    df = len(fit.design) - len(fit.coefficients)
    if df < 1 or (np.linalg.eigvalsh(left)[:, 0] <= ROUNDING**0.5).any():
        return [Value(float(estimate)) for estimate in fit.coefficients]
    pulled = np.linalg.solve(left, fit.residuals[:, :, None])
    influence = (fit.design.transpose(0, 2, 1) @ pulled)[:, :, 0] @ fit.inverse
    return _values(fit.coefficients, (influence**2).sum(axis=0), df, confidence)


def _values(coefficients: Array, variances: Array, df: int, confidence: float) -> list[Value]:
    t, found = t_quantile(confidence, df), []
    for estimate, variance in zip(coefficients.tolist(), variances.tolist(), strict=True):
        se = sqrt(variance)
        test = estimate / se if se > 0 else nan
        found.append(Value(estimate, estimate - t * se, estimate + t * se, se, test, df, p=t_two_sided(test, df)))
    return found
