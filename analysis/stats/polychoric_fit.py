"""The fit of polychoric correlations to many tables of counts at once, with the variance of each.

The correlation is an angle, rho = sin(angle): there the derivative of a quadrant's probability is exp(-q) / (2 pi), and
a step of the angle changes every cell by one short integral. Tables stand last in every array, (C, D, tables), so that
hundreds of them share each operation.
"""

from __future__ import annotations

from math import nan, pi
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from analysis.stats.binormal import LARGEST, quadrant_gain
from analysis.stats.categories import is_constant, thresholds
from analysis.stats.value import ROUNDING, Array

ITERATIONS = 50
BOUND = float(np.arcsin(LARGEST))
FLAT = 1e-8  # information of one person about the angle below which nothing changes any more
LOSS = 1e-6  # of log-likelihood, below which it may be rounding in the rarest cell
SMALL = 1e-4  # steps that are taken in any case
RARE = 1e-16  # a probability below it is rounding
AT_ONCE = 384  # tables whose integrands fit into a processor's cache
STEP_NODES = ((0.01, 3), (0.1, 6), (0.5, 12))  # exact to rounding for steps up to that part of the way to a right angle
LAST_STEP = 1e-7  # radians; Newton's next step would be about its square


class Fits(NamedTuple):
    """Correlations of tables with their variances, (tables,); NaN where none exists, and why: at bound or not."""

    rho: Array
    variance: Array
    at_bound: Array


def fit_tables(tables: Array, last_step: float = LAST_STEP) -> Fits:
    """Return the polychoric correlation of each of many tables of counts, (C, D, tables)."""
    total = tables.shape[2]
    fits = Fits(np.full(total, nan), np.full(total, nan), np.zeros(total, dtype=bool))
    exist = ~(is_constant(tables.sum(axis=1)) | is_constant(tables.sum(axis=0)))
    for these in _parts(np.flatnonzero(exist)):
        for result, part in zip(fits, _fit(np.take(tables, these, axis=2), last_step), strict=True):
            result[these] = part
    return fits


def _parts(indices: Array) -> list[Array]:
    return [indices[start : start + AT_ONCE] for start in range(0, len(indices), AT_ONCE)]


class _Cells(NamedTuple):
    """Tables on the way to their angles, from independence on.

    Counts and cell probabilities (C, D, tables), thresholds (C - 1, 1, tables) and (1, D - 1, tables); the angle, the
    log-likelihood there and the longest step allowed, (tables,).
    """

    counts: Array
    probabilities: Array
    h: Array
    k: Array
    angle: Array
    loglik: Array
    longest: Array

    def only(self, which: Array) -> _Cells:
        return _Cells(*(np.compress(which, part, axis=-1) for part in self))


def _fit(tables: Array, last_step: float) -> Fits:
    """Return correlation and variance of tables without a constant item."""
    start = _independent(tables)
    moving, left = _moved(start, _first_step(start)), np.arange(tables.shape[2])
    rested = start._replace(probabilities=np.full(tables.shape, nan), angle=np.full(tables.shape[2], nan))
    for _ in range(ITERATIONS):
        step = _step(moving)
        moving = _moved(moving, step)
        done = np.abs(step) < last_step
        rested.angle[left[done]] = moving.angle[done]
        rested.probabilities[..., left[done]] = moving.probabilities[..., done]
        if done.all():
            break
        if done.any():
            moving, left = moving.only(~done), left[~done]
    at_bound = np.abs(rested.angle) >= BOUND
    return Fits(np.sin(rested.angle), np.where(at_bound, nan, _variance(rested)), at_bound)


def _independent(tables: Array) -> _Cells:
    """Return the tables at a correlation of 0, where every cell that can be used has a good probability."""
    rows, columns = tables.sum(axis=1), tables.sum(axis=0)
    h, k = thresholds(rows)[:, None], thresholds(columns)[None]
    probabilities = rows[:, None] * columns[None] / rows.sum(axis=0) ** 2
    angle = np.zeros(tables.shape[2])
    return _Cells(tables, probabilities, h, k, angle, _loglik(tables, probabilities), angle + pi)


def _first_step(cells: _Cells) -> Array:
    """Return the angle at which the category numbers would covary as they do, to first order; pi / 4 at most."""
    n, dims = cells.counts.sum(axis=(0, 1)), cells.counts.shape
    above = cells.counts / n - cells.probabilities  # than independent
    covariance = np.tensordot(np.arange(dims[0]), np.tensordot(np.arange(dims[1]), above, (0, 1)), 1)
    densities = [np.exp(-(cuts**2) / 2).sum(axis=(0, 1)) for cuts in (cells.h, cells.k)]
    return np.asarray(np.clip(2 * pi * covariance / (densities[0] * densities[1]), -pi / 4, pi / 4))


def _loglik(counts: Array, probabilities: Array) -> Array:
    return np.asarray((counts * np.log(np.maximum(probabilities, RARE))).sum(axis=(0, 1)))


def _corners(grid: Array) -> Array:
    """Return cells from values at inner corners that are 0 on the border; (C - 1, D - 1, ...) -> (C, D, ...)."""
    cells = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1, *grid.shape[2:]))
    cells[:-1, :-1] = grid
    cells[1:, :-1] -= grid
    cells[:-1, 1:] -= grid
    cells[1:, 1:] += grid
    return cells


def _slopes(cells: _Cells) -> tuple[Array, Array]:
    """Return first and second derivative of the cell probabilities by the angle."""
    sine, square = np.sin(cells.angle), np.cos(cells.angle) ** 2
    product, half = cells.h * cells.k, (cells.h**2 + cells.k**2) / 2
    first = np.exp((product * sine - half) / square) / (2 * pi)
    second = first * (product * (1 + sine**2) - 2 * sine * half) / (square * np.sqrt(square))
    return _corners(first), _corners(second)


def _step(cells: _Cells) -> Array:
    """Return the next step of each angle: Newton's where the likelihood curves down, Fisher's elsewhere.

    Where no cell changes any more, as near 1 where a corner is empty, on to the bound. At most half the way to a right
    angle, so that the integral over the step is exact with few nodes.
    """
    first, second = _slopes(cells)
    p = np.maximum(cells.probabilities, RARE)
    ratio = cells.counts / p
    gradient = (ratio * first).sum(axis=(0, 1))
    curvature = (ratio * (first**2 / p - second)).sum(axis=(0, 1))
    n, of_one = cells.counts.sum(axis=(0, 1)), (first**2 / p).sum(axis=(0, 1))
    step = gradient / np.where(curvature > 0, curvature, np.maximum(n * of_one, RARE))
    step = np.where(of_one < FLAT, np.copysign(pi, cells.angle), step)
    most = np.minimum(cells.longest, (pi / 2 - np.abs(cells.angle)) / 2)
    step = np.clip(step, -most, most)
    return np.clip(cells.angle + step, -BOUND, BOUND) - cells.angle


def _moved(cells: _Cells, step: Array) -> _Cells:
    """Return the tables a step further, with the integral over the step added to their cells.

    A step by which a likelihood falls is taken back and the next is at most a quarter of it; then they may double.
    """
    reach = float((np.abs(step) / (pi / 2 - np.abs(cells.angle))).max())
    nodes = next((nodes for limit, nodes in STEP_NODES if reach <= limit), STEP_NODES[-1][1])
    angle = cells.angle + step
    gain = quadrant_gain(cells.h, cells.k, angle, cells.angle, nodes=nodes)
    probabilities = cells.probabilities + _corners(gain)
    loglik = _loglik(cells.counts, probabilities)
    fell = (loglik < cells.loglik - LOSS) & (np.abs(step) > SMALL)
    if fell.any():
        angle, loglik = np.where(fell, cells.angle, angle), np.where(fell, cells.loglik, loglik)
        probabilities = np.where(fell, cells.probabilities, probabilities)
    longest = np.where(fell, np.abs(step) / 4, 2 * cells.longest)
    return cells._replace(probabilities=probabilities, angle=angle, loglik=loglik, longest=longest)


def _variance(cells: _Cells) -> Array:
    """Return the large-sample variance of each correlation: counts times the square of each cell's influence on it.

    A person's influence is the derivative of the log-likelihood by rho, plus what the person moves the thresholds times
    what these move that derivative, over the sum of squared derivatives.
    """
    rho, counts = np.sin(cells.angle), cells.counts
    p = np.maximum(cells.probabilities, RARE)
    score = np.where(counts > 0, _slopes(cells)[0] / p / np.cos(cells.angle), 0.0)
    ratio = counts * score / p
    by_rows = _through_thresholds(ratio, counts.sum(axis=1), cells.h, cells.k, rho)
    flip = (1, 0, 2)
    k, h = cells.k.transpose(flip), cells.h.transpose(flip)
    by_columns = _through_thresholds(ratio.transpose(flip), counts.sum(axis=0), k, h, rho)
    influence = score - by_rows[:, None] - by_columns[None]
    information = np.maximum((counts * score**2).sum(axis=(0, 1)), RARE)
    variance = (counts * influence**2).sum(axis=(0, 1)) / information**2
    return np.where(variance > ROUNDING, variance, nan)


def _through_thresholds(ratio: Array, margin: Array, h: Array, k: Array, rho: Array) -> Array:
    """Return what an answer in each category of the first item does to the score of rho by moving its thresholds.

    A person in category a moves threshold j by (1[a <= j] - share up to j) / (n density); the density cancels against
    that in the derivative of the cells by the threshold: the chance of each category of the other item at it.
    """
    below = ndtr((k - rho * h) / np.sqrt(1 - rho**2))
    edge = np.zeros_like(below[:, :1])
    chances = np.diff(np.concatenate([edge, below, edge + 1], axis=1), axis=1)
    n = margin.sum(axis=0)
    moved = (chances * (ratio[:-1] - ratio[1:])).sum(axis=1) / n
    level = (moved * margin.cumsum(axis=0)[:-1] / n).sum(axis=0)
    upward = np.concatenate([moved[::-1].cumsum(axis=0)[::-1], np.zeros_like(moved[:1])])
    return np.asarray(upward - level)
