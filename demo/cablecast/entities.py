"""The records of a Cablecast server: every field of the documented models, with the value it has when nobody set it.

A real server never leaves a field out: unset relations and texts are ``null``, empty lists are ``[]``.
"""

from copy import deepcopy
from typing import Any

Record = dict[str, Any]


def blank(kind: str) -> Record:
    """A record of this table with every field present and unset."""
    return deepcopy(_BLANK[kind])


def known_fields(kind: str) -> frozenset[str]:
    """Names of the fields that the model of this table has."""
    return frozenset(_BLANK[kind])


def _model(null: str = "", false: str = "", zero: str = "", lists: str = "", text: str = "") -> Record:
    record: Record = {"id": None}
    record |= dict.fromkeys(null.split())
    record |= dict.fromkeys(false.split(), False)
    record |= dict.fromkeys(zero.split(), 0)
    record |= dict.fromkeys(text.split(), "")
    return record | {name: [] for name in lists.split()}


_BLANK: dict[str, Record] = {
    "shows": _model(
        null="""location ageRating title category comments bugText contentRating custom1 custom2 custom3 custom4 custom5
            custom6 custom7 custom8 eventDate lastModified localId producer project cgTitle thumbnailImage thumbnail
            killDateStart killDateEnd modified created captionLanguage captionProvider captionVocabulary
            translationSourceLanguage translationLanguages captionLanguageSecondary additionalCaptionLanguages
            secondaryAdditionalCaptionLanguages showPriceSearch thumbnailAltText""",
        false="""cgExempt liveIpExempt podcastExempt generateCaptions hasCaptions isOnReflectPlus generateTranslations
            generateCaptionsSecondary""",
        zero="crawlLength runCount totalRunTime",
        text="crawlText",
        lists="reels vods thumbnailOptions customFields showFiles firstRuns showThumbnails",
    ),
    "reels": _model(
        null="media chapter title show userFileName playbackAsset",
        false="hasValidFile hasInvalidFile hasProcessingFile",
        zero="length cue reelNumber secondaryAudioProgramming audioPrograms",
        lists="assetReelLinks",
    ),
    "media": _model(
        null="""creationDate dispositionDate disposition format location mediaName preAssignedDevice
            preAssignedDeviceSlot overrideAspectRatio networkStream"""
    ),
    "formats": _model(null="name location", zero="primitiveFormat"),
    "vods": _model(
        null="""quality fileName embedCode nonReflectEmbedCode url webVtt localUrl show stateChange vodConfiguration
            chapteringSession lastTransaction errorMessage statusMessage asset vodStatus primaryAudioLabel
            primaryAudioLangCode secondaryAudioLabel secondaryAudioLangCode""",
        false="disabled chaptersPublished isOnCloud isWatchable usesAgendaLink",
        zero="length views transactionType secondaryAudioProgramming",
        lists="chapters",
    )
    | {"vodState": "unknown", "stateProgress": 0.0, "percentComplete": 0.0},
    "chapters": _model(
        null="vod title body order", false="quickAdded deleted hidden", zero="offset", text="operatorNote"
    ),
    "vodConfigurations": _model(
        null="""location providerName defaultQuality embedTemplate vodControlModuleSet maximumResolution
            primaryAudioLabel primaryAudioLangCode secondaryAudioLabel secondaryAudioLangCode""",
        false="excludeMp4FromSync",
        zero="secondaryAudioProgramming",
        lists="vodTranscodeQualities",
    ),
    "vodTranscodeQualities": _model(null="name vodProvider settingsHash descriptionTemplate"),
    "assets": _model(
        null="path url extension fileStatus fileType thumbnailUrl",
        false="hasCaptions hasMultipleAudioProgram",
        zero="size",
        lists="vods reels fileStores assetInfos assetLogs assetThumbnails fileStoreAssets",
    )
    | {"thumbnailState": "none"},
    "assetInfos": _model(null="frameCount frameRate"),
    "fileStores": _model(),
    "fileUploads": _model(null="fileName destinationStore created lastModified asset", zero="state totalSegments size"),
    "categories": _model(null="location name"),
    "producers": _model(null="address contact email location notes phoneOne phoneTwo name website", false="active"),
    "projects": _model(
        null="location name producer podcastName podcastDescription podcastUrl", false="podcast", text="description"
    ),
    "locations": _model(null="name routerControlModuleSet", lists="vodConfigurations"),
    "channels": _model(
        null="""name primaryLocation primaryOutput channelContactInfo brandingConfig squeezeBackChannel
            squeezeBackBlock""",
        false="automationOverriden squeezeBackEnabled",
        zero="interstitialDwell",
        lists="liveStreams",
    ),
    "scheduleItems": _model(
        null="""channel show runDateTime bugText crawlText manualEvent scheduleRule encoder captionProvider
            captionVocabulary sourceLanguage translationLanguage""",
        false="""runLock cgExempt deleted filler liveCaptions liveTranslations hasFiles hasValidFile hasInvalidFile
            hasProcessingFile hasNetworkBroadcastEvents hasNetworkBroadcastErrors""",
        zero="runBump runType crawlLength runStatus secondaryAudioProgramming",
        lists="recordEvents",
    )
    | {"idType": 1},
    "savedShowSearches": _model(null="name query", lists="results"),
    "dispositions": _model(null="location name", false="allowAssignment"),
    "devices": _model(null="location name primitiveDevice"),
    "showFields": _model(null="label fieldDefinition maxInstances"),
}
