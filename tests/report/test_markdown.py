from __future__ import annotations

import pytest

from analysis.report.markdown import figure, table, text

NASTY = [
    "<script>alert(1)</script>",
    "**bold** _it_",
    "[a](http://x)",
    "`code` $x^2$",
    "a | b",
    "# no heading",
    "=1+1",
    "\\n ::: {.x}",
]


@pytest.mark.parametrize("words", NASTY)
def test_words_from_a_file_are_only_words(words: str) -> None:
    import pypandoc

    from analysis.report.rendering import SOURCE

    html = pypandoc.convert_text(f"before {text(words)} after", "html", format=SOURCE)
    for tag in ("<script", "<strong", "<em", "<a ", "<code", "<h1", "<span", "<div"):
        assert tag not in html
    assert (
        pypandoc.convert_text(html, "plain", format="html", extra_args=["--columns=200"]).strip()
        == f"before {words} after"
    )


def test_a_table_scrolls_and_has_its_caption() -> None:
    made = table(["Scale", "M"], [["H1", "3.20"]], "**Table 1.** Means.")
    assert made.splitlines() == [
        '::: {.scroll tabindex="0"}',
        "| Scale | M |",
        "| :-- | --: |",
        "| H1 | 3.20 |",
        "",
        ": **Table 1.** Means.",
        ":::",
    ]


def test_an_alternative_text_cannot_leave_its_quotation_marks() -> None:
    assert "alt=\"a 'b' c\"" in figure("figures/x", "caption", 'a "b" c')
