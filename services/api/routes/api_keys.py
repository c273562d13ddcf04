"""API keys: made, listed and revoked by admins in a session of their own; a key cannot make keys."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.api.deps import Admin, Work
from services.api.problems import PROBLEMS
from services.api.schemas.api_keys import ApiKeyCreate, ApiKeyCreated, ApiKeyOut
from services.api.schemas.common import Listing
from services.api.session_tokens import utc_now
from services.api.usecases.issue_api_keys import create_key, list_keys, revoke_key

router = APIRouter(prefix="/api-keys", tags=["api keys"], responses=PROBLEMS)


@router.post("", status_code=201, operation_id="createApiKey", summary="Make a key for a program")
async def create(body: ApiKeyCreate, who: Admin, work: Work) -> ApiKeyCreated:
    """The answer is the only place where the key can be read."""
    row, key = await create_key(
        body.name, body.description, body.permissions, body.expires_at, who, work=work, now=utc_now()
    )
    return ApiKeyCreated(**ApiKeyOut.model_validate(row).model_dump(), key=key)


@router.get("", operation_id="listApiKeys", summary="All keys, newest first")
async def index(_: Admin, work: Work) -> Listing[ApiKeyOut]:
    """Revoked ones too, so that the audit trail can be read."""
    return Listing[ApiKeyOut](items=[ApiKeyOut.model_validate(row) for row in await list_keys(work=work)])


@router.delete("/{key_id}", status_code=204, operation_id="revokeApiKey", summary="Revoke a key")
async def revoke(key_id: Annotated[int, Path(ge=1, le=2**63 - 1)], who: Admin, work: Work) -> None:
    """From the next request on it opens nothing."""
    await revoke_key(key_id, who, work=work)
