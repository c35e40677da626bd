"""What may be shown: the reader to guard against is the partner, who knows half of every couple's answers.

Public tables and figures pass through here. Nothing is hidden when the study is synthetic, or when it says
``disclose = true``; then a stamp on every output says so.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd

from analysis.display import significant
from analysis.results import COUNTS, KEY, NUMBERS, Estimates
from analysis.rules import allowed_words
from analysis.settings import Settings
from analysis.statistics import kind_of

ONE = 1 - 1e-12
SPREADS = ("sd", "scale_sd")
OF_ONE_ITEM = ("exact", "within_1", "kappa_quadratic", "ac2", "krippendorff_ordinal", "polychoric_r")
WITH_INTERVAL = ("exact", "within_1", "kappa_quadratic")
TWO_DECIMALS = 2
COUNT = re.compile(r": (\d+)(?=[;,.)]|$)")
CONSTANT = "an item does not vary; it is counted in k"
NAMED_CONSTANT = re.compile(r"(an item is|items are) constant: .*", re.DOTALL)
HIDDEN = "hidden: too few couples, or it would tell one partner the other's answer"


def public(estimates: Estimates, settings: Settings) -> Estimates:
    """Return the results as they may be shown: small and telling cells blank with the reason, the rest rounded.

    Hidden are numbers on fewer couples than the threshold, and the next smallest group where a group is hidden; means
    within couples that rest on nearly the same persons as the mean of everyone; shares whose count or complement is
    under the threshold; all that coders make of a code that few persons, or all but few, were given, since agreement
    and kappa together tell how many; all on a finished score that almost everybody has at the same bound; and
    numbers that tell one partner the other's answer: a spread of exactly 0 with the mean that goes with it, a
    correlation of exactly 1 or -1, a distance of exactly 0. Whichever it was, a hidden
    row says the same and loses its n, so that the reason tells nothing. Everything else is rounded to four significant
    digits. With settings that are open (synthetic or disclosed) the results come back as they are.

    The two partners' answers to one item make a table with small cells, and fifteen indices of it at four digits tell
    every cell. So of one item's agreement six indices are shown, to two decimals, three of them with their interval;
    nothing, where few couples differ or few agree, or where a partner always gave the same answer.

    Where an item does not vary, everything on the items of its scale is hidden, as the scale's mean less the other
    items' means is everybody's answer to it. The skew of an item is hidden always: with n, mean, SD and the share at a
    bound it tells how many chose each answer. Quantiles of differences are one couple's difference. Where one partner's
    scores tell the other's, all that compares the two is hidden; so is the mean of perceptions less what is perceived,
    where it rests on almost the couples of the mean difference beside it.

    Examples
    --------
    >>> from analysis.results import row
    >>> few = Estimates([row("reliability", "alpha", scale="H1", estimate=0.8123456, n_couples=9, n_persons=9)])
    >>> public(few, Settings()).frame.loc[0, "note"]
    "hidden: too few couples, or it would tell one partner the other's answer"
    """
    if settings.open:
        return estimates
    frame = estimates.frame
    few = _on_few(frame, settings.threshold)
    hidden = few | _next_smallest_group(frame, few) | _nearly_everyone(frame, settings.threshold)
    hidden |= _small_shares(frame, settings.threshold) | _telling(frame) | frame["statistic"].eq("skew")
    hidden |= _beside_a_constant(frame) | _of_single_couples(frame) | _of_determined_scores(frame)
    hidden |= _nearly_all_perceivers(frame, settings.threshold)
    hidden |= _telling_of_one_item(frame, hidden)
    hidden |= _of_rare_codes(frame, hidden)
    hidden |= _of_rare_scores(frame, settings.threshold)
    frame.loc[hidden, [*NUMBERS]] = np.nan
    frame.loc[hidden, [*COUNTS]] = pd.NA
    frame.loc[hidden, "note"] = HIDDEN
    frame.loc[frame["note"].str.startswith("constant"), "note"] = CONSTANT
    frame["note"] = [public_note(note, settings) for note in frame["note"]]
    frame = _coarse_on_one_item(frame)
    frame[[*NUMBERS]] = frame[[*NUMBERS]].map(significant)
    return Estimates.of_frame(frame, [public_note(note, settings) for note in estimates.notes])


def public_note(note: str, settings: Settings) -> str:
    """Return a note in which small counts of couples or persons, those behind a colon, are "fewer than".

    Which item is constant is not told, as that is one answer of everybody.

    Examples
    --------
    >>> public_note("couples left out: 3; a flat profile", Settings())
    'couples left out: fewer than 10; a flat profile'
    >>> public_note("an item is constant: H1_2 (woman)", Settings())
    'an item is constant'
    """
    unnamed = NAMED_CONSTANT.sub("an item is constant", note)
    return COUNT.sub(lambda found: f": {public_count(int(found[1]), settings)}", unnamed)


def _on_few(frame: pd.DataFrame, threshold: int) -> pd.Series:
    return frame["n_couples"].lt(threshold) & frame["n_couples"].gt(0)


def _next_smallest_group(frame: pd.DataFrame, few: pd.Series) -> pd.Series:
    """Return the smallest shown group wherever a group is hidden: everyone less the shown groups is the hidden one."""
    place = [column for column in KEY if column != "group"]
    groups = frame[frame["group"].ne("")]
    open_ones = groups[~few[groups.index] & groups["n_couples"].gt(0)]
    beside_hidden = pd.MultiIndex.from_frame(open_ones[place]).isin(pd.MultiIndex.from_frame(groups.loc[few, place]))
    smallest = open_ones[beside_hidden].sort_values("n_couples", kind="stable").drop_duplicates(place)
    return pd.Series(frame.index.isin(smallest.index), index=frame.index)


def _nearly_everyone(frame: pd.DataFrame, threshold: int) -> pd.Series:
    """Return means within couples on almost the persons of the whole mean: the two means give the others away."""
    place = [column for column in KEY if column != "variant"]
    means = frame[frame["statistic"].eq("scale_mean")]
    whole = means[means["variant"].eq("")].set_index(place)["n_persons"]
    within = means[means["variant"].eq("within_couple")]
    others = whole.reindex(pd.MultiIndex.from_frame(within[place])).to_numpy(float) - within["n_persons"].to_numpy(
        float
    )
    near = within.index[(others > 0) & (others < threshold)]
    return pd.Series(frame.index.isin(near), index=frame.index)


def _small_shares(frame: pd.DataFrame, threshold: int) -> pd.Series:
    """Return which shares count, or leave over, fewer persons than the threshold."""
    pairs = zip(frame["section"], frame["statistic"], strict=True)
    share = pd.Series([kind_of(section, statistic) == "share" for section, statistic in pairs], index=frame.index)
    count = frame["estimate"] * frame["n_persons"].astype(float)
    rest = frame["n_persons"].astype(float) - count
    return share & ((count.round() < threshold) | (rest.round() < threshold))


def _of_rare_codes(frame: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Return the agreement of coders on codes whose prevalence is hidden, or that a coder gave to nobody or to all."""
    of_coders = frame["statistic"].str.startswith("coder_")
    extreme = frame["statistic"].eq("coder_kappa") & frame["lower"].isna()
    rare = extreme | (hidden & frame["statistic"].eq("coder_prevalence"))
    return of_coders & frame["scale"].isin(frame.loc[rare, "scale"])


def _of_rare_scores(frame: pd.DataFrame, threshold: int) -> pd.Series:
    """Return all rows on finished scores that almost everybody has at the same bound, such as a code that few have.

    Their means, spreads and correlations tell how many those few are. Where a block has one such score alone, the block
    less the others tells its mean, so blocks are hidden, too.
    """
    at_bound = frame["statistic"].isin(["scale_floor", "scale_ceiling"]) & frame["n_couples"].ge(threshold)
    others = (1 - frame["estimate"]) * frame["n_persons"].astype(float)
    rare = set(frame.loc[at_bound & others.round().lt(threshold), "scale"])
    of_rare = frame["scale"].str.split("+").map(lambda codes: bool(rare.intersection(codes)))
    alone = 1 in Counter(code[0] for code in rare).values()
    return (of_rare | (alone & frame["scale"].str.startswith("block:"))) & ~frame["statistic"].str.startswith("coder_")


def _telling(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold what follows for every single person: no spread, a perfect correlation, no distance."""
    pairs = zip(frame["section"], frame["statistic"], strict=True)
    kinds = pd.Series([kind_of(section, statistic) for section, statistic in pairs], index=frame.index)
    of_partners = frame["section"].isin(["agreement", "profiles"]) | frame["statistic"].eq("cross_partner_r")
    perfect = of_partners & kinds.eq("coefficient") & frame["estimate"].abs().ge(ONE)
    no_distance = frame["statistic"].isin(["profile_d2"]) & frame["estimate"].eq(0)
    no_spread = frame["statistic"].isin(SPREADS) & frame["estimate"].eq(0)
    place = [column for column in KEY if column not in ("statistic", "variant", "comparison")]
    return perfect | no_distance | frame["se"].eq(0) | _at_the_place_of(frame, no_spread, place)


def _beside_a_constant(frame: pd.DataFrame) -> pd.Series:
    """Return all rows on items of a scale with one that does not vary: the scale's mean less the others' tells it."""
    items = frame["section"].eq("items")
    constant = items & frame["statistic"].eq("sd") & frame["estimate"].eq(0)
    beside = items & _at_the_place_of(frame, constant, ["scale", "partner", "group"])
    return beside | (_on_one_item(frame) & frame["scale"].isin(frame.loc[constant, "scale"]))


def _on_one_item(frame: pd.DataFrame) -> pd.Series:
    """Return the rows that compare the two partners' answers to one item."""
    return frame["section"].eq("agreement") & frame["item"].ne("")


def _telling_of_one_item(frame: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Return the indices that are not shown of one item, and all of those whose table of answers one would tell.

    That is where the share of equal answers is hidden, which most indices give back; and where one has no value or no
    spread, as a partner always gave the same answer. A hidden share takes that of random couples with it: with the
    shares of the answers the one tells the other.
    """
    of_items = _on_one_item(frame)
    flat = frame["se"].eq(0) | (frame["statistic"].isin(OF_ONE_ITEM) & frame["estimate"].isna())
    telling = of_items & ((frame["statistic"].eq("exact") & hidden) | flat)
    twins = _at_the_place_of(frame, of_items & hidden, ["scale", "item", "statistic"])
    whole = _at_the_place_of(frame, telling, ["scale", "item"])
    return of_items & (whole | twins | ~frame["statistic"].isin(OF_ONE_ITEM))


def _at_the_place_of(frame: pd.DataFrame, rows: pd.Series, place: list[str]) -> pd.Series:
    """Return all rows that share the columns of a place with one of the given rows."""
    places = pd.MultiIndex.from_frame(frame.loc[rows, place].drop_duplicates())
    return pd.Series(pd.MultiIndex.from_frame(frame[place]).isin(places), index=frame.index)


def _coarse_on_one_item(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the results with what is shown of single items to two decimals, spreads and most intervals left out."""
    of_items = _on_one_item(frame)
    without = of_items & ~frame["statistic"].isin(WITH_INTERVAL)
    frame.loc[of_items, ["se", "test", "df", "df2"]] = np.nan
    frame.loc[without, ["lower", "upper", "confidence"]] = np.nan
    shown = ["estimate", "lower", "upper"]
    frame.loc[of_items, shown] = frame.loc[of_items, shown].round(TWO_DECIMALS)
    return frame


def _of_single_couples(frame: pd.DataFrame) -> pd.Series:
    """Return the quantiles of differences: each, and each end of its interval, is what one or two couples differ by."""
    return frame["statistic"].isin(["loa_lower", "loa_upper"]) & frame["variant"].str.endswith("quantile")


def _of_determined_scores(frame: pd.DataFrame) -> pd.Series:
    """Return all rows that compare two scores of which one is the same for everybody, or follows from the other.

    Then they do not correlate, or perfectly, or all differ by the same.
    """
    compared = frame["section"].eq("agreement") & frame["item"].eq("") & frame["comparison"].ne("")
    r = frame["statistic"].isin(["icc_pairwise", "icc_c1", "pearson_r"]) & frame["n_couples"].gt(0)
    told = r & (frame["estimate"].isna() | frame["estimate"].abs().ge(ONE))
    place = ["scale", "partner", "group", "comparison"]
    return compared & _at_the_place_of(frame, compared & told, place)


def _nearly_all_perceivers(frame: pd.DataFrame, threshold: int) -> pd.Series:
    """Return directional biases on almost the couples of the mean difference, as two means give the others away."""
    place = ["scale", "partner", "group", "comparison"]
    means = frame[frame["statistic"].eq("mean_difference") & frame["variant"].eq("")].set_index(place)["n_couples"]
    biases = frame[frame["statistic"].eq("directional_bias")]
    whole = means.reindex(pd.MultiIndex.from_frame(biases[place])).to_numpy(float)
    others = whole - biases["n_couples"].to_numpy(float)
    near = biases.index[(others > 0) & (others < threshold)]
    return pd.Series(frame.index.isin(near), index=frame.index)


def stamp(settings: Settings) -> str:
    """Return the words that every output must carry, or an empty string.

    Examples
    --------
    >>> stamp(Settings(synthetic=True))
    'Synthetic data: no real couple answered.'
    >>> stamp(Settings(disclose=True))
    'Disclosed: single couples and small cells are shown. Do not give this to participants.'
    >>> stamp(Settings(allow=("double-entry",)))
    'Refused as a rule, allowed by study.toml: double-entry.'
    """
    words = ""
    if settings.synthetic:
        words = "Synthetic data: no real couple answered."
    elif settings.disclose:
        words = "Disclosed: single couples and small cells are shown. Do not give this to participants."
    return " ".join(filter(None, [words, allowed_words(settings.allow)]))


def public_cells(counts: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return a table of counts of persons as texts; any under the threshold, 0 too, is only "fewer than".

    Examples
    --------
    >>> public_cells(pd.DataFrame({"a": [12, 3], "b": [0, 40]}), Settings())
          a     b
    0    12  < 10
    1  < 10    40
    """
    return counts.map(lambda n: f"< {settings.threshold}" if n < settings.threshold and not settings.open else f"{n:,}")


def public_count(count: int, settings: Settings) -> str:
    """Return a count of couples, persons or rows as it may be shown: small ones only as "fewer than".

    Examples
    --------
    >>> public_count(3, Settings()), public_count(0, Settings()), public_count(1200, Settings())
    ('fewer than 10', '0', '1,200')
    """
    if 0 < count < settings.threshold and not settings.open:
        return f"fewer than {settings.threshold}"
    return f"{count:,}"
