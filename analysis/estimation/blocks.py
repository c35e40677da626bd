"""Blocks: the reliability of the healthy and the unhealthy mean, and whether one number may stand for a whole block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

import numpy as np

from analysis.couples import Couples
from analysis.estimation.notes import CONSTANT_ITEM, HEYWOOD, few_persons, joined, no_interval
from analysis.estimation.resampling import bootstrap_row
from analysis.estimation.samples import Sample, samples
from analysis.estimation.scales import Answers, answers_to, scale_codes
from analysis.instrument.codebook import BLOCKS
from analysis.results import Row, row
from analysis.stats.bootstrap import resampled
from analysis.stats.factor import FEWEST_ITEMS
from analysis.stats.hierarchical import omega_hierarchical
from analysis.stats.stratified import alpha_stratified, block_reliability
from analysis.stats.value import Array

FEWEST_SCALES = 3
NOT_IDENTIFIED = (
    "a general factor beside group factors needs three or more scales of three or more items; scales: {scales}, "
    "of three or more items: {large}"
)
NO_SOLUTION = "the bifactor model has no single solution on these answers"
TOTAL = (
    "one number over healthy and unhealthy scales needs a general factor: alpha is high without one. Read the two blocks "
    "apart; it is given where omega_hierarchical of block:all is"
)
UNLIKE = "scales of unlike ranges are no plain mean: bring them to one range first"
METHOD = "stratified alpha, influence function on ln(1 - reliability)"
