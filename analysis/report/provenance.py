"""Provenance: which bytes and which versions a report was made from, so that it can be made again."""

from __future__ import annotations

import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from analysis.couples import Couples
from analysis.study import Study, file_sha256

PACKAGES = ("healthy-dependence", "numpy", "scipy", "pandas", "matplotlib", "pypandoc_binary")


def provenance(study: Study, couples: Couples) -> dict[str, Any]:
    """Return inputs with their SHA-256, versions, settings and seed; nothing of the machine or the hour."""
    return {
        "title": study.title,
        "date": study.day,
        "inputs": [{"file": path.name, "sha256": file_sha256(path)} for path in study.files],
        "study": {"file": "study.toml", "sha256": study.sha256},
        "codebook": {
            "name": couples.codebook.name,
            "version": couples.codebook.version,
            "sha256": couples.codebook.sha256,
        },
        "scored_by": study.by,
        "settings": asdict(study.settings),
        "source": dict(study.source),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
