"""Couples' questionnaires from survey file to report.

>>> import analysis as an
>>> couples = an.open_study(an.demo() / "study.toml").couples()
>>> couples.n
200

Names are loaded when they are first used, so that ``import analysis`` costs little more than ``import pandas``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis import figures as figures
    from analysis.coder_files import read_codings as read_codings
    from analysis.codings import Codings as Codings
    from analysis.couples import Couples as Couples
    from analysis.errors import CodebookError as CodebookError
    from analysis.errors import DataError as DataError
    from analysis.errors import StudyError as StudyError
    from analysis.errors import SurveyError as SurveyError
    from analysis.estimation.agreement import agreement as agreement
    from analysis.estimation.blocks import block_reliability as block_reliability
    from analysis.estimation.coders import coder_agreement as coder_agreement
    from analysis.estimation.descriptives import describe as describe
    from analysis.estimation.distinguishability import distinguishability as distinguishability
    from analysis.estimation.invariance import invariance as invariance
    from analysis.estimation.item_agreement import item_agreement as item_agreement
    from analysis.estimation.items import items as items
    from analysis.estimation.one_factor import factor_fit as factor_fit
    from analysis.estimation.pairs import scale_pairs as scale_pairs
    from analysis.estimation.partners import partner_reliability as partner_reliability
    from analysis.estimation.profiles import profiles as profiles
    from analysis.estimation.reliability import reliability as reliability
    from analysis.frames import couples_from_frame as couples_from_frame
    from analysis.instrument.codebook import Codebook as Codebook
    from analysis.instrument.codebook import Item as Item
    from analysis.instrument.codebook import Scale as Scale
    from analysis.instrument.files import built_in as built_in
    from analysis.instrument.files import read_codebook as read_codebook
    from analysis.intake.coding import code as code
    from analysis.intake.ledger import ledger as ledger
    from analysis.intake.pairing import pair as pair
    from analysis.intake.reading import read as read
    from analysis.intake.reading import text_cells as text_cells
    from analysis.intake.scoring import score as score
    from analysis.intake.screening import screen as screen
    from analysis.report.building import build_report as build_report
    from analysis.report.lavaan import export_lavaan as export_lavaan
    from analysis.results import Estimates as Estimates
    from analysis.settings import Settings as Settings
    from analysis.study import Study as Study
    from analysis.study import demo as demo
    from analysis.study import open_study as open_study
    from analysis.synthetic import make_couples as make_couples
    from analysis.synthetic import make_responses as make_responses

__version__ = "0.1.0"

_HOMES = {
    "Codings": "codings",
    "read_codings": "coder_files",
    "Couples": "couples",
    "couples_from_frame": "frames",
    "CodebookError": "errors",
    "DataError": "errors",
    "StudyError": "errors",
    "SurveyError": "errors",
    "agreement": "estimation.agreement",
    "block_reliability": "estimation.blocks",
    "coder_agreement": "estimation.coders",
    "describe": "estimation.descriptives",
    "distinguishability": "estimation.distinguishability",
    "invariance": "estimation.invariance",
    "item_agreement": "estimation.item_agreement",
    "items": "estimation.items",
    "factor_fit": "estimation.one_factor",
    "scale_pairs": "estimation.pairs",
    "partner_reliability": "estimation.partners",
    "profiles": "estimation.profiles",
    "reliability": "estimation.reliability",
    "figures": "",
    "Codebook": "instrument.codebook",
    "Item": "instrument.codebook",
    "Scale": "instrument.codebook",
    "built_in": "instrument.files",
    "read_codebook": "instrument.files",
    "code": "intake.coding",
    "ledger": "intake.ledger",
    "pair": "intake.pairing",
    "read": "intake.reading",
    "text_cells": "intake.reading",
    "score": "intake.scoring",
    "screen": "intake.screening",
    "build_report": "report.building",
    "export_lavaan": "report.lavaan",
    "Estimates": "results",
    "Settings": "settings",
    "Study": "study",
    "demo": "study",
    "open_study": "study",
    "make_couples": "synthetic",
    "make_responses": "synthetic",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table above is the one list of public names


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are of any type
    if name not in _HOMES:
        raise AttributeError(f"module 'analysis' has no attribute '{name}'")
    if not _HOMES[name]:
        return import_module(f"analysis.{name}")
    value = getattr(import_module(f"analysis.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
