"""The tables of docs/calibration.md, from analysis/calibration.csv and analysis/distinguishability.csv alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product

import pandas as pd

from analysis.stats.levels import LEVELS
from benchmarks import distinguishability

REQUIRED_FROM, REQUIRED_WITHIN = 100, 0.02  # couples with symmetric complete answers; distance from the level
SIZES = (50, 100, 200)
SHAPES = ("symmetric", "skewed")
TITLES = {"coverage": "Coverage of intervals", "type_1": "Type I error at .05"}
Place = tuple[str, float, int]
NOT_PRINTED = {
    *("bhapkar", "loa_slope", "sd_ratio"),
    *("icc_1", "icc_1 of unequal means"),  # with roles; exchangeable partners have one mean
    *(f"loa_heteroscedasticity{variant}" for variant in ("", " robust", " exchangeable")),  # bounds make a slope
    *(f"{name} {level}" for name in ("invariance", "invariance_difference") for level in LEVELS),
}

HEAD = """# Calibration

How often 95 % intervals held the truth, and how often p fell below .05 where nothing was there, in simulated couples
(`python3 run.py calibrate`; {data_sets:,} data sets a cell, {fewer} with {fewer} resamples where every resample refits
a model; 999 resamples elsewhere; seed 20261125). Answers of five categories, cut from normal variables:
symmetric, or skewed with half of the answers in the lowest category. Scales of four equal items; alpha .7 and .9,
correlation of the partners' scores 0 and .5, complete answers and 10 % of all answers missing at random (the estimates
are listwise, but for `fiml`). The truth is the statistic of the exact covariance matrix of the answers.

Each number is the share over both alphas and both correlations; behind it, in brackets, the cell of the four that is
farthest from what it should be. One cell of 2,000 data sets has a Monte Carlo error of .005 at .95, one of 500 of .010.
The interval of the RMSEA is one of 90 %; its truth, 0, is on the border. The p of `latent_r` is that of different
scales of two partners, in the cells where partners have nothing in common. Names that end in `exchangeable`, and
`_pooled` with a bootstrap or `fiml`, are of exchangeable partners: all persons together, couples as clusters, in the
quarter of the cells in which refitting bootstraps are measured, too.

With symmetric complete answers of 100 couples and more, every share over the cells but that of the RMSEA is within .02
of its level. Single cells farther away there: {misses}.

"""
AGREEMENT = """## Agreement

The same couples with complete answers (`python3 run.py calibrate agreement`; {data_sets:,} data sets a cell, {fewer} of
invariance). Scores are those of the first scale, answers to items those to its first item; the truths are exact, or the
mean of 250,000 couples (`rwg`, `average_deviation`, `mean_abs_difference`). Partners are alike: means, spreads, margins
and measurement are equal, and every test of these is true. Tests of dependence (coefficients, `accuracy`, `bias`, and
`pseudo`: 499 random re-pairings) are true in the half of the cells in which partners have nothing in common; that of
`equivalence` where they differ by just the bound, half a point. The intervals of `equivalence` and of the RMSEA, whose
truth is on the border, are of 90 %. `exchangeable`: in either order of the partners. Coders are two items of a person
each. Measures that share all numbers share a line.

Farther than .02 from their level over the cells, the RMSEA and every p that is not printed left out:

"""
SHOWN = """`printed` says whether tables, sentences and figures show the p. One that fell below .05 too often is in
results.csv alone, with its size in `note`; the line of the same name with `permutation`, `sign_flips`, `jackknife` or
`robust` is the one to read, and of partners with roles that of `icc_c1` instead of `icc_1`, which asks for equal means
too (`icc_1 of unequal means`: half a point apart).

"""


def page(table: pd.DataFrame, of_agreement: Collection[str]) -> str:
    """Return docs/calibration.md; ``of_agreement`` names the measures that stand in the section of agreement."""
    theirs = table["measure"].isin(list(of_agreement))
    reliability, agreement = table[~theirs], table[theirs]
    fewer, most = _data_sets(reliability, "omega bootstrap")
    text = HEAD.format(data_sets=most, fewer=fewer, misses=_misses(reliability))
    columns = list(product(SHAPES, (0.0, 0.1), SIZES))
    for what, title in TITLES.items():
        text += f"## {title}\n\n{_table(_lines(reliability, what), columns)}\n"
    return f"{text}{_of_agreement(agreement)}{distinguishability.tracked()}"


def _of_agreement(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    fewer, most = _data_sets(table, "invariance configural")
    columns = [(shape, 0.0, n) for shape, n in product(SHAPES, SIZES)]
    text = AGREEMENT.format(data_sets=most, fewer=fewer)
    text += "".join(f"- {shape}, {n} couples: {_off(table, shape, n)}.\n" for shape, n in product(SHAPES, SIZES)) + "\n"
    intervals = _table(_lines(table, "coverage"), columns)
    tests = _table(_lines(table, "type_1"), columns, printed=True)
    heads = [f"### {title}, agreement\n\n" for title in TITLES.values()]
    return f"{text}{heads[0]}{intervals}\n{heads[1]}{SHOWN}{tests}\n"


def _off(table: pd.DataFrame, shape: str, couples: int) -> str:
    """Return what is farther than .02 from its level over the cells, of what is printed."""
    far = (table["share"] - table["nominal"]).abs() > REQUIRED_WITHIN
    printed = (table["what"] == "coverage") | table["measure"].map(is_printed)
    kept = (table["shape"] == shape) & (table["couples"] == couples) & ~table["measure"].str.contains("_rmsea ")
    return _named(table[kept & far & printed], "share").replace(f" at {couples}", "")


def _data_sets(table: pd.DataFrame, refitted: str) -> tuple[int, int]:
    """Return the data sets of a cell of what refits models, whose largest share is over two cells, and of the rest."""
    fewer = table.loc[table["measure"] == refitted, "data_sets"].max()
    return int(fewer) // 2, int(table["data_sets"].max()) // 4


def is_printed(measure: str) -> bool:
    """Return whether tables show the p of a measure.

    Examples
    --------
    >>> is_printed("bhapkar"), is_printed("bhapkar permutation"), is_printed("invariance metric")
    (False, True, False)
    """
    return measure not in NOT_PRINTED


def _lines(table: pd.DataFrame, what: str) -> dict[str, dict[Place, str]]:
    """Return the cells of each measure, by where they stand."""
    found: dict[str, dict[Place, str]] = {}
    for row in table[table["what"] == what].to_dict("records"):
        place = (str(row["shape"]), float(row["missing"]), int(row["couples"]))
        found.setdefault(str(row["measure"]), {})[place] = _cell(float(row["share"]), float(row["worst"]))
    return found


def _table(lines: Mapping[str, Mapping[Place, str]], columns: Sequence[Place], *, printed: bool = False) -> str:
    """Return a table in Markdown; measures with the same numbers everywhere share a line."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for measure, found in lines.items():
        said = ("yes" if is_printed(measure) else "no",) if printed else ()
        alike.setdefault((*said, *(found.get(column, "") for column in columns)), []).append(measure)
    heads = [f"{shape}{', 10 % missing' if missing else ''}, n = {n}" for shape, missing, n in columns]
    rows = [["statistic", *(["printed"] if printed else []), *heads]]
    rows += [[", ".join(f"`{name}`" for name in names), *cells] for cells, names in alike.items()]
    body = ["| " + " | ".join(row) + " |" for row in rows]
    body.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(body) + "\n"


def _misses(table: pd.DataFrame) -> str:
    """Return the measures of which a single cell misses its level by more than .02 where answers are well-behaved."""
    kept = (table["shape"] == "symmetric") & (table["missing"] == 0) & (table["couples"] >= REQUIRED_FROM)
    far = (table["worst"] - table["nominal"]).abs() > REQUIRED_WITHIN
    return _named(table[kept & far & (table["measure"] != "onefactor_rmsea")], "worst")


def _named(table: pd.DataFrame, column: str) -> str:
    found = [
        f"`{line['measure']}` {line[column]:.3f}{' (p)' * (line['what'] == 'type_1')} at {line['couples']}".replace(
            " 0.", " ."
        )
        for line in table.to_dict("records")
    ]
    return ", ".join(found) or "none"


def _cell(share: float, worst: float) -> str:
    return f"{share:.3f} ({worst:.3f})".replace("0.", ".")
