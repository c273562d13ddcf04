"""Clock times as text formats write them, to the millisecond; exact seconds on this side."""

from fractions import Fraction


def milliseconds(seconds: Fraction) -> int:
    """The nearest whole millisecond."""
    return round(seconds * 1000)


def clock(seconds: Fraction, point: str = ".") -> str:
    """``01:02:03.004``; ``point`` stands before the milliseconds."""
    total = max(0, milliseconds(seconds))
    rest, thousandth = divmod(total, 1000)
    rest, second = divmod(rest, 60)
    hour, minute = divmod(rest, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{thousandth:03}"


def span(start: Fraction, end: Fraction, point: str) -> str:
    """``start --> end``; a cue never shrinks to nothing by rounding."""
    first = milliseconds(start)
    last = max(milliseconds(end), first + 1)
    return f"{clock(Fraction(first, 1000), point)} --> {clock(Fraction(last, 1000), point)}"
