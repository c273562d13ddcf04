"""Envelopes, credentials, lists and searches as the public contract has them, and nothing it does not have."""

from typing import Any

import httpx
import pytest

from demo.cablecast.running import RunningStation


def ids(response: httpx.Response, root: str = "shows") -> list[int]:
    return [row["id"] for row in response.json()[root]]


def search(client: httpx.Client, *filters: tuple[str, str, Any], join: str = "and") -> list[int]:
    wanted = [{"field": field, "operator": operator, "searchValue": value} for field, operator, value in filters]
    query = {
        "groups": [{"orAnd": join, "filters": wanted}],
        "sortOptions": [{"field": "eventDate", "descending": True}],
    }
    answer = client.post("shows/search/advanced", json={"savedShowSearch": {"name": "", "query": query}})
    assert answer.status_code == 200
    found: list[int] = answer.json()["savedShowSearch"]["results"]
    return found


@pytest.mark.parametrize(
    "path", ["/cablecastapi/v1/shows/2101", "/CablecastAPI/v1/Shows/2101", "/CABLECASTAPI/V1/SHOWS/2101/"]
)
def test_paths_are_the_same_in_any_case(lasting_station: RunningStation, path: str) -> None:
    assert httpx.get(lasting_station.url + path).json()["show"]["id"] == 2101


def test_a_show_has_every_documented_field_and_an_empty_meta(reader: httpx.Client) -> None:
    body = reader.get("shows/2101").json()

    assert body["meta"] is None
    assert len(body["show"]) == 57
    assert body["show"]["localId"] is None
    assert body["show"]["vods"] == []
    assert body["show"]["eventDate"] == "2026-09-14T18:30:00.000-05:00"
    assert not {"date", "length", "description", "city", "status", "duration", "channel"} & set(body["show"])


def test_a_vod_has_every_documented_field_and_no_meta(api: httpx.Client) -> None:
    body = api.post("vods", json={"vod": {"show": 2101, "vodConfiguration": 1}}).json()

    assert set(body) == {"vod"}
    assert len(body["vod"]) == 34
    assert body["vod"]["vodStatus"] == body["vod"]["id"]
    assert not {"captions", "title", "state"} & set(body["vod"])


def test_lists_have_a_plural_root_and_meta_only_where_they_are_paged(reader: httpx.Client) -> None:
    assert reader.get("shows").json()["meta"] == {"offset": 0, "pageSize": 50, "count": 3}
    assert set(reader.get("categories").json()) == {"categories"}
    assert set(reader.get("locations").json()) == {"locations", "controlModuleSets"}
    assert set(reader.get("media").json()) == {"media"}


def test_related_records_come_as_flat_collections(reader: httpx.Client) -> None:
    one = reader.get("shows/2105", params={"include": "reel,vod,media,nonsense"}).json()
    many = reader.get("shows", params={"include": "reel"}).json()

    assert [reel["reelNumber"] for reel in one["reels"]] == [1, 2]
    assert len(one["media"]) == 2
    assert one["vods"] == []
    assert set(one) == {"meta", "show", "reels", "vods", "media"}
    assert len(many["reels"]) == 4


def test_shows_come_newest_first(reader: httpx.Client) -> None:
    assert ids(reader.get("shows")) == [2105, 2101, 2094]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"search": "COUNCIL"}, [2101, 2094]),
        ({"search": "maplewood council"}, []),
        ({"project": "12"}, [2101, 2094]),
        ({"location": "9"}, []),
        ({"ids[]": ["2105", "2094"]}, [2105, 2094]),
        ({"ids": "2105,2094"}, [2105, 2094]),
        ({"since": "2020-01-01T00:00:00Z"}, [2105, 2101, 2094]),
        ({"since": "2099-01-01T00:00:00Z"}, []),
        ({"limit": "1", "per_page": "1", "page": "2", "sort": "id", "category": "1", "city": "x"}, [2105, 2101, 2094]),
    ],
)
def test_known_filters_filter_and_unknown_ones_are_ignored(
    reader: httpx.Client, query: dict[str, Any], expected: list[int]
) -> None:
    assert ids(reader.get("shows", params=query)) == expected


def test_offset_counts_pages_or_rows_as_switched(station: RunningStation, anonymous: httpx.Client) -> None:
    second_page = anonymous.get("shows", params={"page_size": 2, "offset": 1})
    station.switch(offset_mode="row")
    second_row = anonymous.get("shows", params={"page_size": 2, "offset": 1})

    assert ids(second_page) == [2094]
    assert ids(second_row) == [2101, 2094]
    assert second_row.json()["meta"] == {"offset": 1, "pageSize": 2, "count": 3}
    assert len(ids(anonymous.get("shows", params={"page_size": -1}))) == 3


def test_advanced_search_joins_filters_and_knows_its_fields(reader: httpx.Client) -> None:
    since = ("eventDate", "greaterThanOrEqual", "2026-09-01T00:00:00-05:00")
    until = ("eventDate", "lessThan", "2026-09-16T00:00:00-05:00")

    assert search(reader, since, until) == [2101]
    assert search(reader, since) == [2105, 2101]
    assert search(reader, ("title", "equals", "lakeview school board"), ("showId", "equals", 2094), join="or") == [
        2105,
        2094,
    ]
    assert search(reader, ("hasVod", "equals", True)) == [2094]
    assert search(reader, ("localId", "empty", None)) == [2105, 2101, 2094]
    assert search(reader, ("audioPrograms", "equals", 0)) == []
    assert search(reader, ("title", "soundsLike", "council")) == []


def test_only_named_searches_are_kept(api: httpx.Client) -> None:
    search(api, ("hasVod", "equals", False))
    assert api.get("shows/search/advanced").json()["savedShowSearches"] == []

    api.post("shows/search/advanced", json={"savedShowSearch": {"name": "Mine", "query": {}}})

    [kept] = api.get("shows/search/advanced").json()["savedShowSearches"]
    assert api.get(f"shows/search/advanced/{kept['id']}").json()["savedShowSearch"]["results"] == [2101, 2094, 2105]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "assets"),
        ("GET", "assets/1"),
        ("GET", "assetreellinks"),
        ("GET", "filestores"),
        ("GET", "fileuploads/1"),
        ("POST", "vods"),
        ("POST", "shows"),
        ("PUT", "shows/2101"),
        ("DELETE", "vods/1"),
    ],
)
def test_writes_and_sensitive_reads_need_credentials(reader: httpx.Client, method: str, path: str) -> None:
    answer = reader.request(method, path, json={} if method in ("POST", "PUT") else None)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "authorization", ["Bearer secret", "Basic !!!", "Basic YXJjaGl2aXN0Ondyb25n", "ApiKey YXJjaGl2aXN0OnNlY3JldA=="]
)
def test_anything_but_the_right_basic_credentials_is_refused(reader: httpx.Client, authorization: str) -> None:
    assert reader.get("shows", headers={"Authorization": authorization}).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        *(f"vods/1/{name}" for name in ("captions", "upload", "status", "embed", "stream", "download", "qualities")),
        "vodtransfers",
        "runs",
        "webhooks",
        "shows/9999",
        "nothing/1",
    ],
)
def test_what_nobody_documents_is_not_there(reader: httpx.Client, path: str) -> None:
    known = httpx.BasicAuth("archivist", "secret")
    assert reader.get("vods/1", auth=known).status_code == 200

    assert reader.get(path, auth=known).status_code == 404
    assert reader.post(path, json={"captions": {}}, auth=known).status_code in (404, 405)


@pytest.mark.parametrize(
    "body",
    [
        {"show": 2101, "vodConfiguration": 1},
        {"vods": [{"show": 2101, "vodConfiguration": 1}]},
        {"vod": {"show": 9999, "vodConfiguration": 1}},
        {"vod": {"show": 2101, "vodConfiguration": 9}},
        [],
    ],
)
def test_a_body_without_its_envelope_or_with_strange_ids_makes_nothing(api: httpx.Client, body: Any) -> None:
    answer = api.post("vods", json=body)

    assert answer.status_code == 400
    assert api.get("vods").json()["vods"] == []


def test_a_show_made_by_api_has_no_reel_until_it_is_given_one(api: httpx.Client) -> None:
    fields = {"title": "Parade", "cgTitle": "Parade", "cgExempt": False, "comments": "", "location": 1, "city": "X"}
    show = api.post("shows", json={"show": {**fields, "customFields": [], "totalRunTime": 99}}).json()["show"]
    media = api.post("media", json={"media": {"location": 1, "format": 1}}).json()["media"]
    reel = api.post("reels", json={"reel": {"show": show["id"], "media": media["id"], "length": 60}}).json()["reel"]

    seen = api.get(f"shows/{show['id']}").json()["show"]
    assert show["reels"] == []
    assert "city" not in show
    assert (seen["reels"], seen["totalRunTime"]) == ([reel["id"]], 60)


def test_a_put_unsets_what_it_leaves_out_and_cannot_touch_what_is_the_servers(api: httpx.Client) -> None:
    vod = api.post("vods", json={"vod": {"show": 2101, "vodConfiguration": 1}}).json()["vod"]

    whole = api.put(f"vods/{vod['id']}", json={"vod": {**vod, "chaptersPublished": True, "vodState": "complete"}})
    partial = api.put(f"vods/{vod['id']}", json={"vod": {"disabled": True}})

    assert (whole.json()["vod"]["chaptersPublished"], whole.json()["vod"]["vodState"]) == (True, "waiting")
    assert (partial.json()["vod"]["chaptersPublished"], partial.json()["vod"]["disabled"]) == (False, True)


def test_anonymous_answers_grow_old_and_authenticated_ones_do_not(
    station: RunningStation, api: httpx.Client, anonymous: httpx.Client
) -> None:
    station.switch(anonymous_cache_s=300)
    before = anonymous.get("shows/2101")
    api.post("vods", json={"vod": {"show": 2101, "vodConfiguration": 1}})

    assert before.headers["cache-control"] == "public, max-age=300"
    assert anonymous.get("shows/2101").json()["show"]["vods"] == []
    assert api.get("shows/2101").json()["show"]["vods"] == [1]
    station.advance(301)
    assert anonymous.get("shows/2101").json()["show"]["vods"] == [1]


def test_the_bare_answers_are_bare(api: httpx.Client, anonymous: httpx.Client) -> None:
    assert api.get("systeminfo").json()["cablecastVersion"] == "7.9.2"
    assert api.get("systemtime").json()["ianaTimeZone"] == "America/Chicago"
    assert api.get("usersession").json() == {"user": "archivist", "isAdmin": False, "permissions": ["Modify Shows"]}
    assert anonymous.get("usersession").json()["user"] is None


def test_schedule_items_can_be_asked_for_by_show_channel_and_time(reader: httpx.Client) -> None:
    assert len(reader.get("scheduleitems", params={"show": 2101}).json()["scheduleItems"]) == 1
    assert reader.get("scheduleitems", params={"channel": 6}).json()["scheduleItems"] == []
    later = {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}
    assert reader.get("scheduleitems", params=later).json()["scheduleItems"] == []


def test_the_short_swagger_document_lists_what_is_simulated(station: RunningStation) -> None:
    paths = httpx.get(f"{station.url}/CablecastAPI/swagger/docs/v1").json()["paths"]

    assert "/cablecastapi/v1/vods/{id}" in paths
    assert not [path for path in paths if "captions" in path]


def test_requests_are_logged_and_the_controls_are_not_among_them(
    station: RunningStation, anonymous: httpx.Client
) -> None:
    anonymous.get("Shows?search=x")
    anonymous.get("nothing")

    assert station.requests() == [("GET", "/cablecastapi/v1/shows"), ("GET", "/cablecastapi/v1/nothing")]
