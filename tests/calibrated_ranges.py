"""What docs/calibration.md found for each function, as the sentences of its docstring say it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.calibration import measured

ALPHAS = ("alpha", "alpha_pooled", "omega", "omega_pooled")
CORRECTED = ("couple_mean_reliability", "couple_difference_reliability", "partner_r_disattenuated")
OF_FUNCTION: dict[str, tuple[str, ...]] = {
    "items": ("mean", "item_rest_r", "alpha_if_dropped", "omega_if_dropped"),
    "reliability": (
        *ALPHAS, *(f"{name} {variant}" for name in ALPHAS for variant in ("bootstrap", "fiml")),
        "alpha_standardized bootstrap", "lambda2 bootstrap", "lambda6 bootstrap", "mean_interitem_r bootstrap",
        "omega_categorical bootstrap",
    ),
    "partner_reliability": (
        "alpha_difference", "omega_difference", "alpha_difference bootstrap", "latent_partner_r",
        *CORRECTED, *(f"{name} alpha" for name in CORRECTED), "partner_r_disattenuated alpha bootstrap",
    ),
    "scale_pairs": ("latent_r",),
    "block_reliability": ("block_reliability", "block_reliability bootstrap", "omega_hierarchical"),
    "factor_fit": ("onefactor_chi2", "tau_equivalence_chi2"),
}  # fmt: skip
COVERED = (
    "In simulated couples (50 to 200; docs/calibration.md) 95 % intervals held the truth in {} with symmetric answers "
    "and in {} with skewed ones; where a tenth of the answers was missing in {} and {}."
)
REJECTED = (
    "p fell below .05 where nothing was there in {} with symmetric answers and in {} with skewed ones; where a tenth "
    "was missing in {} and {}."
)


def _range(function: str, what: str, shape: str, missing: float) -> str:
    names = {end for name in OF_FUNCTION[function] for end in (name, f"{name} exchangeable")}
    return said_range(
        share
        for (measure, case), share in measured(what).items()
        if measure in names and case.shape == shape and case.missing == missing
    )


def said_range(shares: Iterable[float]) -> str:
    """Return the lowest and the highest share in words."""
    ordered = sorted(shares)
    low, high = (f"{share:.2f}".removeprefix("0") for share in (ordered[0], ordered[-1]))
    return low if low == high else f"{low} to {high}"


def sentence(function: str, what: str = "coverage") -> str:
    """Return the sentence that a function's docstring must hold."""
    ranges = [_range(function, what, shape, missing) for missing in (0.0, 0.1) for shape in ("symmetric", "skewed")]
    return (COVERED if what == "coverage" else REJECTED).format(*ranges)
