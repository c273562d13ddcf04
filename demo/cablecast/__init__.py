"""A Cablecast server for one laptop: it follows the public contract of the API, and nothing more.

``python -m demo.cablecast --help`` starts it; ``create_app`` builds it inside another program.
"""

from demo.cablecast.app import create_app
from demo.cablecast.config import SimulatorConfig

__all__ = ["SimulatorConfig", "create_app"]
