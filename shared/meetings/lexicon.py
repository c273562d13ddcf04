"""Word lists for council meetings: what carries no meaning, what names a topic, what sounds pleased or upset.

Our own lists, kept small enough to be read and argued about. Matching is on plain tokens (lower case).
"""

_STOP = """
a about above after again against ago all almost along already also although always am among an and another any
anybody anyone anything are around as ask asked at aye back be because been before being below better between both
bring but by call came can can't cannot come comes could couldn't did didn't do does doesn't doing don't done down
during each either else end enough even ever every everybody everyone everything few first for from further gave get
gets getting give given go goes going gone gonna good got great guess had hadn't happen has hasn't have haven't having
he he'd he'll he's hello her here here's hers him his hope how i i'd i'll i'm i've if in into is isn't it it'd it'll
it's its just keep kind know last least less let let's like little long look looking lot made make makes making many
may maybe me mean might mind mine more most move moved much must my myself need needs never new next nice no nobody
none nor not nothing now of off oh okay ok on once one only onto or other our ours out over own part people per
perhaps please point pretty put quite rather really right said same saw say saying says second see seem seen several
shall she she's should shouldn't since so some somebody someone something sometimes soon sort still such sure take
taken talk talked tell than thank thanks that that's the their them then there there's these they they'd they'll
they're they've thing things think this those though thought three through time times to today together told tomorrow
tonight too took toward try trying two under until up upon us used very wait want wanted wants was wasn't way we
we'd we'll we're we've well went were weren't what what's when where whether which while who who's why will with
within without won't work would wouldn't yeah year years yes yesterday yet you you'd you'll you're you've your yours
zero um uh hi name live
"""
STOP_WORDS = frozenset(_STOP.split())

_PROCEDURE = """
item items motion motions agenda council member members councilmember councilman councilwoman mayor chair commissioner
clerk meeting staff question questions comment comments public hearing speaker speakers vote votes voted roll favor
opposed carries carried approve approved approval adopt second seconded minutes order record floor resolution
ordinance city manager attorney colleague colleagues report presentation slide page evening morning afternoon night
adjourn adjourned quorum present absent excused pledge allegiance thirty minute address discussion recommendation
recommends january february march april june july august september october november december monday tuesday wednesday
thursday friday saturday sunday o'clock dollars percent hundred thousand million
"""
PROCEDURE = frozenset(_PROCEDURE.split())
"""Words of every meeting: they say that it is one, not what it is about."""

TOPICS: dict[str, tuple[str, ...]] = {
    "Budget and taxes": (
        "budget", "budgets", "tax", "taxes", "revenue", "deficit", "general fund", "reserve fund", "bond", "bonds",
        "fee", "fees", "audit", "fiscal year", "expenditure", "expenditures", "levy", "grant", "capital spending",
    ),
    "Housing": (
        "housing", "affordable housing", "rent", "rental", "rentals", "tenant", "tenants", "landlord", "eviction",
        "rent control", "housing units", "homeowners", "short term rentals", "apartment", "apartments",
    ),
    "Homelessness": (
        "homeless", "homelessness", "shelter beds", "encampment", "encampments", "unhoused",
    ),
    "Planning and zoning": (
        "zoning", "rezoning", "rezone", "general plan", "conditional use permit", "variance", "setback",
        "planning commission", "land use", "subdivision", "building permit", "building permits",
        "historic preservation", "annexation", "parcel",
    ),
    "Streets and traffic": (
        "traffic", "street", "streets", "sidewalk", "sidewalks", "crosswalk", "crosswalks", "pothole", "potholes",
        "paving", "speed limit", "bicycle lane", "bike lane", "bike lanes", "parking", "intersection",
        "traffic signal", "street lights", "street lighting", "bridge", "speeding", "roundabout",
    ),
    "Public transport": (
        "bus", "buses", "transit", "bus shelter", "bus stop", "train", "light rail", "paratransit",
    ),
    "Public safety": (
        "police", "crime", "officer", "officers", "public safety", "patrol", "burglary", "graffiti", "curfew",
        "theft", "response time", "body cameras",
    ),
    "Fire and emergencies": (
        "fire department", "fire station", "firefighter", "firefighters", "wildfire", "ambulance", "emergency",
        "emergency services", "evacuation", "paramedics",
    ),
    "Water and sewer": (
        "water", "sewer", "storm drain", "stormwater", "flood", "flooding", "drainage", "wastewater", "water main",
        "water rates", "water treatment", "drought",
    ),
    "Waste and recycling": (
        "garbage", "trash", "recycling", "landfill", "compost", "illegal dumping", "street sweeping",
    ),
    "Parks and recreation": (
        "park", "parks", "playground", "trail", "trails", "recreation", "swimming pool", "pool", "dog park",
        "skate park", "community center", "senior center", "sports field", "soccer", "benches",
    ),
    "Libraries and culture": (
        "library", "libraries", "museum", "arts", "concert", "concerts", "festival", "theater",
    ),
    "Schools and youth": (
        "school", "schools", "students", "teachers", "children", "youth", "after school", "child care",
    ),
    "Environment and energy": (
        "climate", "solar", "solar panels", "emissions", "tree", "trees", "environmental", "energy",
        "electric vehicle", "air quality", "leaf blower", "sustainability", "pollution",
    ),
    "Business and economy": (
        "business", "businesses", "economic development", "downtown", "farmers market", "business license", "jobs",
        "tourism", "developer", "developers", "restaurant", "restaurants", "cannabis",
    ),
    "Noise and neighbours": (
        "noise", "noise complaints", "nuisance", "code enforcement", "neighbors", "quiet hours", "barking",
    ),
    "Government and elections": (
        "election", "elections", "ballot", "charter", "ethics", "lawsuit", "litigation", "closed session",
        "appointment", "memorandum of understanding", "transparency", "public records", "redistricting",
    ),
    "Health and social services": (
        "health", "mental health", "seniors", "disability", "accessibility", "food bank", "vaccine", "hospital",
    ),
}  # fmt: skip

_POSITIVE = """
agree agreed amazing appreciate appreciated appreciates beautiful benefit benefits best better celebrate clean commend
congratulations delighted effective enjoy enjoyed excellent excited fair fantastic fortunate glad good grateful great
happy help helped helpful helps honor honored impressed improve improved improvement improvements improves love loved
loves outstanding pleased pleasure positive praise pride proud safe safer save saved success successful support
supported supporting supportive supports thankful thrilled tremendous  wonderful
"""
_NEGATIVE = """
afraid angry annoying appalled awful bad blight broken complain complained complaint complaints concern concerned
concerns congestion crime damage damaged damages danger dangerous deficit delay delayed deny destroy destroyed
disagree disappointed disappointing disaster disgrace disgusted disrespectful disturbing dirty expensive fail failed
failing fails failure fear flooded flooding frustrated frustrating frustration harm harmful hate horrible ignored
illegal inadequate injured insult irresponsible lawsuit loud mess mistake neglected nightmare noise noisy nuisance
object objection oppose opposed opposes opposition outrageous overcrowded pollution poor problem problems ridiculous
sad scared shame shameful speeding terrible threat tired trouble ugly unacceptable unfair unhappy unsafe upset
violation violations wasteful worried worry worse worst wrong
"""
POSITIVE = frozenset(_POSITIVE.split())
NEGATIVE = frozenset(_NEGATIVE.split())
NEGATIONS = frozenset(
    {
        "not",
        "no",
        "never",
        "don't",
        "doesn't",
        "didn't",
        "isn't",
        "wasn't",
        "aren't",
        "can't",
        "cannot",
        "won't",
        "without",
    }
)
STRENGTHENS = frozenset({"very", "strongly", "extremely", "really", "so", "deeply", "absolutely", "completely"})
COURTESY = (
    "any opposed",
    "without objection",
    "effective date",
    "all opposed",
    "those opposed",
    "good morning",
    "good evening",
    "good afternoon",
    "good night",
)
"""Phrases whose strong words are only form."""
