"""What every ``python -m services.<name>`` does first: read the settings, or say in a sentence what is wrong."""

import sys

from pydantic import ValidationError

from shared.settings import Settings


def read_settings(service: str) -> Settings:
    """The settings of this process; ends it with status 2 and one line per mistake. Values are never printed."""
    try:
        return Settings()
    except ValidationError as error:
        print(f"{service}: the settings are not usable:", file=sys.stderr)
        for item in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in item["loc"]).upper() or "settings"
            print(f"  {name}: {item['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        raise SystemExit(2) from None
