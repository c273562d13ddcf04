"""Publications: where captions are on their way to viewers, and what a person may decide."""

from uuid import UUID

from fastapi import APIRouter

from services.api.deps import Operator, Page, Reader, Work
from services.api.list_queries import newest
from services.api.problems import PROBLEMS
from services.api.schemas.common import Listing
from services.api.schemas.publications import LinkDecision, PublicationOut
from services.api.usecases.steer_publication import (
    link_publication,
    publication_or_404,
    remove_publication,
    retry_publication,
)
from shared.db.models import Publication
from shared.lifecycle import PublicationStatus

router = APIRouter(prefix="/publications", tags=["publications"], responses=PROBLEMS)


@router.get("", operation_id="listPublications", summary="Publications, newest first")
async def index(
    _: Reader, work: Work, page: Page, status: PublicationStatus | None = None, transcription_id: UUID | None = None
) -> Listing[PublicationOut]:
    """``status=needs_review`` is the list of decisions that wait for a person; ``done`` were at a station without
    Cablecast, and can be retried when there is one."""
    wanted = {"status": status, "transcription_id": transcription_id}
    async with work() as unit:
        return await newest(unit.db, Publication, Publication.created_at, page, PublicationOut, wanted)


@router.get("/{publication_id}", operation_id="readPublication", summary="One publication")
async def read(publication_id: UUID, _: Reader, work: Work) -> PublicationOut:
    """With the evidence, once it has been verified."""
    async with work() as unit:
        return PublicationOut.model_validate(await publication_or_404(unit.db, publication_id))


@router.post("/{publication_id}/link", status_code=202, operation_id="linkPublication", summary="Decide the show")
async def link(publication_id: UUID, body: LinkDecision, who: Operator, work: Work) -> PublicationOut:
    """A person says which show it is; the publication goes on from there."""
    return PublicationOut.model_validate(await link_publication(publication_id, body.show_id, who, work=work))


@router.post("/{publication_id}/retry", status_code=202, operation_id="retryPublication", summary="Go the way again")
async def retry(publication_id: UUID, who: Operator, work: Work) -> PublicationOut:
    """Also releases a publication that waits for release."""
    return PublicationOut.model_validate(await retry_publication(publication_id, who, work=work))


@router.post("/{publication_id}/remove", operation_id="removePublication", summary="Stop pursuing it")
async def remove(publication_id: UUID, who: Operator, work: Work) -> PublicationOut:
    """Nothing on the server or beside the recording is deleted."""
    return PublicationOut.model_validate(await remove_publication(publication_id, who, work=work))
