"""The rows of agreement beside the correlations: each number again by loops, n, words of gaps, and what is public."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import isnan

import numpy as np
import pingouin
import pytest
from handmade import MIRRORED, MIXED, PROFILE, answers, book, couples, items, made
from scipy import stats as scipy_stats
from surveys import message

import analysis as an
from analysis.disclosure import HIDDEN, public
from analysis.estimation.agreement import NO_EQUIVALENCE, NOT_ANEW
from analysis.estimation.notes import NO_DIFFERENCE, PERFECT
from analysis.estimation.omegas import NOT_ORDERED
from analysis.estimation.perceptions import ALIKE
from analysis.estimation.score_coefficients import NO_VARIANCE
from analysis.estimation.score_differences import DETERMINED, NO_LEVELS, SAME_SIZE, TIED, TOO_FEW_BEYOND
from analysis.estimation.within_couples import BEYOND
from analysis.results import NOT_SHOWN, Row
from analysis.stats.value import Array

SELF_OTHER, ASSUMED = "self_other_agreement", "assumed_similarity"
Z = scipy_stats.norm.ppf(0.975)


def scores(data: an.Couples, scale: str = "H1") -> tuple[Array, Array]:
    pairs = data.scored([scale])[:, :, 0]
    x, y = pairs[np.isfinite(pairs).all(axis=1)].T
    return x, y


def one(table: an.Estimates, statistic: str, variant: str = "", **where: str) -> Row:
    (row,) = table.where(statistic=statistic, variant=variant, **where)
    return row


def ratio(between: float, inside: float) -> float:
    return (between - inside) / (between + inside)


def mean_squares(x: Array, y: Array) -> tuple[float, float, float, float]:
    """Return those of couples, within, of partners, and of what is left, from the table itself."""
    table = np.stack([x, y], axis=1)
    n, whole = len(x), table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = 2 * ((rows - whole) ** 2).sum() / (n - 1)
    inside = ((table - rows[:, None]) ** 2).sum() / n
    partners = n * ((columns - whole) ** 2).sum()
    left = ((table - rows[:, None] - columns + whole) ** 2).sum() / (n - 1)
    return between, inside, partners, left


def icc_a1(x: Array, y: Array) -> float:
    between, _, partners, left = mean_squares(x, y)
    return (between - left) / (between + left + 2 * (partners - left) / len(x))


def ccc(x: Array, y: Array) -> float:
    return float(2 * np.cov(x, y, ddof=0)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))


def double_entry(x: Array, y: Array) -> float:
    return float(np.corrcoef(np.concatenate([x, y]), np.concatenate([y, x]))[0, 1])


INDICES: dict[str, Callable[[Array, Array], float]] = {
    "icc_1": lambda x, y: ratio(*mean_squares(x, y)[:2]),
    "icc_c1": lambda x, y: ratio(mean_squares(x, y)[0], mean_squares(x, y)[3]),
    "icc_a1": icc_a1,
    "icc_pairwise": double_entry,
    "ccc": ccc,
    "pearson_r": lambda x, y: float(np.corrcoef(x, y)[0, 1]),
    "krippendorff_interval": lambda x, y: 1 - (1 - double_entry(x, y)) * (2 * len(x) - 1) / (2 * len(x)),
    "mean_abs_difference": lambda x, y: float(np.abs(x - y).mean()),
}


def left_out(of: Callable[[Array, Array], float], x: Array, y: Array, scale: Callable[[float], float]) -> Array:
    """Return the t interval on a scale from all samples without one couple, in that scale's own numbers."""
    n, whole = len(x), scale(of(x, y))
    without = np.array([scale(of(np.delete(x, i), np.delete(y, i))) for i in range(n)])
    se = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    return np.asarray(whole + np.array([-1, 1]) * scipy_stats.t.ppf(0.975, n - 1) * se)


@pytest.mark.parametrize("statistic", ["icc_1", "icc_c1", "icc_a1", "icc_pairwise", "ccc", "pearson_r"])
def test_variant_jackknife_is_made_by_leaving_couples_out_on_fishers_z(statistic: str) -> None:
    data = made(PROFILE, absent=[(0, 1)])
    x, y = scores(data)
    row = one(an.agreement(data), statistic, "jackknife", scale="H1")
    assert row["estimate"] == pytest.approx(INDICES[statistic](x, y))
    expected = np.tanh(left_out(INDICES[statistic], x, y, np.arctanh))
    assert [row["lower"], row["upper"]] == pytest.approx(expected.tolist())
    assert (row["n_couples"], row["n_persons"], row["df"], row["note"]) == (29, 58, 28, "")
    assert isnan(row["p"])
    assert "couples left out" in row["method"]


def test_alpha_of_scores_has_the_interval_of_the_pairwise_icc() -> None:
    data = made(PROFILE, 12)
    x, y = scores(data)
    table = an.agreement(data)
    alpha, icc = one(table, "krippendorff_interval", scale="H1"), one(table, "icc_pairwise", "jackknife", scale="H1")
    assert alpha["estimate"] == pytest.approx(INDICES["krippendorff_interval"](x, y))
    assert "variant jackknife" in alpha["note"]
    row = one(table, "krippendorff_interval", "jackknife", scale="H1")
    assert row["lower"] == pytest.approx(1 - (1 - icc["lower"]) * 23 / 24)
    assert row["upper"] == pytest.approx(1 - (1 - icc["upper"]) * 23 / 24)


def test_limits_of_agreement_by_leaving_couples_out_and_by_quantiles() -> None:
    data = made(PROFILE, 40)
    x, y = scores(data)
    table = an.agreement(data)
    for name, side, percent in (("loa_lower", -1, 2.5), ("loa_upper", 1, 97.5)):
        exact, without = one(table, name, scale="H1"), one(table, name, "jackknife", scale="H1")

        def limit(a: Array, b: Array, side: int = side) -> float:
            return float((a - b).mean() + side * Z * (a - b).std(ddof=1))

        assert exact["estimate"] == without["estimate"] == pytest.approx(limit(x, y))
        expected = left_out(limit, x, y, lambda value: value)
        assert [without["lower"], without["upper"]] == pytest.approx(expected.tolist())
        quantile = one(table, name, "quantile", scale="H1")
        assert quantile["estimate"] == pytest.approx(np.percentile(x - y, percent))
        assert all(row["method"].startswith("w minus m;") for row in (exact, without, quantile))
        assert 4 in (-quantile["lower"], quantile["upper"])  # the scale's end, as 40 couples have none beyond
        assert all(isnan(row["p"]) for row in (exact, without, quantile))


def test_quantiles_without_a_declared_range_say_why_they_have_no_interval() -> None:
    data = made(book(items("N1", 3, low=None, high=None)), 40)
    for name in ("loa_lower", "loa_upper"):
        row = one(an.agreement(data), name, "quantile", scale="N1")
        assert row["note"] == TOO_FEW_BEYOND
        assert np.isfinite(row["estimate"])


def test_the_slopes_are_those_of_least_squares_and_hc3() -> None:
    data = made(PROFILE, 40)
    x, y = scores(data)
    middle, d = (x + y) / 2, x - y
    table = an.agreement(data)
    line = scipy_stats.linregress(middle, d)
    plain, robust = (one(table, "loa_slope", variant, scale="H1") for variant in ("", "robust"))
    assert [plain["estimate"], plain["p"]] == pytest.approx([line.slope, line.pvalue])
    residuals = np.abs(d - line.intercept - line.slope * middle)
    spread = scipy_stats.linregress(middle, residuals)
    of_spread = one(table, "loa_heteroscedasticity", scale="H1")
    assert [of_spread["estimate"], of_spread["se"]] == pytest.approx([spread.slope, spread.stderr])
    without = [scipy_stats.linregress(np.delete(middle, i), np.delete(d, i)).slope for i in range(40)]
    assert robust["se"] == pytest.approx(np.sqrt(((np.array(without) - line.slope) ** 2).sum()))
    assert robust["estimate"] == plain["estimate"]


def test_only_a_p_that_keeps_its_level_is_shown() -> None:
    table = an.agreement(made(PROFILE, 40)).where(scale="H1")
    shown = {
        (row["statistic"], row["variant"]) for row in table if np.isfinite(row["p"]) and NOT_SHOWN not in row["note"]
    }
    pseudo = {(name, "pseudo") for name in INDICES}
    assert shown == pseudo | {
        ("pearson_r", ""), ("icc_a1", ""), ("icc_c1", ""), ("mean_difference", ""), ("sd_ratio", "jackknife"),
        ("loa_slope", "robust"),
    }  # fmt: skip
    hidden = {(row["statistic"], row["variant"]) for row in table if NOT_SHOWN in row["note"]}
    assert hidden == {
        ("icc_1", ""), ("sd_ratio", ""), ("loa_slope", ""), ("loa_heteroscedasticity", ""),
        ("loa_heteroscedasticity", "robust"),
    }  # fmt: skip
    assert all(isnan(row["p_adjusted"]) for row in table if NOT_SHOWN in row["note"])
    exchangeable = an.agreement(made(PROFILE, 40, roles=None)).where(scale="H1")
    assert NOT_SHOWN not in one(exchangeable, "icc_1")["note"]  # their means are equal by construction
    assert NOT_SHOWN in one(exchangeable, "loa_heteroscedasticity")["note"]


def test_the_ratio_of_spreads_by_leaving_couples_out() -> None:
    data = made(PROFILE)
    x, y = scores(data)

    def of(a: Array, b: Array) -> float:
        return float(a.std(ddof=1) / b.std(ddof=1))

    row = one(an.agreement(data), "sd_ratio", "jackknife", scale="H1")
    assert row["estimate"] == pytest.approx(of(x, y))
    assert [row["lower"], row["upper"]] == pytest.approx(np.exp(left_out(of, x, y, np.log)).tolist())
    assert row["method"].startswith("w over m;")
    assert np.isfinite(row["p"])


def test_exchangeable_differences_have_a_size_and_no_sign() -> None:
    data = made(PROFILE, 20, roles=None)
    x, y = scores(data)
    table = an.agreement(data).where(scale="H1")
    limit = one(table, "loa_upper")
    size = np.sqrt(((x - y) ** 2).mean())
    ends = Z * size * np.sqrt(20 / scipy_stats.chi2.ppf([0.975, 0.025], 20))
    assert limit["estimate"] == pytest.approx(Z * size)
    assert [limit["lower"], limit["upper"]] == pytest.approx(ends.tolist())
    assert limit["method"].startswith("+/-")
    assert one(table, "loa_heteroscedasticity")["estimate"] == pytest.approx(
        scipy_stats.linregress((x + y) / 2, np.abs(x - y)).slope
    )
    without = one(table, "loa_upper", "jackknife")
    expected = left_out(lambda a, b: float(Z * np.sqrt(((a - b) ** 2).mean())), x, y, np.log)
    assert [without["lower"], without["upper"]] == pytest.approx(np.exp(expected).tolist())


def test_what_dependence_does_to_other_tests_is_said() -> None:
    table = an.agreement(made(PROFILE, 40)).where(scale="H1")
    row, icc = one(table, "design_effect"), one(table, "icc_1")
    assert [row[end] for end in ("estimate", "lower", "upper")] == [
        1 + icc[end] for end in ("estimate", "lower", "upper")
    ]  # fmt: skip
    assert (
        "tests at .05 that took partners for independent persons would find something where nothing is" in row["note"]
    )
    assert not len(an.agreement(made(MIRRORED)).where(statistic="design_effect", comparison=SELF_OTHER))


# ------------------------------------------------------------------------------------------------- equivalence


def test_equivalence_is_two_one_sided_tests_within_the_scales_own_bound_or_the_default() -> None:
    data = made(PROFILE, 40, settings={"equivalence": {"default": 0.5, "H2": 0.2}})
    table = an.agreement(data)
    for scale, bound in (("H1", 0.5), ("H2", 0.2)):
        x, y = scores(data, scale)
        row = one(table, "equivalence", scale=scale)
        below = scipy_stats.ttest_1samp(x - y, -bound, alternative="greater").pvalue
        above = scipy_stats.ttest_1samp(x - y, bound, alternative="less").pvalue
        interval = scipy_stats.ttest_1samp(x - y, 0).confidence_interval(0.9)
        assert row["p"] == pytest.approx(max(below, above))
        assert [row["lower"], row["upper"]] == pytest.approx(list(interval))
        assert row["confidence"] == pytest.approx(0.9)
        assert f"two one-sided t tests within -/+ {bound:g}, interval of 90%" in row["method"]


def test_without_bounds_and_for_exchangeable_partners_equivalence_is_not_tested() -> None:
    assert not len(an.agreement(made(PROFILE)).where(statistic="equivalence"))
    assert not len(
        an.agreement(made(PROFILE, settings={"equivalence": {"H2": 0.2}})).where(scale="H1", statistic="equivalence")
    )
    table = an.agreement(made(PROFILE, roles=None, settings={"equivalence": {"default": 0.5}}))
    assert not len(table.where(statistic="equivalence"))
    assert NO_EQUIVALENCE in table.notes


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"h1": 0.5}, "equivalence names the scale 'h1', which is not in the codebook. Did you mean 'H1'?"),
        ({"H1": 4}, "equivalence is 4 for H1, whose scores differ by at most 4; allowed is a number above 0 and below"),
        ({"default": 9}, "equivalence is 9 for U3, whose scores differ by at most 4"),
        ({"H1": 0}, "equivalence.H1 is 0; allowed is a number of points above 0"),
    ],
)
def test_a_bound_that_fits_no_scale_is_refused(bounds: dict[str, float], words: str) -> None:
    assert words in message(an.StudyError, made, PROFILE, settings={"equivalence": bounds})


def test_bounds_are_checked_when_settings_change_too() -> None:
    assert "Did you mean 'H1'?" in message(an.StudyError, made(PROFILE).with_settings, equivalence={"h1": 0.5})


# ------------------------------------------------------------------------------------------- inside each couple


def test_agreement_inside_couples_by_loops_over_them() -> None:
    cells = answers(PROFILE, 25)
    cells[0, 0, 0] = np.nan  # scored without it, but not complete on the items
    data = couples(PROFILE, cells)
    table = an.agreement(data).where(scale="H1")
    plain, linear, deviation = [], [], []
    for couple in cells[1:, :, :3].astype(float):
        u = np.mean([np.var(pair, ddof=1) / 2 for pair in couple.T])  # (5^2 - 1) / 12 = 2
        plain.append(3 * (1 - u) / (3 * (1 - u) + u) if u < 1 else 0.0)
        linear.append(1 - u)
        deviation.append(np.mean([np.abs(pair - pair.mean()).mean() for pair in couple.T]))
    for (statistic, variant), values in (
        (("rwg", ""), plain), (("rwg", "linear"), linear), (("average_deviation", ""), deviation),
    ):  # fmt: skip
        row, mean = one(table, statistic, variant), np.mean(values)
        half = scipy_stats.t.ppf(0.975, 23) * np.std(values, ddof=1) / np.sqrt(24)
        assert [row["estimate"], row["lower"], row["upper"]] == pytest.approx([mean, mean - half, mean + half])
        assert (row["n_couples"], row["n_persons"]) == (24, 48)
        assert isnan(row["p"])
        assert "every answer equally likely" in row["method"]
    assert "null 0.80" in one(table, "average_deviation")["method"]
    assert one(table, "rwg")["note"].startswith(BEYOND) == (min(linear) < 0)


def test_each_referent_has_its_own_agreement_inside_couples() -> None:
    found = {(row["statistic"], row["variant"]) for row in an.agreement(made(MIXED)).where(scale="H1", statistic="rwg")}
    assert found == {
        ("rwg", " ".join(filter(None, name))) for name in product(("", "self_items", "couple_items"), ("", "linear"))
    }  # fmt: skip


def test_answers_without_categories_have_no_null() -> None:
    table = an.agreement(made(book(items("N1", 3, low=None, high=None)), 10))
    for statistic, variant in (("rwg", ""), ("rwg", "linear"), ("average_deviation", "")):
        assert one(table, statistic, variant)["note"] == NOT_ORDERED


# --------------------------------------------------------------------------------------------- truth and bias


def three_scores(data: an.Couples) -> tuple[Array, Array]:
    return data.answers(["U1_partner"])[:, :, 0], data.answers(["U1_1", "U1_2"]).mean(axis=2)


def forces(perceived: Array, truth: Array, own: Array) -> Array:
    design = np.stack([np.ones_like(truth), truth, own], axis=1)
    return np.asarray(np.linalg.lstsq(design, perceived, rcond=None)[0][1:])


@pytest.mark.parametrize("slot", [0, 1])
def test_truth_and_bias_by_regressions_without_each_couple(slot: int) -> None:
    data = made(MIRRORED, 40, absent=[(0, 0), (1, 1)])
    perceived, own = three_scores(data)
    x, truth, mine = perceived[2:, slot], own[2:, 1 - slot], own[2:, slot]
    table = an.agreement(data).where(scale="U1", comparison=SELF_OTHER, partner="wm"[slot])
    whole = forces(x, truth, mine)
    without = np.array([forces(*(np.delete(part, i) for part in (x, truth, mine))) for i in range(38)])
    se = np.sqrt(((without - whole) ** 2).sum(axis=0))
    for place, statistic in enumerate(("accuracy", "bias")):
        row = one(table, statistic)
        assert [row["estimate"], row["se"]] == pytest.approx([whole[place], se[place]])
        assert row["p"] == pytest.approx(2 * scipy_stats.t.sf(abs(whole[place] / se[place]), 35))
        assert (row["n_couples"], row["n_persons"], row["df"]) == (38, 76, 35)
    directional, paired = one(table, "directional_bias"), scipy_stats.ttest_rel(x, truth)
    assert [directional["estimate"], directional["p"]] == pytest.approx([(x - truth).mean(), paired.pvalue])


def test_exchangeable_perceivers_are_pooled_with_couples_as_clusters() -> None:
    data = made(MIRRORED, 40, roles=None)
    perceived, own = three_scores(data)
    parts = perceived, own[:, ::-1], own
    whole = forces(*(part.ravel() for part in parts))
    without = np.array([forces(*(np.delete(part, i, axis=0).ravel() for part in parts)) for i in range(40)])
    se = np.sqrt(((without - whole) ** 2).sum(axis=0))
    table = an.agreement(data).where(scale="U1", comparison=SELF_OTHER, partner="both")
    for place, statistic in enumerate(("accuracy", "bias")):
        row = one(table, statistic)
        assert [row["estimate"], row["se"]] == pytest.approx([whole[place], se[place]])
        assert "couples as clusters" in row["method"]
        assert (row["n_couples"], row["n_persons"]) == (40, 80)


def test_too_few_perceivers_and_own_answers_that_do_not_vary_are_named() -> None:
    few = an.agreement(made(MIRRORED, 3)).where(scale="U1", partner="w")
    assert one(few, "accuracy")["note"] == "perceivers with all three scores: 3; 4 are needed"
    cells = answers(MIRRORED, 20)
    cells[:, 1, 3:5] = 3.0  # what m says of himself
    table = an.agreement(couples(MIRRORED, cells)).where(scale="U1", partner="w")
    assert one(table, "accuracy")["note"] == one(table, "bias")["note"] == ALIKE
    assert np.isfinite(one(table, "directional_bias")["lower"])


# --------------------------------------------------------------------------------------------- random couples


def strangers(index: str, x: Array, y: Array) -> float:
    """Return an index with its mean over couples replaced by that over all pairs that are no couple."""
    pairs = [(i, j) for i, j in product(range(len(x)), repeat=2) if i != j]
    first, second = np.array(pairs).T
    products = np.mean((x - x.mean())[first] * (y - y.mean())[second])
    if index == "mean_abs_difference":
        return float(np.abs(x[first] - y[second]).mean())
    if index == "pearson_r":
        return float(products / (x.std() * y.std()))
    return float(2 * products / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))


@pytest.mark.parametrize("index", ["mean_abs_difference", "pearson_r", "ccc"])
def test_random_couples_stand_beside_each_index(index: str) -> None:
    data = made(PROFILE, 30, absent=[(3, 0)])
    x, y = scores(data)
    row = one(an.agreement(data), index, "pseudo", scale="H1")
    assert row["estimate"] == pytest.approx(strangers(index, x, y))
    assert isnan(row["lower"])
    assert row["method"].startswith("all pairs that are no couple; p from 100 random re-pairings")
    assert (row["n_couples"], row["n_persons"]) == (29, 58)


def test_every_index_of_every_pair_has_its_random_couples() -> None:
    data = made(MIRRORED, 20)
    table = an.agreement(data)
    for comparison, partners in (("similarity", ("both",)), (SELF_OTHER, ("w", "m")), (ASSUMED, ("w", "m"))):
        for partner in partners:
            found = {
                row["statistic"]
                for row in table.where(scale="U1", comparison=comparison, partner=partner, variant="pseudo")
            }
            assert found == set(INDICES)
    mixed = an.agreement(made(MIXED)).where(scale="H1", statistic="icc_1")
    assert {"self_items pseudo", "couple_items pseudo", "self_items jackknife"} <= set(mixed.frame["variant"])


def test_a_perceiver_is_paired_anew_with_another_persons_own_answers() -> None:
    data = made(MIRRORED, 20)
    perceived, own = three_scores(data)
    row = one(an.agreement(data), "pearson_r", "pseudo", scale="U1", comparison=SELF_OTHER, partner="w")
    assert row["estimate"] == pytest.approx(strangers("pearson_r", perceived[:, 0], own[:, 1]))


def test_exchangeable_perceivers_have_no_random_couples_and_a_note_says_why() -> None:
    table = an.agreement(made(MIRRORED, 20, roles=None))
    assert NOT_ANEW in table.notes
    assert not len(table.where(comparison=[SELF_OTHER, ASSUMED], variant="pseudo"))
    assert len(table.where(comparison="similarity", variant="pseudo"))
    assert NOT_ANEW not in an.agreement(made(MIRRORED, 20)).notes


def test_a_couple_without_answers_changes_no_draw() -> None:
    cells = answers(PROFILE, 20)
    more = np.concatenate([np.full((1, *cells.shape[1:]), np.nan, dtype=object), cells])
    for analysis in (an.agreement, an.item_agreement):
        one_table, other = (analysis(couples(PROFILE, each)).where(variant="pseudo").frame for each in (cells, more))
        assert one_table["p"].tolist() == other["p"].tolist()


# ----------------------------------------------------------------------------------------------- adjusted p

ANALYSES = {
    "agreement": (an.agreement, ["statistic", "comparison", "partner", "variant"]),
    "item_agreement": (an.item_agreement, ["scale", "statistic", "variant"]),
    "distinguishability": (an.distinguishability, ["statistic", "variant"]),
}


@pytest.mark.parametrize(("method", "name"), [("holm", "Holm"), ("fdr_bh", "Benjamini and Hochberg")])
@pytest.mark.parametrize("analysis", ANALYSES)
def test_p_is_adjusted_as_pingouin_does_within_each_family(analysis: str, method: str, name: str) -> None:
    verb, family = ANALYSES[analysis]
    table = verb(made(MIRRORED if analysis == "agreement" else PROFILE, 40, settings={"adjust": method}))
    frame = table.frame
    shown = frame[frame["p"].notna() & ~frame["note"].str.contains(NOT_SHOWN)]
    assert frame.loc[frame.index.difference(shown.index), "p_adjusted"].isna().all()
    sizes = set()
    for _, rows in shown.groupby(family):
        adjusted = pingouin.multicomp(rows["p"].to_list(), method=method)[1]
        assert rows["p_adjusted"].to_numpy() == pytest.approx(adjusted, rel=1e-12)
        count = "1 test" if len(rows) == 1 else f"{len(rows)} tests"
        assert rows["method"].str.endswith(f"p adjusted by {name} for {count}").all()
        sizes.add(len(rows))
    assert max(sizes) > 1
    assert any(note.startswith(f"p_adjusted: {name} across ") for note in table.notes)
    assert "p_adjusted" in repr(table).splitlines()[0]


# ------------------------------------------------------------------------------------------- gaps, and tiny data


def test_scores_that_are_the_same_for_both_leave_reasons() -> None:
    cells = answers(PROFILE, 20)
    cells[:, 1] = cells[:, 0]
    table = an.agreement(couples(PROFILE, cells)).where(scale="H1")
    for name, variant in (("icc_1", "jackknife"), ("krippendorff_interval", "jackknife"), ("design_effect", "")):
        assert one(table, name, variant)["note"] == PERFECT
    assert one(table, "loa_lower")["note"] == f"{NO_DIFFERENCE}: no interval and no test"
    assert one(table, "mean_abs_difference")["note"] == SAME_SIZE
    assert one(table, "sd_ratio")["note"] == DETERMINED
    assert one(table, "design_effect")["estimate"] == 2
    assert one(table, "rwg")["estimate"] == 1


def test_so_many_couples_that_differ_alike_leave_a_quantile_no_interval() -> None:
    cells = answers(PROFILE, 200)
    cells[:, 1, 0:3] = cells[:, 0, 0:3]
    row = one(an.agreement(couples(PROFILE, cells)), "loa_lower", "quantile", scale="H1")
    assert (row["estimate"], row["note"]) == (0, TIED)


def test_a_constant_partner_leaves_reasons() -> None:
    for slot in (0, 1):
        cells = answers(PROFILE, 20)
        cells[:, slot, 0:3] = 4.0
        table = an.agreement(couples(PROFILE, cells)).where(scale="H1")
        for name, variant in (
            ("pearson_r", "jackknife"),
            ("ccc", "pseudo"),
            ("sd_ratio", ""),
            ("sd_ratio", "jackknife"),
        ):
            row = one(table, name, variant)
            assert isnan(row["estimate"])
            assert row["note"] == NO_VARIANCE


def test_couples_of_one_mean_have_no_slope() -> None:
    cells = answers(PROFILE, 20)
    cells[:, 1, 0:3] = 6.0 - cells[:, 0, 0:3]
    table = an.agreement(couples(PROFILE, cells)).where(scale="H1")
    for name, variant in product(("loa_slope", "loa_heteroscedasticity"), ("", "robust")):
        assert one(table, name, variant)["note"] == NO_LEVELS


def test_three_couples_have_numbers_but_nothing_by_leaving_couples_out() -> None:
    table = an.agreement(made(PROFILE, 3)).where(scale="H2")
    for name in ("icc_1", "ccc", "loa_upper", "sd_ratio"):
        row = one(table, name, "jackknife")
        assert np.isfinite(row["estimate"])
        assert row["note"] == "too few couples for an interval: 3"
    assert np.isfinite(one(table, "loa_lower")["lower"])
    assert one(table, "loa_lower", "quantile")["lower"] == -4
    assert np.isfinite(one(table, "ccc", "pseudo")["p"])


# ----------------------------------------------------------------------------------------------------- public


def test_quantiles_of_differences_are_never_public() -> None:
    data = made(PROFILE, 40)
    table = an.agreement(data)
    for settings, hidden in ((data.settings, True), (an.Settings(disclose=True), False)):
        shown = public(table, settings)
        rows = [row for row in shown if row["variant"] == "quantile"]
        assert len(rows) == 12
        assert all((row["note"] == HIDDEN) == hidden and isnan(row["lower"]) == hidden for row in rows)
        assert np.isfinite(one(shown, "loa_lower", scale="H1")["lower"])


@pytest.mark.parametrize("kind", ["same", "constant", "opposite"])
def test_nothing_is_public_of_scores_that_tell_each_other(kind: str) -> None:
    cells = answers(PROFILE, 40)
    cells[:, 1, 0:3] = {"same": cells[:, 0, 0:3], "constant": 4.0, "opposite": 6.0 - cells[:, 0, 0:3]}[kind]
    shown = public(an.agreement(couples(PROFILE, cells)), an.Settings())
    for row in shown:
        assert (row["note"] == HIDDEN) == (row["scale"] == "H1" or row["variant"] == "quantile")


def test_a_directional_bias_on_almost_the_couples_of_the_mean_difference_is_hidden() -> None:
    for missing, hidden in ((0, False), (3, True), (12, False)):
        cells = answers(MIRRORED, 40)
        cells[:missing, 0, 3:5] = np.nan  # w perceives and is perceived, but does not say how she is
        table = public(an.agreement(couples(MIRRORED, cells)), an.Settings())
        row = one(table, "directional_bias", scale="U1", partner="w")
        assert (row["note"] == HIDDEN) == hidden
        assert np.isfinite(one(table, "mean_difference", scale="U1", comparison=SELF_OTHER, partner="w")["estimate"])
