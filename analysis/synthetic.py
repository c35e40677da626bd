"""Synthetic couples with known truth: for teaching, tests and planning.

Answers are normal variables cut at thresholds. What they are in the population is solved for in
:mod:`analysis.population`; here they are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pandas as pd

from analysis.couples import Couples
from analysis.errors import SurveyError, did_you_mean, named
from analysis.frames import couples_from_frame
from analysis.instrument.codebook import Codebook, Item
from analysis.instrument.files import built_in, survey
from analysis.population import SHIFTS, ByScale, Population, by_scale, population
from analysis.settings import Settings
from analysis.stats.resampling import stream
from analysis.stats.value import Array

SAME_BLOCK, OTHER_BLOCK = 0.5, -0.4  # correlations of the scales' factors within a person
OF_PARTNER, OF_ONESELF = 0.5, 0.3  # how much of a mirrored answer is the partner's own answer, and one's own
COMPANION_LOADING = 0.6
NOT_ASKED = "-77"
OF_CELLS = ("not_asked", "refused", "skipped")


def make_couples(
    couples: int = 200,
    *,
    codebook: Codebook | None = None,
    alpha: ByScale = 0.8,
    partner_r: ByScale = 0.35,
    role_difference: ByScale = 0.0,
    answers: str = "typical",
    missing: Mapping[str, float] | None = None,
    one_partner: float = 0.0,
    roles: Sequence[str] | None = ("woman", "man"),
    seed: int = 1,
    settings: Settings | None = None,
) -> Couples:
    """Return synthetic couples, paired, coded and scored: :func:`make_responses` through the intake.

    Parameters
    ----------
    couples : int
        How many couples, 2 or more.
    codebook : Codebook, optional
        The built-in one by default.
    alpha, partner_r, role_difference : float or mapping of scale code to float
        Alpha of each scale, correlation of the partners' scores, and mean of the first role minus mean of the second in
        scale points: of the answers, in the population, complete and exact. A scale of one item has no alpha.
    answers : {"typical", "symmetric", "skewed"}
        How answers spread: typical leans healthy scales up and unhealthy ones down, and some scales more than others,
        so that there is a profile that everybody shares; skewed leans them strongly.
    missing : mapping of reason to share, optional
        ``refused``, ``skipped``, ``not_asked``: shares of cells. ``does_not_apply``: share of couples for whom a gate
        is closed, each gate apart; behind a closed gate no answer is missing for another reason.
    one_partner : float
        Share of couples of whom one partner answered.
    roles : two labels, or None
        None makes exchangeable partners.
    seed : int
    settings : Settings, optional
        By default those of a synthetic study.

    Examples
    --------
    >>> make_couples(30, seed=2, roles=None)  # doctest: +ELLIPSIS
    30 couples, partners exchangeable: 30 with both partners, 0 with one
      76 items, 15 scales (built-in)
      file rows: 60 kept, 0 out (see .ledger)
      missing answers: 0.0%
      analyses: describe, items, reliability, ..., agreement, profiles
      no distinguishability: Partners are exchangeable here: ...
      no invariance: These partners are exchangeable, ...
    """
    codebook = codebook or built_in()
    frame = make_responses(
        couples, codebook=codebook, alpha=alpha, partner_r=partner_r, role_difference=role_difference,
        answers=answers, missing=missing, one_partner=one_partner, roles=roles, seed=seed,
    )  # fmt: skip
    return couples_from_frame(
        frame,
        codebook=codebook,
        couple="couple",
        partner="partner",
        roles={role: role for role in roles} if roles else None,
        missing={reason: [text] for reason, text in _missing_texts().items() if text},
        settings=settings or Settings(synthetic=True, minimum_answered=0.75),
    )


def make_responses(
    couples: int = 200,
    *,
    codebook: Codebook | None = None,
    alpha: ByScale = 0.8,
    partner_r: ByScale = 0.35,
    role_difference: ByScale = 0.0,
    answers: str = "typical",
    missing: Mapping[str, float] | None = None,
    one_partner: float = 0.0,
    roles: Sequence[str] | None = ("woman", "man"),
    seed: int = 1,
) -> pd.DataFrame:
    """Return a survey file as it arrives: texts, one row a person, columns couple, partner and the items.

    Parameters are those of :func:`make_couples`.

    Raises
    ------
    SurveyError
        If the truth asked for is impossible, such as a partner correlation above what the alphas allow.

    Examples
    --------
    >>> make_responses(2, seed=3).iloc[:, :5]
      couple partner H1_1 H1_2 H1_3
    0      1   woman    3    3    4
    1      1     man    4    3    4
    2      2   woman    4    4    5
    3      2     man    4    4    4
    """
    codebook = codebook or built_in()
    asked = [by_scale(codebook, value) for value in (alpha, partner_r, role_difference)]
    _check_codebook(codebook)
    _check_options(couples, answers, roles, asked[2])
    _check_shares(missing or {}, one_partner)
    partners = tuple(roles) if roles else ("1", "2")
    truth = {code: population(codebook, code, answers, *(of[code] for of in asked)) for code in codebook.codes}
    rng = stream(seed, "synthetic", "answers")
    latent = _latent(rng, couples, codebook, truth)
    columns = {item.header: _texts(item, truth[item.scale], latent[item.name]) for item in codebook.items}
    frame = pd.DataFrame(columns)
    frame.insert(0, "couple", np.repeat(np.arange(1, couples + 1), 2).astype(str))
    frame.insert(1, "partner", list(partners) * couples)
    frame = frame.astype(object)
    _leave_out(frame, codebook, missing or {}, stream(seed, "synthetic", "missing"))
    return (
        frame[_kept(couples, one_partner, stream(seed, "synthetic", "one partner"))]
        .reset_index(drop=True)
        .astype("str")
    )


def _check_codebook(codebook: Codebook) -> None:
    endless = [item.name for item in codebook.items if item.continuous]
    if endless:
        raise SurveyError(f"Answers are made for items with whole answers; '{endless[0]}' is a continuous score.")
    for code in codebook.codes:
        if len({item.bounds for item in codebook.items if item.scale == code}) > 1:
            raise SurveyError(
                f"{code}: answers are made for scales whose items have one range; its items have several."
            )


def _check_options(couples: int, answers: str, roles: Sequence[str] | None, difference: Mapping[str, float]) -> None:
    if couples < 2:
        raise SurveyError(f"couples is {couples}; make 2 or more.")
    if answers not in SHIFTS:
        raise SurveyError(f"answers is '{answers}'; allowed are {named(SHIFTS)}.{did_you_mean(answers, SHIFTS)}")
    if roles and (len(roles), len(set(roles))) != (2, 2):
        raise SurveyError(f"roles are {named(roles)}; name two different ones, or None for exchangeable partners.")
    if not roles and any(difference.values()):
        raise SurveyError("Exchangeable partners have no role difference: name roles, or leave role_difference at 0.")


def _check_shares(missing: Mapping[str, float], one_partner: float) -> None:
    unknown = [reason for reason in missing if reason not in _missing_texts()]
    if unknown:
        hint = did_you_mean(unknown[0], _missing_texts())
        raise SurveyError(f"missing names '{unknown[0]}'; reasons are {named(_missing_texts())}.{hint}")
    for name, share in {**missing, "one_partner": one_partner}.items():
        if not 0 <= share <= 1:
            raise SurveyError(f"{name} is {share:g}; a share lies from 0 to 1.")
    total = sum(missing.get(reason, 0.0) for reason in OF_CELLS)
    if total > 1:
        raise SurveyError(f"The shares of {named(OF_CELLS)} sum to {total:g}; no more than all cells can be missing.")


def _missing_texts() -> dict[str, str]:
    return {**survey()["missing"], "not_asked": NOT_ASKED, "skipped": ""}


def _latent(
    rng: np.random.Generator, couples: int, codebook: Codebook, truth: Mapping[str, Population]
) -> dict[str, Array]:
    """Return the normal variable behind each item, (couples, 2), mirrors made from what they mirror."""
    factors = _factors(rng, couples, codebook, truth)
    latent: dict[str, Array] = {}
    for item in codebook.items:
        noise = rng.standard_normal((couples, 2))
        rho = np.array(truth[item.scale].rho)
        if item.companion:
            rho = np.full(2, COMPANION_LOADING**2)
        latent[item.name] = np.sqrt(rho) * factors[item.scale] + np.sqrt(1 - rho) * noise
    for item in codebook.items:
        if item.mirrors:
            own = np.mean([latent[name] for name in item.mirrors], axis=0)
            signal = OF_PARTNER * own[:, ::-1] + OF_ONESELF * own
            latent[item.name] = signal + sqrt(1 - OF_PARTNER**2 - OF_ONESELF**2) * rng.standard_normal((couples, 2))
    return latent


def _factors(
    rng: np.random.Generator, couples: int, codebook: Codebook, truth: Mapping[str, Population]
) -> dict[str, Array]:
    """Return both partners' factor of each scale, (couples, 2), correlated across scales and partners."""
    codes = codebook.codes
    sign = np.array([-1.0 if codebook.scale(code).valence == "unhealthy" else 1.0 for code in codes])
    neutral = np.array([codebook.scale(code).valence == "neutral" for code in codes])
    phi = np.where(np.outer(sign, sign) > 0, SAME_BLOCK, OTHER_BLOCK)
    phi[neutral] = phi[:, neutral] = 0.0
    np.fill_diagonal(phi, 1.0)
    kappa = np.array([truth[code].kappa for code in codes])
    link = np.sqrt(np.abs(kappa))
    across = np.outer(link, link) * phi * np.where(np.outer(kappa, kappa) >= 0, np.sign(kappa), 0.0)
    joint = np.block([[phi, across], [across.T, phi]])
    values, vectors = np.linalg.eigh(joint)
    if values[0] < -1e-9:
        raise SurveyError(
            "The partner correlations differ so much between scales that no population has them. Bring them closer."
        )
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T  # symmetric, so the same on every machine
    drawn = rng.standard_normal((couples, len(joint))) @ root
    return {code: drawn[:, [j, len(codes) + j]] for j, code in enumerate(codes)}


def _texts(item: Item, truth: Population, latent: Array) -> Array:
    """Return an item's answers as the file stores them: texts, (2 couples,), partners below each other."""
    thresholds = np.array(truth.thresholds)
    moved = latent + np.array(truth.shifts)
    low, high = item.bounds or (1.0, 5.0)
    keyed = low + np.searchsorted(thresholds, moved.ravel())
    stored = low + high - keyed if item.reversed else keyed
    return stored.astype(int).astype(str)


def _leave_out(frame: pd.DataFrame, codebook: Codebook, missing: Mapping[str, float], rng: np.random.Generator) -> None:
    """Write missing texts over the answers: single cells, and whole gates of both partners."""
    texts = _missing_texts()
    headers = [item.header for item in codebook.items]
    cells, start = rng.random((len(frame), len(headers))), 0.0
    for reason in OF_CELLS:
        end = start + missing.get(reason, 0.0)
        frame[headers] = frame[headers].mask((cells >= start) & (cells < end), texts[reason])
        start = end
    if missing.get("does_not_apply", 0) > 0:
        for gate in dict.fromkeys(item.gate for item in codebook.items if item.gate):
            closed = np.repeat(rng.random(len(frame) // 2) < missing["does_not_apply"], 2)
            behind = [item.header for item in codebook.items if item.gate == gate]
            frame.loc[closed, behind] = texts["does_not_apply"]


def _kept(couples: int, one_partner: float, rng: np.random.Generator) -> Array:
    alone = rng.random(couples) < one_partner
    who = rng.integers(2, size=couples)
    kept = np.ones((couples, 2), dtype=bool)
    kept[alone, who[alone]] = False
    return kept.ravel()
