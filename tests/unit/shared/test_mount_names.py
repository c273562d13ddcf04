"""Each folder of FLEX_SERVERS is watched under a name of its own."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mount_names import another_name, name_mounts

PARTS = st.text(alphabet="ab-Ä _.", min_size=1, max_size=4).filter(
    lambda part: part.strip() == part and part not in (".", "..")
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


def names(*entries: str) -> dict[str, str]:
    return {mount.path: mount.name for mount in name_mounts(entries)[0]}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["/mnt/flex-1", "/mnt/flex-2/"], {"/mnt/flex-1": "flex-1", "/mnt/flex-2": "flex-2"}),
        (["north=/mnt/a", "/mnt/b"], {"/mnt/a": "north", "/mnt/b": "b"}),
        (
            ["/mnt/north/media", "/mnt/south/media"],
            {"/mnt/north/media": "north-media", "/mnt/south/media": "south-media"},
        ),
        (["media=/mnt/a", "/mnt/x/media"], {"/mnt/a": "media", "/mnt/x/media": "x-media"}),
        (["/mnt/n=1/a"], {"/mnt/n=1/a": "a"}),
        (["/mnt/Council drive"], {"/mnt/Council drive": "Council-drive"}),
    ],
)
def test_a_name_is_the_last_part_of_the_path_and_as_much_before_it_as_it_takes(
    entries: list[str], expected: dict[str, str]
) -> None:
    assert names(*entries) == expected


@given(st.lists(PATHS, max_size=6))
def test_no_folder_is_lost_and_no_name_is_used_twice(paths: list[str]) -> None:
    found = names(*paths)

    assert set(found) == set(paths)
    assert len(set(found.values())) == len(found)


def test_the_order_of_the_folders_does_not_change_their_names() -> None:
    paths = ["/x/media", "/y/media", "/media", "/x-media", "/a-b/c", "/a/b-c"]

    assert len({tuple(sorted(names(*order).items())) for order in permutations(paths)}) == 1


def test_what_is_left_out_or_named_otherwise_is_told() -> None:
    mounts, said = name_mounts(["a=/mnt/one", "b=/mnt/one", "a=/mnt/two", "/mnt/one"])

    assert [(mount.name, mount.path) for mount in mounts] == [("a", "/mnt/one"), ("two", "/mnt/two")]
    assert said == (
        "b=/mnt/one is left out: /mnt/one is named before it.",
        "/mnt/two is not called a, for that is /mnt/one: its name comes from its path.",
    )


@pytest.mark.parametrize("entry", ["media", "/", "x=", "=/a", "a b=/x", "/mnt/../x", "/mnt//x", "x=relative/path"])
def test_what_is_no_folder_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        name_mounts([entry])


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert another_name("media", {"media", "media-2"}) == "media-3"
    assert another_name("media", set()) == "media"


def test_folders_that_lie_in_each_other_are_told() -> None:
    _, said = name_mounts(["/mnt/a/b", "/mnt/c", "outer=/mnt/a", "/mnt/ab"])

    assert said == ("/mnt/a/b lies inside /mnt/a: its recordings would be seen twice. Name only one of the two.",)
