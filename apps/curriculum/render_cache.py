"""Keeps what was rendered by the hash of everything that it depends on."""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

from apps.curriculum.renderer import Heading, Rendered, render

_LIBRARIES = ("markdown", "pymdown-extensions", "latex2mathml", "pygments", "nh3")
_KEPT_S = 30 * 86_400  # without use


class RenderCache:
    """Texts rendered before. ``folder`` None: each is rendered anew."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._renderer = hashlib.sha256()
        for module in ("renderer", "formulas"):
            self._renderer.update(Path(__file__).with_name(f"{module}.py").read_bytes())
        self._renderer.update(repr([version(library) for library in _LIBRARIES]).encode())

    def render(self, text: str, *, id_prefix: str, figures: Mapping[str, ET.Element]) -> Rendered:
        if self.folder is None:
            return render(text, id_prefix=id_prefix, figures=figures)
        path = self.folder / f"{self._key(text, id_prefix, figures)}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):  # missing, or cut off by a crash
            rendered = _from_json(path.read_text(encoding="utf-8"))
            path.touch()
            return rendered
        rendered = render(text, id_prefix=id_prefix, figures=figures)
        with suppress(OSError):  # a cache that cannot be written only costs time
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_text(_to_json(rendered), encoding="utf-8")
        return rendered

    def forget_unused(self) -> None:
        if self.folder is None:
            return
        for path in self.folder.glob("*.json"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _KEPT_S:
                    path.unlink()

    def _key(self, text: str, id_prefix: str, figures: Mapping[str, ET.Element]) -> str:
        key = self._renderer.copy()
        drawn = {address: ET.tostring(figure, "unicode") for address, figure in figures.items()}
        key.update(json.dumps([text, id_prefix, drawn], sort_keys=True).encode())
        return key.hexdigest()


def _to_json(rendered: Rendered) -> str:
    return json.dumps(asdict(rendered), default=sorted)  # sets are the only odd type


def _from_json(text: str) -> Rendered:
    document = json.loads(text)
    return Rendered(
        html=document["html"],
        dropped_tags=frozenset(document["dropped_tags"]),
        headings=tuple(Heading(**heading) for heading in document["headings"]),
        links=tuple(document["links"]),
        references=frozenset((kind, slug) for kind, slug in document["references"]),
        figures=frozenset(document["figures"]),
        unusable_formulas=tuple((tex, message) for tex, message in document["unusable_formulas"]),
    )
