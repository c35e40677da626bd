"""Markdown pieces: escaped text, headings, tables, figures. Whatever comes from a file goes through ``text``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import punctuation

_SPECIAL = re.compile(f"([{re.escape(punctuation)}])")


def text(words: object) -> str:
    r"""Return words as Markdown that means just these words: nothing in them is markup, a link or HTML.

    Examples
    --------
    >>> text("a *b* <script>")
    'a \\*b\\* \\<script\\>'
    """
    one_line = re.sub(r"[\x00-\x20\x7f\u2028\u2029]+", " ", str(words)).strip()
    return _SPECIAL.sub(r"\\\1", one_line)


def sentence(words: str) -> str:
    r"""Return words as :func:`text` does, with the index of d_z set low.

    Examples
    --------
    >>> sentence("d_z = 0.3")
    'd~z~ \\= 0\\.3'
    """
    return text(words).replace(text("d_z"), "d~z~")


def heading(level: int, words: str, identifier: str) -> str:
    """Return a heading with an address of its own."""
    return f"{'#' * level} {text(words)} {{#{identifier}}}"


def bullets(lines: Sequence[str]) -> str:
    """Return Markdown lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, words: int = 1) -> str:
    """Return a pipe table in a frame that scrolls on a narrow screen.

    Parameters
    ----------
    header, rows : sequences of str
        Cells as Markdown: escape what comes from a file with :func:`text`.
    caption : str
        Markdown, with the table's number.
    words : int
        How many first columns hold words, set to the left; the others hold numbers, set to the right.
    """
    align = [":--" if place < words else "--:" for place in range(len(header))]
    lines = [_line(header), _line(align), *(_line(row) for row in rows)]
    return "\n".join(['::: {.scroll tabindex="0"}', *lines, "", f": {caption}", ":::"])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def figure(stem: str, caption: str, alternative: str, *, tall: bool = False) -> str:
    """Return a figure: the file's path without its ending, its caption in Markdown, its alternative text.

    A ``tall`` one is made to fit a page of the Word file.
    """
    fit = " word-height=5.3in" if tall else ""
    quoted = " ".join(alternative.split()).replace("\\", "").replace('"', "'")
    return f'![{caption}]({stem}){{.inline-svg alt="{quoted}"{fit}}}'
