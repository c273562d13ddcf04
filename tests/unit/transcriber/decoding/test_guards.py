# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import zlib
from dataclasses import replace

import pytest

from services.transcriber.decoding.guards import Suspicion, is_hopeless, looped, suspicions, suspicious_segments
from services.transcriber.engines.values import DecodedWindow
from shared.quality.spans import Span

PLEDGE = (
    "I pledge allegiance to the flag of the United States of America, and to the republic for which it stands, one "
    "nation under God, indivisible, with liberty and justice for all."
)
COUNCILS_SAY = [
    "I move to approve the consent agenda as presented.",
    "Aye. Aye. Aye. Aye. Aye. Aye. Aye. Aye. Aye.",
    "Alvarez? Aye. Bennett? Aye. Garza? Aye. Okafor? Aye. Reed? Aye. Mayor Whitfield? Aye.",
    "The motion carries. The next motion carries. That motion carries as well. The motion carries.",
    "Thank you.",
    "Thank you very much, thank you all for coming tonight.",
    "You will find the agenda at www.maplewood.gov.",
    "The form is at www.maplewood.gov/forms or cityofmaplewood.com, or call five five five, zero one hundred.",
    "Go to zoom.us, or write to clerk at maplewood.com.",
    "Thank you for watching Maplewood This Week.",
    "Thank you for watching.",
    "We will see you next time.",
    "Captions by the city clerk's office.",
    "Residents may subscribe to our channel to see every meeting.",
    "For more information visit www.fema.gov.",
    "Gracias por ver el video.",
    "Okay.",
    PLEDGE,
]


@pytest.fixture
def window(say):
    def build(*segments, ms: int = 0):
        return DecodedWindow(Span(0, ms or max((one.end_ms for one in segments), default=0) + 300), segments)

    return build


@pytest.fixture
def as_measured(say):
    """A segment with the compression ratio that its text really has."""

    def build(text, start_ms=0, **values):
        raw = text.encode()
        return say(text, start_ms, compression=len(raw) / len(zlib.compress(raw)), **values)

    return build


@pytest.mark.parametrize("text", COUNCILS_SAY)
def test_what_councils_say_is_not_suspicious(as_measured, window, text) -> None:
    assert suspicions(window(as_measured(text, logprob=-0.1))) == ()


@pytest.mark.parametrize(
    "text", [f"{PLEDGE} {PLEDGE}", "Aye. " * 12, "All in favor, say aye. Aye. Opposed? None. " * 3]
)
def test_true_repeats_may_be_heard_twice_but_stay(as_measured, window, text) -> None:
    said = as_measured(text, logprob=-0.1)

    reasons = suspicions(window(said))

    assert reasons == (Suspicion.REPETITIVE,)
    assert not is_hopeless(said, reasons)


def test_a_window_without_text_is_not_suspicious(window) -> None:
    assert suspicions(window()) == ()


@pytest.mark.parametrize("period", [1, 2, 3, 4])
def test_words_that_go_round_in_circles_are_a_loop(say, window, period) -> None:
    cycle = ["budget", "road", "water", "park"][:period]

    assert Suspicion.LOOP in suspicions(window(say(" ".join(cycle * (24 // period)))))


@pytest.mark.parametrize("period", [1, 2, 3, 4])
def test_lines_that_take_turns_are_a_loop(say, window, period) -> None:
    lines = ["we will see you", "I am not sure", "that is all right", "let us go on"][:period]
    segments = [say(line, 2000 * n) for n, line in enumerate(lines * 4)]

    assert suspicious_segments(window(*segments)) == dict.fromkeys(range(4 * period), (Suspicion.LOOP,))
    assert suspicions(window(*segments[:-1])) == ()


def test_a_loop_is_found_only_where_it_is(say, window) -> None:
    decoded = window(
        say("The meeting will come to order."), say("no no no no " * 6, 3000), say("All in favor.", 20_000)
    )

    assert suspicious_segments(decoded) == {1: (Suspicion.LOOP,)}
    assert looped(decoded) == set(range(6, 30))


@pytest.mark.parametrize("word", ["1,000,000,000,000,000,000,000,000,000,000", "ご視聴ありがとうございました" * 6])
def test_a_word_without_end_is_a_loop(say, window, word) -> None:
    assert Suspicion.LOOP in suspicions(window(say(word)))


@pytest.mark.parametrize(
    "word", ["www.maplewood.gov/departments/planning-and-zoning", "これより令和八年第三回定例会を開会いたします"]
)
def test_a_long_word_is_no_loop(say, window, word) -> None:
    assert suspicions(window(say(word, ms_per_word=6000))) == ()


@pytest.mark.parametrize(
    ("logprob", "no_speech", "expected"),
    [
        (-0.3, 0.95, ()),
        (-1.2, 0.1, (Suspicion.LOW_CONFIDENCE,)),
        (-1.2, 0.95, (Suspicion.LOW_CONFIDENCE, Suspicion.NO_SPEECH)),
    ],
)
def test_no_speech_counts_only_together_with_low_confidence(say, window, logprob, no_speech, expected) -> None:
    assert suspicions(window(say("the motion carries", logprob=logprob, no_speech=no_speech))) == expected


INVENTED = [
    "Thanks for watching!",
    "Thank you so much for watching this video.",
    "Subtitles by the Amara.org community",
    "Please like and subscribe to our channel.",
    "We'll see you in the next video. Thank you for watching.",
    "Okay. Thank you for watching.",
    "Transcription by CastingWords",
    "Subtítulos realizados por la comunidad de Amara.org",
    "¡Suscríbete al canal!",
    "Sous-titres réalisés para la communauté d’Amara.org",
    "Sous-titrage Société Radio-Canada",
    "Untertitel der Amara.org-Community",
    "Untertitel im Auftrag des ZDF für funk, 2017",
    "Vielen Dank fürs Zuschauen!",
    "Legendas pela comunidade Amara.org",
    "Sottotitoli creati dalla comunità Amara.org",
    "Ondertitels ingediend door de Amara.org gemeenschap",
    "Субтитры сделал DimaTorzok",
    "İzlediğiniz için teşekkür ederim.",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "字幕由 Amara.org 社区提供",
    "ご視聴ありがとうございました。ご視聴ありがとうございました。",
    "시청해 주셔서 감사합니다.",
    "Hãy subscribe cho kênh La La School Để không bỏ lỡ những video hấp dẫn",
]


@pytest.mark.parametrize("text", INVENTED)
@pytest.mark.parametrize("values", [{"logprob": -0.8}, {"no_speech": 0.8}])
def test_a_stock_phrase_that_something_else_speaks_against_is_hidden(say, window, text, values) -> None:
    said = say(text, **values)

    assert Suspicion.STOCK_PHRASE in suspicions(window(said))
    assert is_hopeless(said, suspicions(window(said)))


@pytest.mark.parametrize("text", INVENTED)
def test_a_stock_phrase_alone_is_never_a_suspicion(say, window, text) -> None:
    said = say(text, logprob=-0.1, ms_per_word=max(350, 120 * len(text) // len(text.split())))

    assert suspicions(window(said)) == ()


def test_a_stock_phrase_is_one_only_when_it_is_all_that_was_said(say, window) -> None:
    said = say("Thank you for watching Maplewood This Week, with all the news of the city.", logprob=-0.9)

    assert suspicions(window(said)) == ()


@pytest.mark.parametrize(
    ("ms", "no_speech", "is_one"), [(18_000, 0.99, True), (18_000, 0.5, False), (5_000, 0.99, False)]
)
def test_a_word_in_half_a_minute_in_which_the_engine_hears_nobody_is_a_suspicion(
    say, window, ms, no_speech, is_one
) -> None:
    present = window(replace(say("Present."), no_speech_prob=no_speech, avg_logprob=-0.5), ms=ms)

    assert (Suspicion.NO_SPEECH in suspicions(present)) is is_one


def test_a_text_as_long_as_its_window_is_none_whatever_the_engine_says_of_nobody(say, window) -> None:
    said = window(replace(say(PLEDGE), no_speech_prob=0.99, avg_logprob=-0.5), ms=18_000)

    assert Suspicion.NO_SPEECH not in suspicions(said)


def test_a_windows_no_speech_says_nothing_about_a_phrase_beside_other_sentences(say, window) -> None:
    thanks = say("Thank you.", 3000, no_speech=0.8)

    assert suspicions(window(thanks)) == (Suspicion.STOCK_PHRASE,)
    assert suspicions(window(say("The floor is yours.", no_speech=0.8), thanks)) == ()


def test_a_video_phrase_is_too_little_for_much_speech(say, window) -> None:
    much, little = (Span(0, 9000), Span(10_000, 19_000)), (Span(0, 2000),)
    watching = window(say("Thanks for watching!"), ms=20_000)

    assert suspicions(watching, speech=much) == (Suspicion.STOCK_PHRASE,)
    assert suspicions(watching, speech=little) == ()
    assert suspicions(window(say("Thank you."), ms=20_000), speech=much) == ()


def test_nobody_speaks_ten_words_a_second(say, window) -> None:
    said = say("one two three four five six seven eight", 100, ms_per_word=90)

    assert suspicions(window(said, ms=900)) == (Suspicion.TOO_FAST,)
    assert is_hopeless(said, (Suspicion.TOO_FAST,))


def test_few_words_said_fast_and_many_words_with_time_for_them_are_not_too_fast(say, window) -> None:
    few = say("so moved and seconded", 100, ms_per_word=60)
    unhurried = say("one two three four five six seven eight", 100, ms_per_word=150)

    assert suspicions(window(few, ms=500)) == ()
    assert suspicions(window(unhurried, ms=1300)) == ()


def test_words_whose_times_are_squeezed_were_said_where_there_was_time_for_them(say, window) -> None:
    said = say("one two three four five six seven eight", 3000, ms_per_word=40)

    assert suspicions(window(said), speech=(Span(1000, 5000),)) == (Suspicion.SQUEEZED,)
    assert suspicions(window(said), speech=(Span(3000, 3500),)) == (Suspicion.TOO_FAST,)
    assert not is_hopeless(said, (Suspicion.SQUEEZED,))
    assert is_hopeless(replace(said, avg_logprob=-1.1), (Suspicion.LOW_CONFIDENCE, Suspicion.SQUEEZED))


def test_a_quick_sentence_between_two_others_is_no_faster_than_word_times_are_good(say, window) -> None:
    before, after = say("All in favor?", 0), say("The motion carries.", 1900)
    quick = say("so moved and second and aye", 1000, ms_per_word=130)

    assert suspicions(window(before, quick, after)) == (Suspicion.SQUEEZED,)


def test_a_word_that_lasts_while_others_speak_has_swallowed_them(say, window) -> None:
    said = say("Are there any questions for staff?")
    stretched = replace(said, words=(*said.words[:4], replace(said.words[4], end_ms=6300), said.words[5]))

    assert suspicions(window(stretched, ms=7000)) == (Suspicion.STRETCHED,)
    assert suspicions(window(stretched, ms=7000), speech=(Span(0, 2500), Span(6000, 7000))) == ()
    assert not is_hopeless(stretched, (Suspicion.STRETCHED,))


def test_a_script_without_spaces_has_a_pace_too(say, window) -> None:
    line = "本日の会議を開きます出席議員は十二名です"

    assert suspicions(window(say(line, ms_per_word=800), ms=800)) == (Suspicion.TOO_FAST,)
    assert suspicions(window(say(line, ms_per_word=3500), ms=3500)) == ()


def test_text_that_compresses_too_well_is_repetitive_unless_it_is_short(say, window) -> None:
    assert suspicions(window(say("aye aye aye", compression=2.9))) == ()
    assert suspicions(window(say("a b c d e f g h i j k l m", compression=2.9))) == (Suspicion.REPETITIVE,)


def test_the_vocabulary_printed_as_text_may_be_a_leak(say, window) -> None:
    vocabulary = ("Alvarez", "Okafor", "Maple Street", "Planning Commission", "Lindqvist")

    leaked = window(say("Alvarez, Okafor, Maple Street, Planning Commission"))
    spoken = window(say("Councilmember Okafor asked the Planning Commission about Maple Street."))

    assert suspicions(leaked, vocabulary) == (Suspicion.VOCABULARY_LEAK,)
    assert suspicions(spoken, vocabulary) == ()
    assert suspicions(leaked) == ()


@pytest.mark.parametrize(("logprob", "no_speech"), [(-0.9, 0.0), (-0.2, 0.9)])
def test_one_or_two_names_that_the_engine_doubts_may_be_a_leak(say, window, logprob, no_speech) -> None:
    vocabulary = ("Okafor", "Maple Street")

    doubted = window(say("Okafor, Okafor.", logprob=logprob, no_speech=no_speech))
    among_others = window(say("Thank you, Okafor.", logprob=logprob))

    assert Suspicion.VOCABULARY_LEAK in suspicions(doubted, vocabulary)
    assert Suspicion.VOCABULARY_LEAK not in suspicions(among_others, vocabulary)
    assert suspicions(window(say("Okafor?")), vocabulary) == ()


def test_doubt_alone_does_not_hide_words(say) -> None:
    assert not is_hopeless(say("hard to hear", logprob=-1.2), (Suspicion.LOW_CONFIDENCE,))
    assert is_hopeless(say("hard to hear", logprob=-2.0), (Suspicion.LOW_CONFIDENCE,))
    assert is_hopeless(say("no no no"), (Suspicion.LOOP,))
