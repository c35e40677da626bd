"""Export for lavaan: answers, and the models of partner invariance as syntax, for R users who want to go on there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from analysis.couples import Couples
from analysis.disclosure import stamp
from analysis.errors import StudyError, plain_words
from analysis.estimation.invariance import MOST_ITEMS
from analysis.guards import refusal
from analysis.private import is_private, private_folder, safe
from analysis.stats.factor import FEWEST_ITEMS
from analysis.stats.levels import LEVELS

SCRIPT, ANSWERS, MODELS = "invariance.R", "answers.csv", "models"
R_SCRIPT = """# Measurement invariance across partners with lavaan 0.6 or later. In this folder: Rscript {script}
# {said}
library(lavaan)
answers <- read.csv("{answers}", na.strings = "")
levels <- c({levels})
indices <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
for (scale in c({scales})) {{
  fits <- lapply(levels, function(level) {{
    model <- paste(readLines(file.path("{models}", paste0(scale, "_", level, ".lav"))), collapse = "\\n")
    lavaan(model, data = answers, estimator = "ML", meanstructure = TRUE, control = list(iter.max = 5000))
  }})
  names(fits) <- levels
  cat("\\n", scale, "\\n", sep = "")
  print(sapply(fits, fitMeasures, indices))
  print(lavTestLRT(fits[[1]], fits[[2]], fits[[3]], fits[[4]]))
}}
# Robust tests: estimator = "MLR". With couples who left answers out, as if at random: missing = "fiml" too.
# Partial invariance: give one item another label in a model, as m2 for l2 at its second partner.
"""


def export_lavaan(couples: Couples, folder: str | Path) -> Path:
    """Write answers and lavaan syntax of the models of :func:`analysis.invariance`; return the path of an R script.

    Parameters
    ----------
    couples : Couples
        Partners with roles.
    folder : str or Path
        Written: answers.csv, one row a couple, keyed answers of both partners in columns item_role, blank where
        missing; models/, one file a scale and level; invariance.R, which fits them all. It must be named ``private`` or
        lie in a folder of that name, unless the study is synthetic or says ``disclose = true``.

    Raises
    ------
    SurveyError
        Where answers of couples would lie open, partners are exchangeable, no scale has 3 to 12 items, or the folder
        cannot be written.

    Notes
    -----
    lavaan's numbers with estimator "ML" and complete couples are those of :func:`analysis.invariance`. Characters of
    item and role names that R has no use for are underscores.

    Examples
    --------
    >>> import tempfile
    >>> import analysis as an
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     script = an.export_lavaan(an.make_couples(40, seed=1), folder)
    ...     print((script.parent / "models" / "H3_metric.lav").read_text().splitlines()[0])
    first =~ NA*H3_1_woman + l1*H3_1_woman + l2*H3_2_woman + l3*H3_3_woman + l4*H3_4_woman
    """
    folder = Path(folder)
    _check(couples, folder)
    scales = [
        code
        for code in couples.codebook.codes_with_items
        if FEWEST_ITEMS <= len(couples.codebook.scored_items(code)) <= MOST_ITEMS
    ]
    if not scales:
        raise StudyError(f"No scale has {FEWEST_ITEMS} to {MOST_ITEMS} items, so there is no model to export.")
    items = [item.name for code in scales for item in couples.codebook.scored_items(code)]
    columns = _r_names([f"{item}_{role}" for role in couples.partners for item in items])
    of_role = [dict(zip(items, part, strict=True)) for part in (columns[: len(items)], columns[len(items) :])]
    with plain_words(StudyError, folder):
        if is_private(folder):
            private_folder(folder, "The export")
        (folder / MODELS).mkdir(parents=True, exist_ok=True)
        _answers(couples, items, columns).to_csv(folder / ANSWERS, index=False, lineterminator="\n")
        names = dict(zip(scales, _r_names(scales), strict=True))
        for code, name in names.items():
            of_scale = [item.name for item in couples.codebook.scored_items(code)]
            first, second = ([part[item] for item in of_scale] for part in of_role)
            for level in LEVELS:
                (folder / MODELS / f"{name}_{level}.lav").write_text(syntax(first, second, level), encoding="utf-8")
        (folder / SCRIPT).write_text(_script(couples, names.values()), encoding="utf-8")
    return folder / SCRIPT


def _check(couples: Couples, folder: Path) -> None:
    text = refusal("invariance", couples.as_one_sample())
    if text:
        raise StudyError(text)
    if not (couples.settings.open or is_private(folder)):
        raise StudyError(
            f"The export holds every couple's answers, and '{folder}' is not private. Name a folder in one called "
            "'private', such as private/lavaan; or say disclose = true in study.toml if no participant will see it."
        )


def _r_names(names: Sequence[str]) -> list[str]:
    """Return names that R can use, each once: letters, digits and underscores, a letter first."""
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        plain = plain if plain[:1].isalpha() else f"x{plain}"
        same = sum(other == plain or other.startswith(f"{plain}__") for other in made)
        made.append(f"{plain}__{same + 1}" if plain in made else plain)
    return made


def _answers(couples: Couples, items: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Return one row a couple: its name, then the first partner's items, then the second's."""
    wide = couples.answers(items).reshape(couples.n, -1)
    frame = pd.DataFrame(wide, columns=list(columns))
    names = couples.items.index.get_level_values("couple").unique().astype(str)
    frame.insert(0, "couple", pd.Series(names, dtype="str"))
    return safe(frame)


def syntax(first: Sequence[str], second: Sequence[str], level: str) -> str:
    """Return a level's model in lavaan's language, from the columns of both partners' items in the same order.

    Examples
    --------
    >>> print(syntax(["a_w", "b_w", "c_w"], ["a_m", "b_m", "c_m"], "scalar").splitlines()[1])
    second =~ NA*a_m + l1*a_m + l2*b_m + l3*c_m
    """
    equal = LEVELS.index(level)
    loading, intercept, residual = (
        "l" if equal >= 1 else "m", "t" if equal >= 2 else "u", "e" if equal >= 3 else "g",
    )  # fmt: skip
    lines = [
        f"first =~ NA*{first[0]} + {_labelled('l', first)}",
        f"second =~ NA*{second[0]} + {_labelled(loading, second)}",
        "first ~~ 1*first",
        "second ~~ NA*second" if equal >= 1 else "second ~~ 1*second",
        "first ~~ second",
        "first ~ 0*1",
        "second ~ NA*1" if equal >= 2 else "second ~ 0*1",
        *(f"{a} ~~ {b}" for a, b in zip(first, second, strict=True)),
        *(f"{name} ~ {label}{j}*1" for names, label in ((first, "t"), (second, intercept)) for j, name in _each(names)),
        *(
            f"{name} ~~ {label}{j}*{name}"
            for names, label in ((first, "e"), (second, residual))
            for j, name in _each(names)
        ),
    ]
    return "\n".join(lines) + "\n"


def _each(names: Sequence[str]) -> Iterable[tuple[int, str]]:
    return enumerate(names, start=1)


def _labelled(label: str, names: Sequence[str]) -> str:
    return " + ".join(f"{label}{j}*{name}" for j, name in _each(names))


def _script(couples: Couples, scales: Iterable[str]) -> str:
    quoted = (", ".join(f'"{name}"' for name in names) for names in (scales, LEVELS))
    said = stamp(couples.settings) or "Private: couples' answers. Keep them where only the research team can read them."
    of_scales, of_levels = quoted
    return R_SCRIPT.format(script=SCRIPT, answers=ANSWERS, models=MODELS, scales=of_scales, levels=of_levels, said=said)
