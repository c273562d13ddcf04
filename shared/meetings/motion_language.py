"""The phrases of motions and votes, as patterns over a sentence's plain form."""

import re

from shared.meetings.member_names import TITLE

NAME = r"[a-z][a-z']+(?: (?!and\b|second|to\b|who\b|that\b|with\b|moves?\b|is\b|has\b)[a-z][a-z']+)??"
_MEMBER = rf"(?:by |from )?(?:{TITLE} )?"

INVITES = re.compile(
    r"\b(?:is there|do i (?:have|hear)|may i have|can i (?:have|get)|could i (?:have|get)|"
    r"i(?:'d| would| will|'ll)? entertain|looking for|i need|we need|is anyone ready for) "
    r"(?:a |any )?motion\b(?: to (?P<what>.+)| for (?P<for>.+))?"
)
"""The chair asks for a motion; what for becomes the motion's text if somebody answers "so moved"."""
MOVES = re.compile(
    r"^(?:(?:mayor|chair|yes|okay|well|so|then|and|all right|with that|madam mayor|mr mayor|mister mayor) )*"
    r"(?:i(?:'d| would)? (?:like to )?(?:move|make a motion|make the motion|propose a motion)|"
    r"i(?:'ll| will) (?:move|make a motion)|"
    r"i so move|move|motion)"
    r"(?: that(?: we)?| we| to| for)? (?P<what>(?:approv|adopt|accept|tabl|continu|amend|adjourn|deny|denial|"
    r"postpone|den|direct|authoriz|award|appoint|reconsider|refer|send|recess|waive|introduc|close|open|receive|"
    r"extend|the |staff|item|it|"
    r"go into|enter|remove|pull|ratif|reject|nominat|confirm|pass)\S*.*)$"
)
SO_MOVED = re.compile(
    r"^(?:(?:mayor|chair|yes|okay) )*(?:(?:i )?so moved?\b|(?:i'll |i )move it\b|move approval\b|"
    r"i'll make that motion\b|moved$)"
)
MEMBER_MOVES = re.compile(
    rf"\b{TITLE} (?P<mover>[a-z][a-z']+) (?:moves|moved|makes a motion|made a motion|has moved)"
    r"(?: that(?: we)?| to| for)? (?P<what>.+)$"
)
MOVED_BY = re.compile(
    rf"\b(?:(?:motion|moved|motion made|motion was made|motion on the floor|first)(?: (?:to|for) (?P<what>.{{3,80}}?))?"
    rf"(?: on the floor)?(?: made)? (?:by|from)) {_MEMBER}(?P<mover>{NAME})(?= |$)"
)
SECONDED_BY = re.compile(
    rf"\b(?:seconded by|(?:a )?second (?:by|from)|and a second by) {_MEMBER}(?P<seconder>[a-z][a-z']+)"
)
MEMBER_SECONDS = re.compile(rf"\b{TITLE} (?P<seconder>[a-z][a-z']+) (?:seconds|seconded|has seconded)\b")
SECONDS = re.compile(
    r"^(?:(?:mayor|chair|yes|and|okay) )*(?:i(?:'ll| will|'d like to| would like to)? second|second(?:ed)?"
    r"(?: the motion| that| it| the item)?$|second for discussion|i'll be the second|there's a second)\b"
)
WITHDRAWS = re.compile(
    r"\bi(?:'ll| will)? withdraw (?:my|the) motion\b|\bmotion (?:is|has been) withdrawn\b|\bwithdraw my motion\b"
)
NO_SECOND = re.compile(r"\bdies for (?:the )?(?:lack|want) of (?:a )?second\b|\bfor (?:lack|want) of a second\b")

_SUBJECT = (
    r"(?:(?:the |that |this |your |main )*(?:motion|item|ordinance|resolution|amendment|minutes|"
    r"consent (?:calendar|agenda)|measure|vote|recommendation)|that|it|which)"
)
CARRIES = re.compile(
    rf"\b{_SUBJECT}(?: as amended| to adjourn| \d+[a-z]?)? (?:has |have |is |was |are |does )?(?:now )?"
    r"(?:carries|carried|carry|passes|passed|approved|adopted|prevails)\b(?! by (?:the )?(?:state|congress|voters))|"
    r"\b(?:ayes|eyes) have it\b|^(?:motion )?(?:carries|passes|passed|carried|approved)(?: unanimously| \d+ .*)?$|"
    r"\bpasses unanimously\b|\bcarries unanimously\b"
)
FAILS = re.compile(
    rf"\b{_SUBJECT}(?: as amended)? (?:has |is |was )?"
    r"(?:fails|failed|defeated|does not (?:pass|carry)|doesn't (?:pass|carry))\b|"
    r"\b(?:nays|noes|nos) have it\b|^(?:motion )?(?:fails|failed)\b"
)
NOT_NOW = re.compile(
    r"\b(?:if|whether|unless|until|once|assuming|suppose|when) (?:\w+ ){0,4}(?:motion|item|ordinance|resolution|"
    r"amendment|measure|vote|that|it|this)\b|\b(?:last|previous) (?:year|month|week|time|night|november)\b|"
    r"\bin (?:19|20)\d\d\b|\b(?:years?|months?|weeks?) ago\b|\bback in\b|\bpreviously\b|\bin (?:january|february|march|"
    r"april|may|june|july|august|september|october|november|december)\b|\bwhich (?:was|were|has|had)\b"
)
"""Talk of a decision that is hoped for, feared or long made."""
ADJOURNED = re.compile(r"\badjourned\b")
"""Decides a motion to adjourn."""
RECORDS = re.compile(r"\b(?:vote|tally|count) (?:was|is) \d+ (?:to )?\d+\b")
UNANIMOUS = re.compile(r"\bunanimous(?:ly)?\b")
WITHOUT_OBJECTION = re.compile(
    r"\b(?:without|no|hearing no|seeing no) objections?\b.{0,40}\b(?:so ordered|approved|adopted)\b"
)

TO_TALLY = re.compile(
    r"\b(?P<ayes>\d{1,2}) (?:to )?(?P<noes>\d{1,2})(?: (?:to |with )?(?P<abstentions>\d{1,2})(?: abst\w+)?)?\b"
)
AYES = re.compile(r"\b(?P<n>\d{1,2}) (?:ayes?|yes(?:es)?|yeas?|in favor|for\b)")
NOES = re.compile(r"\b(?P<n>\d{1,2}|no) (?:noes|nos|nays?|no|opposed|against)\b")
ABSTENTIONS = re.compile(r"\b(?P<n>\d{1,2}) (?:abstentions?|abstain(?:ing|ed)?|recusals?)\b")
ABSENT = re.compile(r"\b(?P<n>\d{1,2}) absent\b")

ROLL_CALL = re.compile(r"\broll call\b|\bcall the roll\b|\bpoll the (?:council|board|members)\b")
VOICE_VOTE = re.compile(r"\ball (?:those )?in favor\b")
CALLED = re.compile(rf"^(?:and |next )*(?:{TITLE} )?(?P<name>[a-z][a-z']+)$")
"""A clerk calling a name; believed only with a title or a question mark, or while a roll is being called."""
ANSWER = re.compile(
    r"^(?:(?:i vote|i'm a|i am a|votes?|that's a|um|uh|oh) )*(?P<vote>aye|yes|yea|yeah|i|no|nay|abstain|"
    r"abstains|abstaining|recuse|recused|absent|excused)"
    r"(?: (?:aye|yes|no|on this|on that|from this|from the vote|vote|mayor|please|thank you))*$"
)
NAMED_VOTE = re.compile(
    rf"^(?:(?P<title>{TITLE}) )?(?P<name>[a-z][a-z']+) (?:(?:votes?|is a|voted) )?"
    r"(?P<vote>aye|yes|yea|no|nay|abstains?|recused|absent|excused)$"
)
VOTES = {
    "aye": "aye",
    "yes": "aye",
    "yea": "aye",
    "yeah": "aye",
    "i": "aye",  # how engines often write a short "aye"
    "no": "no",
    "nay": "no",
    "abstain": "abstain",
    "abstains": "abstain",
    "abstaining": "abstain",
    "recuse": "abstain",
    "recused": "abstain",
    "absent": "absent",
    "excused": "absent",
}
