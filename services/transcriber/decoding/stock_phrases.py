"""Sentences that Whisper learned from the subtitles of the internet and prints where nobody speaks.

Credits of subtitlers and what presenters of video sites say, from the lists that other projects keep of what the models
really printed, in the languages of which such lists exist; and the small talk that fills a pause. A person may say any
of it ("Thank you for watching Maplewood This Week"), so a phrase counts only where it is all that was said, and it
convicts nobody by itself: :mod:`services.transcriber.decoding.guards` asks for a second measure.
"""

import re

_SPACED = r"""
# English
subtitles? (made )?by( the)? amara org( community)?
(subtitles?|captions?|transcripts?|translations?|transcription|transcribed|subtitled|captioned) by [\w']+( [\w']+){0,2}
transcription outsourcing llc
(thank you|thanks)( you)?( all)?( guys)?( so much| very much)? for (watching|viewing)( (this|the|my|our) video)?
(please |and |don't forget to )*((like|share|comment) (and )?)*subscribe (to|for) (my|our|the|more)( channel| videos)?
(please |and |don't forget to |remember to |be sure to |make sure to )*((like|share|comment) (and )?)*subscribe
(and )?(i'll |we'll |i will |we will )?see you( all| guys)?( in)?( the)? next (video|one|time|episode)
(for more information )?(visit |go to )?www (mooji org|fema gov)
# Spanish
subt[ií]tulos (realizados )?por la comunidad de amara org
subtitulado por la comunidad de amara org
(muchas )?gracias por ver( el| este| mi)? v[ií]deo
(no olvid(es|en) )?(suscr[ií]bete|suscr[ií]banse|suscribir[ts]e)( al canal| a mi canal| a nuestro canal)?
nos vemos en el pr[oó]ximo v[ií]deo
m[aá]s informaci[oó]n www alimmenta com
# French
sous titres r[ée]alis[ée]s? (par|para) la communaut[ée] d'amara org
sous titrage (soci[ée]t[ée] radio canada|st' ?501|fr)
par soustitreur com
merci d'avoir regard[ée]( cette vid[ée]o| la vid[ée]o)?
(n'oubliez pas de vous )?abonne[rz]( vous)?( à la cha[iî]ne)?
# German
untertitel(ung)? (der|aufgrund der|von der) amara org community
untertitel(ung)? (im auftrag )?des zdf( für funk)?( 20\d\d)?
untertitel von stephanie geiges
(copyright )?(wdr|swr) 20\d\d
(vielen dank|danke)( für's| fürs) (zuschauen|zusehen)
(bis zum|wir sehen uns im) nächsten video
# Portuguese
legendas (pela|realizadas pela|feitas pela) comunidade( de)? amara org
(muito )?obrigad[oa] por (assistir|assistirem|ver)( este| o| ao)?( v[ií]deo)?
inscreva se( no)?( meu| nosso)?( canal)?
# Italian
sottotitoli (creati dalla comunità|di sottotitoli di|e revisione (a cura|al canale) di|a cura di)( amara org| qtss)
grazie per (aver(e)? (guardato|visto)|la visione)( il video| questo video)?
iscri(vetevi|viti) al( mio| nostro)? canale
# Dutch, Polish, Swedish, Danish, Norwegian, Czech, Turkish
(ondertitels ingediend|ondertiteld|ondertiteling) door de amara org gemeenschap
bedankt voor het kijken
napisy stworzone przez społeczność amara org
dziękuj[eę] za (obejrzenie|oglądanie)( filmu)?
(undertexter från amara org gemenskapen|(svensk)?textning nu)
(danske tekster|teksting|tekstet|undertekster) (af|av) (nicolai winther|ai media)
titulky vytvořil johnyx
altyazı m k
izlediğiniz için teşekkür(ler| ederim| ederiz)
# Russian
субтитры (и перевод )?(сделал|создавал|делал|подогнал|добавил)[аи]? [\w ]{2,20}
редактор субтитров [\w ]{2,20} корректор [\w ]{2,20}
продолжение следует
спасибо за (просмотр|внимание и просмотр)
(подписывайтесь|подпишитесь) на( мой| наш)? канал
# Vietnamese, Arabic
hãy subscribe cho kênh( \w+){1,5}? để không bỏ lỡ những video hấp dẫn
hãy subscribe cho kênh( \w+){1,3}
اشتركوا في القناة
ترجمة نانسي قنقر
"""
_UNSPACED = r"""
# Chinese, Japanese, Korean
请不吝点赞订阅转发打赏支持明镜与点点栏目
請不吝點贊訂閱轉發打賞支持明鏡與點點欄目
明镜需要您的支持欢迎订阅明镜
(中文|小编|小編)?字幕由amaraorg(社区|社區|社群)提供
(中文)?字幕(志愿者|製作人?|制作人?)\w{2,6}
(优优独播剧场|優優獨播劇場)(yoyotelevisionseriesexclusive)?
(谢谢|謝謝|感谢|感謝)(大家)?(您的|你的)?(观看|觀看|收看)
(最後まで)?ご視聴(いただき)?ありがとうございま(した|す)
チャンネル登録(を)?(よろしく)?お願い(いた)?します
(영상을)?(끝까지)?(시청해주셔서|봐주셔서)감사합니다
(구독과좋아요|구독|좋아요와구독)(을)?(부탁드립니다|눌러주세요)
한글자막by\w{2,8}
mbc뉴스\w{2,6}입니다
다음영상에서(만나요|뵙겠습니다)
"""

_SMALL_TALK = """
thank you|thank you very much|thank you so much|thanks|you|bye|bye bye|okay|so|oh|the end|hmm
gracias|muchas gracias|merci|merci beaucoup|danke|vielen dank|obrigado|obrigada|grazie|grazie mille|dziękuję
спасибо|большое спасибо|cảm ơn|cảm ơn các bạn|شكرا
谢谢|謝謝|谢谢大家|ありがとうございました|ありがとうございます|감사합니다|고맙습니다
"""

_HAS_NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Kana, ideographs and hangul: where their spaces stand depends on the model and on the punctuation."""
_NEARLY_ALL = 0.8
"""Share of the letters; an "okay" before the phrase does not make it somebody's own sentence."""


def is_stock_phrase(text: str) -> bool:
    """Whether ``text`` is nothing, or next to nothing, but such phrases, once or several times."""
    said = _joined(plain(text))
    letters = len(said.replace(" ", ""))
    left = len(_STOCK.sub("", said).replace(" ", ""))
    return letters > 0 and letters - left >= _NEARLY_ALL * letters


def is_small_talk(text: str) -> bool:
    """Whether ``text`` is one of the short things that are said all the time, and invented as often."""
    return _joined(plain(text)) in _SHORT


def plain(text: str) -> str:
    """Lower case, words and apostrophes only."""
    # The dot that stays behind when a Turkish capital is made small is no letter.
    return " ".join(re.sub(r"[^\w' ]", " ", text.casefold().replace("’", "'").replace("\u0307", "")).split())


def _joined(said: str) -> str:
    return said.replace(" ", "") if _HAS_NO_SPACES.search(said) else said


def _phrases(lines: str) -> list[str]:
    return [line for line in lines.splitlines() if line and not line.startswith("#")]


# Of two that begin alike the longer one stands first above, so that it leaves nothing behind.
_STOCK = re.compile("|".join([*(rf"(?<!\w)(?:{one})(?!\w)" for one in _phrases(_SPACED)), *_phrases(_UNSPACED)]))
_SHORT = frozenset(one for line in _phrases(_SMALL_TALK) for one in line.split("|"))
