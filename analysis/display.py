"""The one place where numbers are rounded: full precision lives in results, this is how they look.

Coefficients that cannot pass 1 lose their leading zero (.71), intervals stand in brackets, small p are < .001.
How plain objects print in a notebook stands here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from html import escape
from math import isfinite, log10

from analysis.errors import listing

MINUS = "−"
HUGE = 1e9  # numbers from here on are written with a power of ten


def number(value: float, kind: str = "", digits: int = 2) -> str:
    """Return a number as people read it; blank where there is none.

    Parameters
    ----------
    value : float
    kind : str
        ``coefficient`` (no leading zero), ``share`` (percent), or anything else for a plain number.
    digits : int
        Decimals of a coefficient or of a plain number below 100.

    Examples
    --------
    >>> number(0.7123, "coefficient"), number(-0.004, "coefficient"), number(0.254, "share"), number(3.14159)
    ('.71', '.00', '25%', '3.14')
    """
    if not isfinite(value):
        return ""
    if kind == "share":
        return f"{round(100 * value)}%"
    if abs(value) >= HUGE:
        return f"{value:.{digits}e}".replace("-", MINUS)
    if abs(value) >= 100:
        digits = max(0, digits - int(log10(abs(value))) + 1)
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    if kind == "coefficient":
        text = text.replace("0.", ".", 1) if abs(float(text)) < 1 else text
    return text.replace("-", MINUS)


def interval(lower: float, upper: float, kind: str = "", digits: int = 2) -> str:
    """Return an interval in brackets, blank where there is none.

    Examples
    --------
    >>> interval(0.611, 0.802, "coefficient")
    '[.61, .80]'
    """
    if not (isfinite(lower) and isfinite(upper)):
        return ""
    return f"[{number(lower, kind, digits)}, {number(upper, kind, digits)}]"


def p_value(p: float) -> str:
    """Return a p value with three decimals.

    Examples
    --------
    >>> p_value(0.0004), p_value(0.0213), p_value(1.0)
    ('< .001', '.021', '1.000')
    """
    if not isfinite(p):
        return ""
    return "< .001" if p < 0.001 else number(p, "coefficient", 3)


def degrees(df: float, df2: float) -> str:
    """Return one or two degrees of freedom, whole ones without decimals.

    Examples
    --------
    >>> degrees(119.0, 120.0), degrees(57.25, float("nan"))
    ('119, 120', '57.2')
    """
    parts = [f"{df:.0f}" if df == round(df) else f"{df:.1f}" for df in (df, df2) if isfinite(df)]
    return ", ".join(parts)


def significant(value: float, digits: int = 4) -> float:
    """Return a number rounded to so many significant digits.

    Examples
    --------
    >>> significant(0.0123456), significant(1234567.0)
    (0.01235, 1235000.0)
    """
    return float(f"{value:.{digits - 1}e}") if isfinite(value) else value


def said(table: Mapping[str, object]) -> str:
    """Return the entries of a table as study.toml nearly writes them.

    Examples
    --------
    >>> said({"id": "couple", "one_person": True})
    "id = 'couple', one_person = True"
    """
    return ", ".join(f"{name} = {value!r}" for name, value in table.items())


def chosen_fields(instance: object) -> dict[str, object]:
    """Return the fields of a dataclass that are not left at their defaults.

    Examples
    --------
    >>> from analysis.settings import Settings
    >>> chosen_fields(Settings(confidence=0.9))
    {'confidence': 0.9}
    """
    values = {part: getattr(instance, part.name) for part in fields(instance)}  # type: ignore[arg-type]
    return {part.name: value for part, value in values.items() if value != _default(part)}


def _default(part: Field[object]) -> object:
    """Return what a field is where nothing is said, or MISSING."""
    return part.default if part.default_factory is MISSING else part.default_factory()


def brief(instance: object) -> str:
    """Return a dataclass as Python writes it, without the fields that are left at their defaults.

    Examples
    --------
    >>> from analysis.settings import Settings
    >>> brief(Settings(confidence=0.9))
    'Settings(confidence=0.9)'
    """
    inside = ", ".join(f"{name}={value!r}" for name, value in chosen_fields(instance).items())
    return f"{type(instance).__name__}({inside})"


def definitions_html(head: str, facts: Mapping[str, object]) -> str:
    """Return a heading and a list of definitions as HTML, escaped; facts that are blank are left out.

    Examples
    --------
    >>> definitions_html("Item", {"name": "a<b", "column": ""})
    '<p><strong>Item</strong></p><dl><dt>name</dt><dd>a&lt;b</dd></dl>'
    """
    rows = (
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
        for name, value in facts.items()
        if value not in ("", None, ())
    )
    return f"<p><strong>{escape(head)}</strong></p><dl>{''.join(rows)}</dl>"


class Summarised:
    """What prints as its summary: a head, and the other lines below it."""

    def summary(self) -> list[str]:
        """Return the head and the other lines."""
        raise NotImplementedError

    def __repr__(self) -> str:
        head, *rest = self.summary()
        return f"{head}\n{listing(rest)}"

    def _repr_html_(self) -> str:
        head, *rest = (escape(line) for line in self.summary())
        return f"<p><strong>{head}</strong></p><ul>{''.join(f'<li>{line}</li>' for line in rest)}</ul>"
