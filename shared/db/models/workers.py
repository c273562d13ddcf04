"""What the processes that work on rows went through."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shared.db import clock
from shared.db.base import Base, HasSerial


class RandomDeath(HasSerial, Base):
    """Processes died over a row that was then finished: so it was not the row that killed them."""

    __tablename__ = "random_deaths"

    row_id: Mapped[uuid.UUID]
    deaths: Mapped[int]
    proven_at: Mapped[datetime] = mapped_column(server_default=clock.now(), index=True)
