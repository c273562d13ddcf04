"""The option ``--channel`` of the caption commands."""

from enum import StrEnum
from typing import Annotated

import typer


class ChannelName(StrEnum):
    """The four caption channels of line 21; CC3 and CC4 travel in field 2."""

    CC1 = "CC1"
    CC2 = "CC2"
    CC3 = "CC3"
    CC4 = "CC4"


ChannelOption = Annotated[
    ChannelName, typer.Option("--channel", case_sensitive=False, help="Caption channel, for SCC and MCC.")
]
