"""Motions and votes: who moved and seconded what, how the vote went, and the sentences that say so.

A meeting's words are read once, in order, with the motion on the floor in hand: an amendment puts the main motion
aside until it is decided. A tally that the chair announces and one that is counted from a roll call are kept apart,
because the two disagreeing is exactly what a clerk wants to know. What was not heard stays None.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.meetings import motion_language as say
from shared.meetings.member_names import NOT_NAMES, bare
from shared.meetings.motion import MemberVote, Motion, MotionOutcome, Quoted, Tally
from shared.meetings.sentences import Sentence

STALE_MS = 30 * 60_000
"""A motion without a word about it for so long was not caught to its end."""
INVITED_WITHIN_MS = 60_000
LATE_TALLY_MS = 45_000
"""Within this time after a decision, another announcement is about the same vote."""
ANSWER_WITHIN_MS = 12_000
FEWEST_CALLED = 2


@dataclass(slots=True)
class _Floor:
    """A motion still being dealt with."""

    text: str = ""
    mover: str | None = None
    seconder: str | None = None
    outcome: MotionOutcome = MotionOutcome.UNKNOWN
    announced: Tally | None = None
    is_unanimous: bool = False
    votes: dict[str, MemberVote] = field(default_factory=dict)
    heard: list[Quoted] = field(default_factory=list)
    by_roll_call: bool = False

    def note(self, what: str, sentence: Sentence) -> None:
        """Remember a sentence, once."""
        if not self.heard or self.heard[-1].start_ms != sentence.start_ms:
            self.heard.append(Quoted(what, sentence.text, sentence.start_ms, sentence.end_ms))

    def motion(self) -> Motion:
        """The motion as a value."""
        votes = tuple(self.votes.values()) if self.by_roll_call or len(self.votes) >= FEWEST_CALLED else ()
        return Motion(
            text=self.text,
            mover=self.mover,
            seconder=self.seconder,
            outcome=self.outcome,
            announced=self.announced,
            counted=_counted(votes),
            is_unanimous=self.is_unanimous or _all_ayes(self.announced or _counted(votes)),
            votes=votes,
            heard=tuple(self.heard),
        )


def motions(said: Sequence[Sentence]) -> tuple[Motion, ...]:
    """Every motion heard, in the order in which they were made."""
    done = sorted(_MotionReader(said).read(), key=lambda floor: floor.heard[0].start_ms)
    return tuple(floor.motion() for floor in done)


class _MotionReader:
    """Reads a meeting once, with the open motions as a stack: the last one is on the floor."""

    def __init__(self, said: Sequence[Sentence]) -> None:
        self.said = said
        self.open: list[_Floor] = []
        self.done: list[_Floor] = []
        self.invited: tuple[str, int] | None = None
        self.called: tuple[str, int] | None = None

    def read(self) -> list[_Floor]:
        for sentence in self.said:
            if sentence.plain:
                self._drop_stale(sentence)
                self._sentence(sentence)
        self.done.extend(self.open)
        return self.done

    def _drop_stale(self, sentence: Sentence) -> None:
        while self.open and sentence.start_ms - self.open[-1].heard[-1].end_ms > STALE_MS:
            self.done.append(self.open.pop())

    def _sentence(self, sentence: Sentence) -> None:
        if self._vote(sentence) or self._decision(sentence) or self._withdrawal(sentence):
            return
        invited = say.INVITES.search(sentence.plain)
        if invited:
            group = "what" if invited["what"] else "for"
            self.invited = (_clause(sentence, invited, group), sentence.end_ms)
            return
        moved = self._motion(sentence)
        seconded = self._second(sentence)
        if not moved and not seconded and self.open and say.ROLL_CALL.search(sentence.plain):
            self.open[-1].by_roll_call = True
            self.open[-1].note("vote", sentence)
        elif self.open and say.VOICE_VOTE.search(sentence.plain):
            self.open[-1].note("vote", sentence)

    def _motion(self, sentence: Sentence) -> bool:
        plain = sentence.plain
        by = say.MOVED_BY.search(plain)
        if by:
            return self._announced_mover(sentence, by)
        member = say.MEMBER_MOVES.search(plain)
        if member:
            self._put(sentence, _clause(sentence, member, "what"), bare(sentence.written(*member.span("mover"))))
            return True
        if sentence.is_question:
            return False
        moves = say.MOVES.search(plain)
        if moves:
            self._put(sentence, _clause(sentence, moves, "what"), sentence.speaker)
            return True
        if say.SO_MOVED.search(plain):
            fresh = self.invited and sentence.start_ms - self.invited[1] <= INVITED_WITHIN_MS
            self._put(sentence, self.invited[0] if fresh and self.invited else "", sentence.speaker)
            return True
        return False

    def _announced_mover(self, sentence: Sentence, by: re.Match[str]) -> bool:
        """ "Moved by Garza" names the mover of the motion just made, or makes it if nobody was heard making it."""
        name = bare(sentence.written(*by.span("mover")))
        if by["mover"] in NOT_NAMES:
            return False
        text = _clause(sentence, by, "what")
        if self.open and not self.open[-1].votes and self.open[-1].outcome is MotionOutcome.UNKNOWN:
            floor = self.open[-1]
            floor.mover, floor.text = name, floor.text or text
            floor.note("motion", sentence)
        else:
            fresh = self.invited and sentence.start_ms - self.invited[1] <= INVITED_WITHIN_MS
            self._put(sentence, text or (self.invited[0] if fresh and self.invited else ""), name)
        return True

    def _put(self, sentence: Sentence, text: str, mover: str | None) -> None:
        """Put a motion on the floor. Only an amendment leaves the earlier one waiting; any other takes its place."""
        amends = re.match(r"amend\b|(?:a |the )?(?:friendly )?amendment", text.casefold())
        if self.open and not amends:
            self.done.append(self.open.pop())
        floor = _Floor(text=text, mover=mover)
        floor.note("motion", sentence)
        self.open.append(floor)
        self.invited = None

    def _second(self, sentence: Sentence) -> bool:
        if not self.open or sentence.is_question:
            return False
        floor = self.open[-1]
        named = say.SECONDED_BY.search(sentence.plain) or say.MEMBER_SECONDS.search(sentence.plain)
        if named and named["seconder"] not in NOT_NAMES:
            floor.seconder = bare(sentence.written(*named.span("seconder")))
        elif say.SECONDS.search(sentence.plain):
            floor.seconder = floor.seconder or sentence.speaker
        else:
            return False
        floor.note("second", sentence)
        return True

    def _vote(self, sentence: Sentence) -> bool:
        """A name called, an answer to it, or both in one sentence."""
        if not self.open:
            return False
        floor = self.open[-1]
        both = say.NAMED_VOTE.search(sentence.plain)
        if both and both["name"] not in NOT_NAMES and (both["title"] or floor.by_roll_call):
            self._count(floor, bare(sentence.written(*both.span("name"))), both["vote"], sentence)
            return True
        answer = say.ANSWER.search(sentence.plain)
        if answer and self.called and sentence.start_ms - self.called[1] <= ANSWER_WITHIN_MS:
            self._count(floor, self.called[0], answer["vote"], sentence)
            self.called = None
            return True
        called = say.CALLED.search(sentence.plain)
        titled = called is not None and called.start("name") > 0
        believed = (titled and sentence.is_question) or (floor.by_roll_call and sentence.words[0][:1].isupper())
        if not called or not believed or called["name"] in NOT_NAMES or called["name"] in say.VOTES:
            return False
        self.called = (bare(sentence.written(*called.span("name"))), sentence.end_ms)
        return True

    def _count(self, floor: _Floor, name: str, vote: str, sentence: Sentence) -> None:
        floor.votes[name.casefold()] = MemberVote(name, say.VOTES[vote], sentence.start_ms)
        floor.note("vote", sentence)

    def _withdrawal(self, sentence: Sentence) -> bool:
        if not say.WITHDRAWS.search(sentence.plain) or not self.open:
            return False
        self._close(sentence, MotionOutcome.WITHDRAWN)
        return True

    def _decision(self, sentence: Sentence) -> bool:
        plain = sentence.plain
        if say.NO_SECOND.search(plain):
            if self.open:
                self._close(sentence, MotionOutcome.NO_SECOND)
            return True
        if sentence.is_question or say.NOT_NOW.search(plain):
            return False
        failed = say.FAILS.search(plain)
        carried = say.CARRIES.search(plain) or say.WITHOUT_OBJECTION.search(plain)
        if not carried and self._adjourns(plain):
            self._close(sentence, MotionOutcome.CARRIED)
            return True
        if not failed and not carried and not say.RECORDS.search(plain):
            return False
        tally = read_tally(plain)
        outcome = MotionOutcome.FAILED if failed else MotionOutcome.CARRIED
        if not failed and not carried:
            if self.open and tally is not None and self.open[-1].outcome is MotionOutcome.UNKNOWN:
                self.open[-1].announced = tally
                self.open[-1].note("outcome", sentence)
                return True
            outcome = MotionOutcome.UNKNOWN
        if not self.open and self._is_about_the_last(sentence, outcome, tally):
            self._add_to_last(sentence, tally)
        elif outcome is not MotionOutcome.UNKNOWN and (self.open or "motion" in plain or tally is not None):
            self._close(sentence, outcome, tally)
        else:
            return False
        return True

    def _adjourns(self, plain: str) -> bool:
        return bool(self.open) and self.open[-1].text.startswith("adjourn") and bool(say.ADJOURNED.search(plain))

    def _is_about_the_last(self, sentence: Sentence, outcome: MotionOutcome, tally: Tally | None) -> bool:
        """Said soon after a decision and not in conflict with it."""
        if not self.done or sentence.start_ms - self.done[-1].heard[-1].end_ms > LATE_TALLY_MS:
            return False
        last = self.done[-1]
        agrees = outcome in (last.outcome, MotionOutcome.UNKNOWN)
        return agrees and (tally is None or last.announced in (None, _in_order(tally, last.outcome)))

    def _add_to_last(self, sentence: Sentence, tally: Tally | None) -> None:
        last = self.done[-1]
        last.announced = last.announced or _in_order(tally, last.outcome)
        last.is_unanimous = last.is_unanimous or bool(say.UNANIMOUS.search(sentence.plain))
        last.note("outcome", sentence)

    def _close(self, sentence: Sentence, outcome: MotionOutcome, tally: Tally | None = None) -> None:
        floor = self.open.pop() if self.open else _Floor()
        floor.outcome = outcome
        floor.announced = _in_order(tally, outcome) or floor.announced
        floor.is_unanimous = bool(say.UNANIMOUS.search(sentence.plain))
        floor.note("outcome", sentence)
        self.done.append(floor)
        self.called = None


def read_tally(plain: str) -> Tally | None:
    """The tally said in a sentence: "carries 5 to 2", "5 2", "6 ayes 1 no", "with 5 in favor and 2 opposed"."""
    ayes, noes = say.AYES.search(plain), say.NOES.search(plain)
    abstentions, absent = say.ABSTENTIONS.search(plain), say.ABSENT.search(plain)
    if ayes:
        return Tally(int(ayes["n"]), _count_of(noes), _count_of(abstentions), _count_of(absent))
    to = say.TO_TALLY.search(plain)
    if to is None:
        return None
    # "7 0 1": a third number is abstentions, unless it is told apart as absences.
    third = int(to["abstentions"] or 0) if not absent else 0
    return Tally(int(to["ayes"]), int(to["noes"]), _count_of(abstentions) or third, _count_of(absent))


def _count_of(match: re.Match[str] | None) -> int:
    return int(match["n"]) if match and match["n"].isdigit() else 0


def _in_order(tally: Tally | None, outcome: MotionOutcome) -> Tally | None:
    """Ayes first, as minutes are written, though a chair may say "fails 5 to 2" with the larger side first."""
    if tally is not None and outcome is MotionOutcome.FAILED and tally.ayes > tally.noes:
        return Tally(tally.noes, tally.ayes, tally.abstentions, tally.absent)
    return tally


def _counted(votes: Sequence[MemberVote]) -> Tally | None:
    if not votes:
        return None
    given = [vote.vote for vote in votes]
    return Tally(given.count("aye"), given.count("no"), given.count("abstain"), given.count("absent"))


def _all_ayes(tally: Tally | None) -> bool:
    return tally is not None and tally.ayes > 1 and tally.noes == 0 and tally.abstentions == 0


def _clause(sentence: Sentence, match: re.Match[str], group: str) -> str:
    """The words of a group as written, without the full stop and without a second named in the same breath."""
    if not match[group]:
        return ""
    text = sentence.written(*match.span(group))
    text = re.split(r",? (?:and )?second(?:ed)? by\b", text, maxsplit=1)[0]
    return text.strip(" ,;:?!") if text.endswith((".m.", ".S.")) else text.strip(" .,;:?!")
