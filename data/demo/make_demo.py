"""Write responses.csv and codings.csv, the demo's files, from their seed: `python data/demo/make_demo.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import analysis as an

ALPHA = {"H3": 0.70, "H5": 0.76, "U3b": 0.72, "U5a": 0.68}
PARTNER_R = {"H1": 0.45, "H2": 0.50, "H6": 0.45, "H7": 0.50, "U4": 0.10, "U2a": 0.15}
SHARE = {"H1": 0.3, "H2": 0.35, "H4": 0.4, "H6": 0.3, "U1": 0.3, "U2b": 0.0, "U3a": 0.25, "U5a": 0.04}
CODERS = {
    "anna": (60, 0.90, 0.97),
    "ben": (60, 0.80, 0.95),
    "cleo": (20, 0.85, 0.97),
}  # couples, sensitivity, specificity
ROLE_DIFFERENCE = {"H5": 0.25, "H4": -0.20, "U3a": 0.30, "U4": -0.25}


def responses() -> pd.DataFrame:
    """Return the demo's survey file as text: 200 couples, one row a person."""
    codes = an.built_in().codes
    frame = an.make_responses(
        200,
        alpha={code: ALPHA.get(code, 0.80) for code in codes},
        partner_r={code: PARTNER_R.get(code, 0.30) for code in codes},
        role_difference={code: ROLE_DIFFERENCE.get(code, 0.0) for code in codes},
        missing={"does_not_apply": 0.05, "refused": 0.01, "skipped": 0.01},
        one_partner=0.05,
        roles=("w", "m"),
        seed=20261125,
    )
    return frame.rename(columns={"couple": "couple_id", "partner": "who"})


def codings() -> pd.DataFrame:
    """Return the demo's codings of an open question: 60 couples, one row a person and coder, several codes in a cell.

    SHARE is that of persons with a code; CODERS have so many couples, sensitivity and specificity.
    """
    rng = np.random.default_rng(20261125)
    codes = list(an.built_in().codes)
    share = np.array([SHARE.get(code, 0.15) for code in codes])
    of_couple, own = rng.random((60, 1, len(codes))), rng.random((60, 2, len(codes)))
    truth = np.where(rng.random((60, 2, len(codes))) < 0.3, of_couple, own) < share
    rows = []
    for coder, (couples, sensitivity, specificity) in CODERS.items():
        seen = rng.random(truth.shape) < np.where(truth, sensitivity, (1 - specificity) * (share > 0))
        for couple, partner in np.ndindex(couples, 2):
            found = [code for code, there in zip(codes, seen[couple, partner], strict=True) if there]
            rows.append([str(couple + 1), "wm"[partner], coder, ";".join(found) or "0"])
    return pd.DataFrame(rows, columns=["couple", "partner", "coder", "codes"])


if __name__ == "__main__":
    responses().to_csv(Path(__file__).parent / "responses.csv", index=False, lineterminator="\n")
    codings().to_csv(Path(__file__).parent / "codings.csv", index=False, lineterminator="\n")
