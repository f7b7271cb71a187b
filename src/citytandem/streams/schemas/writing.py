"""Shapes of requests: what may be written, within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from citytandem.core.api import NO_NUL, WHOLE, Input, Key, Language, LanguageWish
from citytandem.core.text import MAX_TEXT, MAX_TITLE
from citytandem.core.themes import leaf_themes
from citytandem.core.versions import human_versions
from citytandem.streams.models import Affected, PlaceKind, ProblemStatus, Sender, SolutionKind, Stage, Visibility
from citytandem.streams.services.publiccode import MOST_YAML
from citytandem.streams.services.records import Wording

__all__ = ["ProblemStatus", "SolutionKind", "Stage"]  # also what lists are narrowed to

MOST_COST = 9_999_999_999
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=NO_NUL)]
Text = Annotated[str, Field(max_length=MAX_TEXT, pattern=NO_NUL)]
Line = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Short = Annotated[str, Field(max_length=100, pattern=NO_NUL)]
Notes = Annotated[str, Field(max_length=5_000, pattern=NO_NUL)]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=NO_NUL)]
Theme = Annotated[str, Field(max_length=40, json_schema_extra={"enum": [theme.id for theme in leaf_themes()]})]
Themes = Annotated[list[Theme], Field(max_length=6)]
Address = Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s\x00]+)?$", description="http(s), or empty.")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Cost = Annotated[float, Field(ge=0, le=MOST_COST, description="Euros, to the cent.")]
Level = Annotated[int, Field(ge=1, le=9, description="Technology readiness level."), WHOLE]
Position = Annotated[list[Longitude], Field(min_length=2, max_length=2, description="Longitude, latitude.")]
Ring = Annotated[list[Position], Field(min_length=4, max_length=500)]
# JSON has no enumerations of ours: their values come as strings.
VisibilityIn = Annotated[Visibility, Field(strict=False)]
PlaceKindIn = Annotated[PlaceKind, Field(strict=False)]
StatusIn = Annotated[ProblemStatus, Field(strict=False)]
SenderIn = Annotated[Sender, Field(strict=False)] | Literal[""]
AffectedIn = Annotated[list[Annotated[Affected, Field(strict=False)]], Field(max_length=13)]
KindIn = Annotated[SolutionKind, Field(strict=False)]
StageIn = Annotated[Stage, Field(strict=False)] | Literal[""]
Condition = Literal["law", "responsibilities", "staff", "data", "infrastructure"]
Conditions = dict[Condition, dict[Language, Annotated[str, Field(max_length=2_000, pattern=NO_NUL)]]]
CitySlug = Annotated[str, Field(max_length=80, pattern=r"^[0-9A-Za-z_-]*$", description="Short name; empty: no city.")]


class Polygon(Input):
    """An area, as in GeoJSON (RFC 7946, 3.1.6)."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[Ring], Field(min_length=1, max_length=10)]


class RecordPatch(Input):
    """Fields of any record; only what is sent is written. `title` and `text` are those in `language`.

    The same title and text, or neither, with another `language` correct the language of the words that are there.
    """

    language: LanguageWish = ""
    title: Title | None = None
    text: Text | None = None
    themes: Themes | None = None
    city: CitySlug | None = None
    place_kind: PlaceKindIn | None = None
    place_name: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    area: Polygon | None = None
    visibility: VisibilityIn | None = None

    def wording(self, *, known: Mapping[str, Mapping[str, Any]] | None = None, original: str = "") -> Wording | None:
        """The words that were sent, completed by the `known` title in that language; None if there were none.

        A language alone says that the original words are in that language.
        """
        people = human_versions(known)
        if self.title is None and self.text is None:
            title = people.get(original, {}).get("text", "")
            is_correction = title and self.language not in {"", original, *people}
            return Wording(title, None, self.language, corrects=original) if is_correction else None
        language = self.language or original
        title = self.title or people.get(language, {}).get("text", "")
        return Wording(title=title, text=self.text, language=language)

    def details(self) -> dict[str, Any]:
        """The other fields that were sent, as the services take them; `city` is still a short name."""
        sent = self.model_fields_set - {"language", "title", "text"}
        values = {name: getattr(self, name) for name in sent}
        kept = {name: value for name, value in values.items() if value is not None or name in CLEARABLE}
        return {name: _plain(name, value) for name, value in kept.items()}


# Fields in which null means "empty again"; elsewhere null means the same as leaving the field out.
CLEARABLE = frozenset({"latitude", "longitude", "area", "trl", "cost_low", "cost_high"})


class ProblemPatch(RecordPatch):
    """A change of a problem. Its status has an operation of its own."""

    sender: SenderIn | None = None
    affected: AffectedIn | None = None
    evidence: Notes | None = None


class ProblemIn(ProblemPatch):
    """A new problem. Its language is found out unless it is said."""

    title: Title


class SolutionPatch(RecordPatch):
    """A change of a solution. Frame conditions are replaced as a whole."""

    kind: KindIn | None = None
    trl: Level | None = None
    stage: StageIn | None = None
    provider: Line | None = None
    licence: Short | None = None
    cost_low: Cost | None = None
    cost_high: Cost | None = None
    cost_note: Line | None = None
    frame_conditions: Conditions | None = None
    standards: Annotated[list[Annotated[str, Field(max_length=60, pattern=NO_NUL)]], Field(max_length=20)] | None = None
    contact_role: Line | None = None
    reuse_notes: Notes | None = None
    url: Address | None = None


class SolutionIn(SolutionPatch):
    """A new solution. Its language is found out unless it is said."""

    title: Title


class StatusChange(Input):
    """How far a problem has come. Everybody can read the reason."""

    status: StatusIn
    reason: Reason


class LinkIn(Input):
    """A problem and a solution to join, each by id, short code or slug."""

    problem: Key
    solution: Key
    why: Annotated[str, Field(max_length=2_000, pattern=NO_NUL)] = ""


class PublicCodeIn(Input):
    """A publiccode.yml as text. What is wrong inside is told with its line."""

    yaml: Annotated[str, Field(min_length=1, max_length=MOST_YAML)]


class MatchIn(Input):
    """A text for which something is sought; the first 2,000 characters count. `kind` is the side that it tells of."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_NUL)]
    language: LanguageWish = ""
    kind: Literal["problem", "solution"] = "problem"
    top: Annotated[int, Field(ge=1, le=20), WHOLE] = 5


class FeedbackIn(Input):
    """Whether a hit helped with a text. `kind` and `id` name the hit, `asked_as` the side that the text told of."""

    query: Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_NUL)]
    language: LanguageWish = ""
    asked_as: Literal["problem", "solution"] = "problem"
    kind: Literal["problem", "solution", "city"]
    id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    useful: bool


def _plain(name: str, value: Any) -> Any:
    if name in {"cost_low", "cost_high"} and value is not None:
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if name == "frame_conditions":
        return {
            condition: {language: {"text": text, "by": "human"} for language, text in texts.items()}
            for condition, texts in value.items()
        }
    if isinstance(value, Polygon):
        return value.model_dump()
    return list(value) if name == "affected" else value
