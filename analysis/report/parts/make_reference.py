"""Make reference.docx, the Word file whose styles every report takes: `python -m analysis.report.parts.make_reference`.

It is pandoc's own reference with landscape pages, smaller tables with APA's three rules, and 11 point Arial. The made
file is tracked; make it again only to change it.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

PAGE = (
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
)
CELL = (
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableText"><w:name w:val="Table Text"/>'
    '<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr><w:spacing w:before="10" w:after="10"/></w:pPr>'
    '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="16"/><w:szCs w:val="16"/></w:rPr>'
    "</w:style>"
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableTextKept"><w:name w:val="Table Text Kept"/>'
    '<w:basedOn w:val="TableText"/><w:qFormat/><w:pPr><w:keepNext/></w:pPr></w:style>'
)
RULES = (
    '<w:tblBorders><w:top w:val="single" w:sz="8" w:space="0"/><w:bottom w:val="single" w:sz="8" w:space="0"/>'
    "</w:tblBorders><w:tblInd"
)


def main() -> None:
    """Write reference.docx beside this file."""
    import pypandoc  # noqa: PLC0415 - only who changes the reference needs it

    asked = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    default = subprocess.run(asked, capture_output=True, check=True).stdout  # noqa: S603 - pandoc of the installed package
    target = Path(__file__).with_name("reference.docx")
    with zipfile.ZipFile(BytesIO(default)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/styles.xml":
                content = styles(content.decode("utf-8")).encode("utf-8")
            if name == "word/theme/theme1.xml":
                content = re.sub(rb'typeface="Aptos( Display)?"( panose="\w+")?', b'typeface="Arial"', content)
            if name == "word/document.xml":
                content = content.replace(b"<w:sectPr>", b"<w:sectPr>" + PAGE.encode(), 1)
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)


def styles(xml: str) -> str:
    """Return pandoc's styles with our text size, the cell styles, and space and rules around a table."""
    xml = re.sub(
        r'(<w:rPrDefault>.*?<w:sz w:val=")24(" />\s*<w:szCs w:val=")24',
        r"\g<1>22\g<2>22",
        xml,
        count=1,
        flags=re.DOTALL,
    )
    table = re.compile(r'(w:styleId="Table">.*?<w:tblPr>\s*)<w:tblInd', re.DOTALL)
    xml = table.sub(lambda found: found.group(1) + RULES, xml, count=1)
    xml = re.sub(r'<w:left w:w="108"', '<w:left w:w="40"', xml)
    xml = re.sub(r'<w:right w:w="108"', '<w:right w:w="40"', xml)
    caption = re.compile(r'(w:styleId="TableCaption">.*?<w:keepNext />)', re.DOTALL)
    xml = caption.sub(r'\1<w:spacing w:before="280" w:after="120"/>', xml, count=1)
    return xml.replace("</w:styles>", CELL + "</w:styles>")


if __name__ == "__main__":
    main()
