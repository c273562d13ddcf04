"""How captions shall look, as data: one profile per style guide, and a city picks one by name.

Numbers of words a minute in the guides are turned into characters a second at 5.1 characters a word, blank included:
the ratio at which Netflix's own 200 words a minute and 17 characters a second agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from shared.errors import InvalidInput

WEB_COLUMNS = 42
"""Columns of WebVTT and SRT rows: Netflix Timed Text Style Guide, English, "Character limitation"."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one style guide; times are whole milliseconds of media time."""

    name: str
    columns: int
    """Most characters in a row."""
    on_608_grid: bool
    """Whether rows go onto the CEA-608 screen, where some characters take more than one column."""
    max_rows: int
    """Rows of an ordinary cue."""
    crowd_rows: int
    """Rows a cue may have when speakers change too fast for ``max_rows``."""
    aim_cps: float
    """Reading speed, in characters a second with blanks, that costs nothing."""
    max_cps: float
    """Reading speed above which a cue is reported."""
    min_ms: int
    """Shortest time on screen."""
    good_ms: int
    """Time on screen below which a cue feels hasty although it is allowed."""
    max_ms: int
    """Longest time on screen."""
    gap_frames: int
    """Frames between two cues that are not joined."""
    chain_ms: int
    """A gap shorter than this is closed: it would only flicker."""
    chain_frames: int
    """Frames left when a gap is closed; 0 lets the next cue replace this one."""
    linger_ms: int
    """How long a cue stays after its last word when there is room."""
    hold_ms: int
    """How long it may stay after its last word so that it can be read at all."""
    pause_ms: int
    """A silence this long always ends a cue."""
    turn_mark: str
    """Written before the words of a new speaker."""
    marks_lone_turn: bool
    """Whether the mark stands in a cue of one speaker too, or only where two share a cue."""
    name_form: str
    """How a known speaker is named; ``{name}`` and ``{NAME}`` are replaced."""
    sound_form: str
    """How a sound is written; ``{sound}`` and ``{SOUND}`` are replaced."""
    music: str
    """How music without words is written."""

    def for_web(self) -> "Profile":
        """The same rules for WebVTT and SRT, where a row may be wider than on the 608 grid."""
        return replace(self, columns=max(self.columns, WEB_COLUMNS), on_608_grid=False)


_FCC = Profile(
    name="fcc",
    columns=32,  # 47 CFR 15.119(d): 32 columns of 15 rows
    on_608_grid=True,
    max_rows=2,  # Netflix, BBC: one or two rows
    crowd_rows=4,  # 47 CFR 15.119(d)(1): at most four rows at once
    aim_cps=17,  # Netflix Timed Text: 17 characters a second, 200 words a minute, for adults
    max_cps=20,  # Netflix Timed Text: 20 characters a second with an SDH file
    min_ms=1000,  # common practice of US captioners
    good_ms=1500,  # one and a half seconds: the middle between it and DCMP's two
    max_ms=6000,  # DCMP Captioning Key: no caption longer than six seconds
    gap_frames=2,  # Netflix Timing Guidelines: two frames at least
    chain_ms=500,  # Netflix Timing Guidelines: gaps from three frames to half a second are closed
    chain_frames=0,  # a pop-on caption is replaced by the next one's EOC, 47 CFR 15.119(f)(2)
    linger_ms=500,  # Netflix Timing Guidelines: out-time up to half a second after the voice
    hold_ms=1500,  # BBC Subtitle Guidelines: at most one and a half seconds off the speech
    pause_ms=2000,
    turn_mark=">> ",  # US broadcast convention at each change of speaker
    marks_lone_turn=True,
    name_form="{NAME}: ",
    sound_form="[{sound}]",
    music="♪ [music] ♪",
)

_NETFLIX = replace(
    _FCC,
    name="netflix",
    on_608_grid=False,
    columns=42,  # Timed Text Style Guide, English: 42 characters a row
    crowd_rows=2,  # General Requirements: two rows at most, always
    aim_cps=17,
    max_cps=20,  # English SDH: 20 characters a second
    min_ms=834,  # General Requirements: 5/6 of a second
    good_ms=1300,
    max_ms=7000,  # General Requirements: seven seconds
    chain_frames=2,  # Timing Guidelines: close to two frames
    turn_mark="-",  # English: a hyphen without a blank where two speakers share a cue
    marks_lone_turn=False,
    name_form="[{name}] ",  # English SDH: identifiers in brackets
    music="[music]",
)

_BBC = replace(
    _FCC,
    name="bbc",
    on_608_grid=False,
    columns=37,  # Subtitle Guidelines: 37 characters of a fixed-width row
    crowd_rows=3,  # three rows if the picture allows
    aim_cps=14,  # 160 to 180 words a minute
    max_cps=15.5,
    chain_ms=1000,  # gaps below one second look jerky
    linger_ms=500,
    turn_mark="- ",  # dashes where colours cannot tell speakers apart
    marks_lone_turn=False,
    name_form="{NAME}: ",
    sound_form="{SOUND}",  # sound labels in capitals
    music="MUSIC",
)

_DCMP = replace(
    _FCC,
    name="dcmp",
    crowd_rows=3,
    aim_cps=13.6,  # Captioning Key: 160 words a minute
    max_cps=19,  # near-verbatim up to 225 words a minute
    min_ms=1334,  # Captioning Key: 40 frames
    good_ms=2000,  # adult material: two seconds
    max_ms=6000,
    turn_mark="- ",
    marks_lone_turn=False,
    name_form="({name}) ",  # the name in parentheses when placement cannot show who speaks
    music="[music]",
)

PROFILES: Mapping[str, Profile] = MappingProxyType({one.name: one for one in (_FCC, _NETFLIX, _BBC, _DCMP)})
"""Every profile by the name a city's settings use."""


def profile(name: str = "fcc") -> Profile:
    """The profile of that name; an unknown one is the caller's mistake."""
    try:
        return PROFILES[name.strip().lower()]
    except KeyError:
        message = f"There is no caption profile {name!r}; choose one of {', '.join(PROFILES)}."
        raise InvalidInput(message, code="unknown_profile") from None
