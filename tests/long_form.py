"""Some tests have a longer form, too long for every change: `./archivist test long` asks for it."""

import os

IS_LONG = os.environ.get("ARCHIVIST_TEST_LONG") == "1"
