"""What it would do to take two partners for two independent persons.

With an intraclass correlation rho of partners the mean of 2 n persons has (1 + rho) times the variance that 2 n
independent persons would give it, and a difference between partners 1 - rho times. Sources: Kenny & Judd (1986),
https://doi.org/10.1037/0033-2909.99.3.422; Kenny, Kashy & Cook (2006, ISBN 978-1572309869), chapter 2.
"""

from __future__ import annotations

from math import nan, sqrt

from analysis.stats.intervals import t_quantile, t_two_sided
from analysis.stats.value import Value


def design_effect(icc: Value) -> Value:
    """Return 1 + ICC(1) with the interval of the ICC: below 1 where partners are less alike than strangers.

    Examples
    --------
    >>> design_effect(Value(0.4, 0.2, 0.6, p=0.001))
    Value(estimate=1.4, lower=1.2, upper=1.6, se=nan, test=nan, df=nan, df2=nan, p=nan)
    """
    return Value(1 + icc.estimate, 1 + icc.lower, 1 + icc.upper)


def false_alarms_of_couples(icc: float, n: int, level: float = 0.05) -> float:
    """Return how often a predictor that both partners share is found where it does nothing, by a test on 2 n persons.

    As length of relationship, or a group that couples are in: the t of a regression or of two groups of persons, 2 n -
    2 df, at a nominal ``level``. Above it where partners are alike, below it where they are unlike.

    Notes
    -----
    2 P(T > t sqrt(c / (1 + rho))), c = 1 - rho / (n - 1) what the residual variance is short of, T with Satterthwaite's
    df of that variance. Normal scores. NaN for fewer than three couples.

    Examples
    --------
    >>> round(false_alarms_of_couples(0.5, 100), 3), round(false_alarms_of_couples(-0.5, 100), 3)
    (0.11, 0.006)
    """
    if n < 3 or not -1 < icc < 1:
        return nan
    between, within = (1 + icc) * (n - 2), (1 - icc) * n
    df = (between + within) ** 2 / ((1 + icc) * between + (1 - icc) * within)
    shrunk = (between + within) / (2 * n - 2) / (1 + icc)
    return t_two_sided(t_quantile(1 - level, 2 * n - 2) * sqrt(shrunk), df)


def false_alarms_of_partners(icc: float, n: int, level: float = 0.05) -> float:
    """Return how often partners are found to differ in their means where they do not, by a test of 2 n persons.

    The t of two independent groups, first and second partners, 2 n - 2 df: below ``level`` where partners are alike, so
    that true differences are missed. Normal scores. NaN for fewer than two couples.

    Notes
    -----
    2 P(T > t / sqrt(1 - rho)), T with 2 (n - 1) / (1 + rho^2) df.

    Examples
    --------
    >>> round(false_alarms_of_partners(0.5, 100), 3), round(false_alarms_of_partners(-0.5, 100), 3)
    (0.006, 0.109)
    """
    if n < 2 or not -1 < icc < 1:
        return nan
    return t_two_sided(t_quantile(1 - level, 2 * n - 2) / sqrt(1 - icc), 2 * (n - 1) / (1 + icc**2))
