"""The phrases with which a chair leads through an agenda, as patterns over a sentence's plain form.

They come from listening to how councils talk; a new phrase is one more alternative and a line in a golden meeting.
"""

import re
from enum import StrEnum


class ChapterKind(StrEnum):
    """What a chapter holds."""

    OPENING = "opening"
    ROLL_CALL = "roll_call"
    CONSENT = "consent_calendar"
    PUBLIC_COMMENT = "public_comment"
    PUBLIC_HEARING = "public_hearing"
    ITEM = "item"
    PRESENTATION = "presentation"
    RECESS = "recess"
    CLOSED_SESSION = "closed_session"
    RESUMED = "resumed"
    ADJOURNMENT = "adjournment"


_ITEM = r"(?:agenda )?items? (?:number )?(?P<item>\d{1,3}[a-z]?|[a-z]\d{1,2}|[b-hj-z])\b"
_COMMENTS = r"public (?:comments?|input|testimony)"

TAKES_UP_ITEM = re.compile(
    r"\b(?:(?:move|moving|go|going|turn|turning|proceed|continue|jump|skip|back)"
    r" (?:(?:right|next|now|on|along|ahead|back) )*to|(?:on|onto) to|brings us (?:now )?to|"
    r"we(?:'re| are)? (?:now )?(?:on|at)|take up|taking up|(?:this|that|it) is|"
    r"next (?:item |up |matter |one )?(?:on the agenda )?(?:is|will be|we have)|"
    rf"(?:read|call|introduce)(?: the (?:title|caption) of)?) (?:the )?{_ITEM}"
)
OPENS_WITH_ITEM = re.compile(
    rf"^(?:(?:okay|all right|so|now|and|next|then|alright) )*{_ITEM}"
    r"(?! (?:has|have|had|was|were|will|would|affects?|before|after|and|or|for the|to the|please|tonight|if|should|"
    r"(?:is|are) (?:continued|pulled|removed|withdrawn|postponed|moved|deferred|tabled|being|not|also|one|important|"
    r"next)))\b"
)
NEXT_ITEM = re.compile(r"\bthe next item(?: on (?:the|our|tonight's) agenda)? is (?P<title>.+)")

PHRASES: tuple[tuple[ChapterKind, str, re.Pattern[str]], ...] = (
    (
        ChapterKind.OPENING,
        "Call to order",
        re.compile(r"\bcall (?:this|the) .{0,60}?to order\b(?! back)|\bcalled to order\b"),
    ),
    (
        ChapterKind.ROLL_CALL,
        "Roll call",
        re.compile(r"\b(?:call|take|have) the roll\b(?! on)|^roll call(?: please)?$|\broll call of (?:the )?members"),
    ),
    (
        ChapterKind.CONSENT,
        "Consent calendar",
        re.compile(
            r"\b(?:next|to|is|on|up|now|have)(?: is)? (?:the|our|tonight's) consent (?:calendar|agenda)\b|"
            r"^(?:the |our )?consent (?:calendar|agenda)\b"
        ),
    ),
    (
        ChapterKind.PUBLIC_HEARING,
        "Public hearing",
        re.compile(
            r"\b(?:open|opening|reopen)(?: up)? (?:the|this|a|our) public hearing\b|"
            r"\bpublic hearing is (?:now )?open\b|\bhearing (?:is )?now open\b"
        ),
    ),
    (
        ChapterKind.PUBLIC_COMMENT,
        "Public comment",
        re.compile(
            rf"\b(?:open|opening|begin|start|take|hear|to|for|is)(?: up)?(?: the| our)? (?:general )?{_COMMENTS}\b"
            r"(?! (?:is|are) (?:now )?closed)(?! period is closed)|"
            r"\bpublic comment(?: period)? is (?:now )?open\b|^public comments?$"
        ),
    ),
    (
        ChapterKind.PRESENTATION,
        "Presentation",
        re.compile(r"\bnext (?:is|we have|up is) (?:a|the) (?:presentation|proclamation|recognition)\b"),
    ),
    (
        ChapterKind.CLOSED_SESSION,
        "Closed session",
        re.compile(
            r"\b(?:go|going|adjourn|recess|move|enter|retire)\b.{0,20}\b(?:into|to) (?:closed|executive) session\b"
        ),
    ),
    (
        ChapterKind.RECESS,
        "Recess",
        re.compile(
            r"\b(?:take|taking) an? (?:\w+ ){0,4}(?:break|recess)\b|\brecess(?:ed)? (?:until|for)\b|"
            r"\bwe(?:'re| are| will be| stand) (?:now )?in recess\b|\bback in \d+ minutes\b"
        ),
    ),
    (
        ChapterKind.RESUMED,
        "Meeting resumes",
        re.compile(
            r"\bback in (?:open )?session\b|\bback to order\b|"
            r"\b(?:we|council|meeting)\b.{0,20}\breconven(?:e|es|ed|ing)\b"
        ),
    ),
    (
        ChapterKind.ADJOURNMENT,
        "Adjournment",
        re.compile(
            r"\b(?:motion|move|moved) to adjourn\b|\badjourn (?:the|this|tonight's) meeting\b|"
            r"\b(?:meeting|council|we|we're)(?: is| are| stands?)? (?:now )?adjourned\b"
        ),
    ),
)
CLOSES_COMMENT = re.compile(
    rf"\bclos(?:e|ing) (?:the |this )?(?:{_COMMENTS}|public hearing)\b|"
    rf"\b(?:{_COMMENTS}|public hearing)(?: period)? (?:is|are) (?:now )?closed\b|\bhearing is (?:now )?closed\b"
)
OFF_AGENDA = re.compile(r"\bnot on (?:the|tonight's|our) agenda\b|\bnon agenda\b|\bgeneral public comment\b")
"""Public comment that belongs to no item even if one was before the council a moment ago."""
DESCRIBES = re.compile(
    r"^(?:(?:is|are|this is|it is|it's|which is|titled|entitled|about|on|regarding|for|to) )*"
    r"(?:a|an|the|our|public|consideration|approval|adoption|discussion|resolution|ordinance|presentation|update|"
    r"second|first|request|amendment|introduction|award)\b"
)
"""A sentence that tells what the item just called is about."""
LEADS_IN = re.compile(
    r"^(?:(?:is|are|this|it|it's|which|for|regarding|about|titled|entitled|and|on the agenda|next|on|a|an|the)\b"
    r"[ ,:]*)+",
    re.I,
)
"""Words in front of an item's subject that do not belong into its title."""
