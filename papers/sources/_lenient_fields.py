"""Field types for what others send: what cannot be read is unknown, not the end of its record."""

import html
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from papers.markup import ENTITY
from papers.writable import writable

T = TypeVar("T")


class Wire(BaseModel):
    """The base of what is read from an answer; other fields are ignored."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


def fold(text: str) -> str:
    """Return the text on one line, each run of white space as one space, as it can be written."""
    return " ".join(writable(text).split())


def prose(text: str) -> str:
    """Return what people read folded, and without entities that were escaped once too often."""
    return fold(ENTITY.sub(lambda match: html.unescape(match[0]), text))


def utc(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC, taken as UTC where it names no zone."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _or_unknown(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


Known = Annotated[T | None, WrapValidator(_or_unknown)]
Text = Annotated[str, AfterValidator(fold), Field(strict=True)]
Prose = Annotated[str, AfterValidator(prose), Field(strict=True)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
