"""The address of a Cablecast server as people write it."""

import pytest

from services.vod.gateways.cablecast_http import normalised_root


@pytest.mark.parametrize("ending", ["", "/", "/api", "/api/", "/cablecastapi", "/CablecastAPI/v1/"])
def test_whatever_part_of_the_api_stands_behind_it_the_server_is_meant(ending: str) -> None:
    assert normalised_root(f"https://cablecast.example.org:8443{ending}") == "https://cablecast.example.org:8443"


def test_a_path_in_front_of_the_api_stays() -> None:
    assert normalised_root("https://example.org/station/cablecastapi/v1") == "https://example.org/station"
