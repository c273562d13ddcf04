"""Words that no correction may ever touch, because everybody says them.

A correction that turns a right "mill" into a wrong "Mills" does more harm than ten names left as heard. The list
is the language of council meetings; whatever stands in the other word lists is common as well.
"""

from functools import lru_cache

from shared.meetings.lexicon import NEGATIVE, POSITIVE, PROCEDURE, STOP_WORDS, TOPICS
from shared.meetings.numbers import SCALES, TENS, UNITS

_COMMON = """
able access account across action add added administration age agency agree air allow alternative amount annual answer
appeal application applied apply architect area areas arrive article asked association attention authority available
average award baker ball bank banks base based beach begin begins bell bench benefit bid bids big bill birth black
block blue board body book books border bottom box boy boys branch break bridges brief bring broad brook brother brown
build building buildings built burn business buy cap capital car card care cars case cash cause center central certain
chain chairs chance change changes charge chart check cherry chief child choice church circle cities citizen citizens
class clay clear clerks close closed club code cold collect college color come committee committees community company
complete condition conditions construction contact continue contract contractor control cook corner correct cost costs
could country county couple course court cover create credit crew crews cross current customer cut daily data date day
days deal dean debt decide decision deep deer department departments design detail develop development difference
different direct direction director discuss district document dog dogs door double draft drain draw drive driver drop
dry due duty early easement east easy economic education effect effective effort eight elm employee employees engineer
ensure entire equal equipment estate evening event events exact example exist existing expect expected experience
explain extra eye face facility fact fall families family farm farms fast father feel feet field fields figure file
final finance find fine finish fire firm fish five fix flag flat floor flow flower folks follow food foot ford forest
form forward foster four fox frank free friend friends front full fund funding funds future game garden gate gates
general girl glass goal gold grace grade grand grass gray green ground grounds group groups grow growth half hall hand
handle hands hard harm hart hat head hear heard heart heavy height held hill hills historic history hold hole holy
home homes horse host hour hours house houses human hundred hunt hunter idea identify image impact important include
included including income increase individual industry inform information initial inside install interest interested
issue issues job join judge key kid kids kind king knight knows lack lady lake land lands lane lanes large late later
law lawn laws lay lead leader leaders leaf learn lease leave led left legal length letter letters level levels license
life light lights limit line lines list listen local location long loss lost lots low lunch machine mail main maintain
maintenance major man manage management map maps mark market marks mason match material matter matters mayors measure
measures medical meet meets memo men mention mercer method middle mile miles mill miller million mills mission model
money month monthly months moor more mother motor mount mountain mouth names nation national nature near nearly
necessary neighbor neighborhood neighborhoods network news nine nineteen normal north note notes notice number numbers
oak office offices official old older open opening operate operation operations opinion option options oral orange
orchard orders organization original outside owner owners pace paid paint pair palm paper parent parents parker
partner pass passed past path pay paying payment peace percent perfect period permit permits person personal phase
phone photo pick picture piece pine pipe place places plan planned planner planning plans plant plants play plaza poll
pond population port position possible post potential power practice prepare prepared present president press pressure
price prices private process produce product program programs progress project projects property propose proposed
protect protection provide provided providing purchase purpose quality quarter quick quiet raise ran range rate rates
reach read reading ready real reason receive received recent reduce reed refer reference regard regarding region
regional regular relate related release remain remember remove repair repairs repeat replace reply represent
representative request requests require required requirement requires research reserve reside residence resident
residents resource resources respect respond response responsible rest result results return review reviewed rice rich
ride ridge rights rise risk river rivers road roads rock role roof room root rose round rule rules run running russell
sale sales sand scale schedule scheduled season seat section sections sector security seek sell send senior sense sent
separate series serious serve served service services session set setting seven sewer shape share sharp sheet short
show shown side sign signed signs silver similar single sister sit site sites situation six sixth size skip small
smart smith snow social solution son sort sound source south space spaces speak special specific spend spending spent
spoke sport spring square stage stand standard standards star stark start started state statement states station stay
steel step steps stone stop store stores storm story straight strategic stream stress strike strong structure study
subject submit suggest suit summer sun supply surface survey system systems table task team teams technical temporary
ten term terms test thank thanks third thomas thousand ticket time title top total touch tower town towns track trade
train training transfer transportation travel treat treatment trip truck trucks true trust truth turn turned twelve
type types understand union unit units university update updated upper use user users utility vacant value van vehicle
vehicles vendor version view views village visit voice volume volunteer volunteers walk walker walking wall ward warm
watch water waters wave wear web week weeks weight west wheel white whole wide wife wild willing wind window winter
wish woman women wood woods word words worked worker workers working works world worth write written wrote yard yards
york young
"""

COMMON = frozenset(
    {
        *_COMMON.split(),
        *STOP_WORDS,
        *PROCEDURE,
        *POSITIVE,
        *NEGATIVE,
        *UNITS,
        *TENS,
        *SCALES,
        *(word for terms in TOPICS.values() for term in terms for word in term.split()),
    }
)
_ENDINGS = ("s", "es", "ed", "ing", "ly", "er", "d", "'s", "’s")


@lru_cache(maxsize=20_000)
def is_common(plain: str) -> bool:
    """Everyday English, also with an ordinary ending."""
    if plain in COMMON:
        return True
    return any(
        plain.endswith(ending) and (plain[: -len(ending)] in COMMON or plain[: -len(ending)] + "e" in COMMON)
        for ending in _ENDINGS
    )
