"""Places as SARIF's locations: relative, percent-encoded, with the cell of a notebook as logical location."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from mlscan.model import Place
from mlscan.report.prose import sentence

if TYPE_CHECKING:
    import sarif_om as om


def location(place: Place, number: int = -1) -> om.Location:
    """A place; `number` is the id a link in the message points to, -1 for none."""
    import sarif_om as om

    region = om.Region(
        start_line=place.region.start_line,
        start_column=place.region.start_column,
        end_line=place.region.end_line,
        end_column=place.region.end_column,
    )
    label = sentence(place.note)
    cell = place.cell
    logical = None
    if cell is not None:
        inside = f"cell[{cell.index - 1}]" if cell.index else "metadata"
        logical = [
            om.LogicalLocation(
                name=str(cell), fully_qualified_name=f"{inside}:line {cell.line}", kind="module"
            )
        ]  # fmt: skip
    return om.Location(
        id=number,
        physical_location=om.PhysicalLocation(artifact_location=artifact(place.path), region=region),
        logical_locations=logical,
        message=om.Message(text=label) if label else None,
    )


def artifact(path: str) -> om.ArtifactLocation:
    """A file by its percent-encoded URI, relative to the root of the repository."""
    import sarif_om as om

    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return om.ArtifactLocation(uri=uri, uri_base_id="%SRCROOT%")
