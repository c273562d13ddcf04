"""How many examples the property tests of captions try: HYPOTHESIS_PROFILE=ci tries ten thousand of each."""

import os

from hypothesis import settings

settings.register_profile("ci", max_examples=10_000, deadline=None)
settings.register_profile("local", max_examples=100, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "local"))
