"""Write responses.csv, the demo's survey file, from its seed: `python data/demo/make_demo.py`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import analysis as an

ALPHA = {"H3": 0.70, "H5": 0.76, "U3b": 0.72, "U5a": 0.68}
PARTNER_R = {"H1": 0.45, "H2": 0.50, "H6": 0.45, "H7": 0.50, "U4": 0.10, "U2a": 0.15}
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


if __name__ == "__main__":
    responses().to_csv(Path(__file__).parent / "responses.csv", index=False, lineterminator="\n")
