"""``GET /v1/models``: what programs written for OpenAI's service ask before they send sound."""

from typing import Any

from fastapi import APIRouter

from services.api.deps import Deps, Transcriber, Work
from services.api.list_queries import last_engine
from services.api.openai_shapes import Model, ModelList
from services.api.problems import OPENAI_ERRORS, OPENAI_NOT_FOUND
from shared.db.session import Work as OpenWork
from shared.errors import NotFound

router = APIRouter(prefix="/v1/models", tags=["uploads"])

ANY_MODEL = "whisper-1"
"""OpenAI's name for Whisper. It is taken like every other name, and means the station's own model."""
_ANSWERS: dict[int | str, dict[str, Any]] = {**OPENAI_ERRORS, **OPENAI_NOT_FOUND}


@router.get(
    "", operation_id="listModels", summary="Names of models, as OpenAI's service lists them", responses=_ANSWERS
)
async def list_models(_: Transcriber, things: Deps, work: Work) -> ModelList:
    """``whisper-1``, and the station's own model by its name. Whatever is asked for, the station's own model works."""
    return ModelList(data=[Model(id=name) for name in await _names(things.defaults.model, work)])


@router.get(
    "/{model:path}", operation_id="getModel", summary="One model, as OpenAI's service shows it", responses=_ANSWERS
)
async def get_model(model: str, _: Transcriber, things: Deps, work: Work) -> Model:
    """404 for a name that is not listed; transcriptions take it all the same."""
    if model not in await _names(things.defaults.model, work):
        raise NotFound(
            f"There is no model {model} here; GET /v1/models lists them.", code="model_not_found", param="model"
        )
    return Model(id=model)


async def _names(configured: str, work: OpenWork) -> list[str]:
    """The settings name it, or, where they name a folder, whose path is nobody's business, what worked last."""
    if configured and not _is_path(configured):
        return list(dict.fromkeys((ANY_MODEL, configured)))
    async with work() as unit:
        engine = await last_engine(unit.db) or {}
    used = str(engine.get("model", ""))
    return list(dict.fromkeys((ANY_MODEL, *([used] if used and not _is_path(used) else []))))


def _is_path(name: str) -> bool:
    return name.startswith(("/", ".", "~")) or name.count("/") > 1
