"""Two partners at once: is a scale as reliable for one as for the other, and how reliable are their mean and difference?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analysis.couples import Couples
from analysis.estimation.resampling import bootstrap_row
from analysis.estimation.samples import BOTH
from analysis.estimation.scales import items_of, scale_codes
from analysis.guards import FEWEST_COUPLES
from analysis.results import Row, row
from analysis.stats.value import Array
