"""The way up a log-likelihood: Newton's steps where it curves down, Fisher's elsewhere, halved until it grows.

Parameters are measured in units of their own expected information, so that neither the steps nor the questions "at
rest?" and "flat?" depend on the units of the answers. A point of rest where the likelihood is flat in some direction
determines no parameters and is no solution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analysis.stats.value import Array

ITERATIONS = 200
AT_REST = 1e-10  # largest last step, in units of one person's standard error
SMALL = 1e-5  # below it the likelihood cannot tell steps apart any more, and Newton's step is taken as it is
HALVINGS = 30
FLAT = 1e-8  # smallest curvature, as a share of the expected one, at which a maximum determines the parameters


class Slope(NamedTuple):
    """Of the mean log-likelihood at one point: gradient (q,), minus second derivatives and what is expected of them."""

    gradient: Array
    observed: Array
    expected: Array


def climb(
    start: Array, misfit: Callable[[Array], float], slope: Callable[[Array], Slope], iterations: int = ITERATIONS
) -> Array | None:
    """Return where the likelihood is highest, or None where it has no single maximum near or no rest is found.

    Parameters
    ----------
    start : ndarray, (q,)
    misfit : callable
        Minus twice the mean log-likelihood, up to a constant; infinite where there is none.
    slope : callable
        Its slope, for parameters of finite misfit.
    iterations : int
        So many steps at most.

    Examples
    --------
    >>> one = np.eye(1)
    >>> climb(np.zeros(1), lambda x: float((x[0] - 3) ** 2), lambda x: Slope(3 - x, one, one))
    array([3.])
    """
    at, lowest = start, misfit(start)
    if not np.isfinite(lowest):
        return None
    for _ in range(iterations):
        step, size = _step(slope(at))
        if size < SMALL:
            at = at + step
        else:
            before = at
            at, lowest = _advance(at, step, lowest, misfit)
            if at is before:
                return None
        if size < AT_REST:
            return at if np.isfinite(misfit(at)) and _is_peak(slope(at)) else None
    return None


def _step(here: Slope) -> tuple[Array, float]:
    """Return the next step, (q,), Newton's, or Fisher's where that would climb the wrong way; and its largest part."""
    unit = _units(here)
    gradient = here.gradient * unit
    curvature = here.observed * np.outer(unit, unit)
    step = solved(curvature, gradient)
    if step is None:
        step = np.linalg.pinv(here.expected * np.outer(unit, unit), rcond=FLAT, hermitian=True) @ gradient
    return step * unit, float(np.abs(step).max())


def _units(here: Slope) -> Array:
    information = np.diagonal(here.expected)
    return 1 / np.sqrt(np.where(information > 0, information, 1.0))


def solved(curvature: Array, gradient: Array) -> Array | None:
    """Return the solution of curvature step = gradient, or None where the curvature is not safely positive definite."""
    if not is_definite(curvature):
        return None
    try:
        return np.linalg.solve(curvature, gradient)
    except np.linalg.LinAlgError:  # definite by a rounding error only
        return None


def is_definite(matrix: Array) -> bool:
    """Say whether a symmetric matrix is positive definite."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _advance(at: Array, step: Array, lowest: float, misfit: Callable[[Array], float]) -> tuple[Array, float]:
    """Return the parameters after the step, halved until the fit is no worse, and their misfit."""
    for _ in range(HALVINGS):
        after = misfit(at + step)
        if after <= lowest:
            return at + step, after
        step = step / 2
    return at, lowest


def _is_peak(here: Slope) -> bool:
    unit = _units(here)
    return bool(np.linalg.eigvalsh(here.observed * np.outer(unit, unit))[0] >= FLAT)
