"""Small models with random weights, made on the spot, that WhisperX and pyannote take for real ones.

They recognise nothing, but every call, format and pipeline is the real one. Speech is decoded by the demonstration
model.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from services.transcriber.engines import EngineSpec
from services.transcriber.hearing.audio import decode_to_flac
from services.transcriber.hearing.listen import Heard, listen

ROOT = Path(__file__).parents[2]
LETTERS = "ETAONIHSRDLUMWCFGYPBVK'XJQZ"


@pytest.fixture(scope="session")
def flac(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sound") / "meeting.flac"
    decode_to_flac(next((ROOT / "demo" / "recording").glob("*.mp4")), out)
    return out


@pytest.fixture(scope="session")
def heard(flac: Path) -> Heard:
    return listen(flac)


@pytest.fixture(scope="session")
def spec(align_model: Path) -> EngineSpec:
    return EngineSpec(
        engine="whisperx",
        model=str(ROOT / "demo" / "model"),
        device="cpu",
        batch_size=4,
        threads=1,
        offline=True,
        align_model=str(align_model),
    )


@pytest.fixture(scope="session")
def align_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer wav2vec2 with a letter vocabulary."""
    import torch
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2CTCTokenizer,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForCTC,
        Wav2Vec2Processor,
    )

    folder = tmp_path_factory.mktemp("align")
    letters = {name: number for number, name in enumerate(["<pad>", "<s>", "</s>", "<unk>", "|", *LETTERS])}
    (folder / "vocab.json").write_text(json.dumps(letters))
    torch.manual_seed(1)
    Wav2Vec2Processor(
        feature_extractor=Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=False),
        tokenizer=Wav2Vec2CTCTokenizer(str(folder / "vocab.json")),
    ).save_pretrained(folder)
    shape = Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        conv_dim=(32,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
    )
    Wav2Vec2ForCTC(shape).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def diarization_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder layout of pyannote's community pipeline: segmentation, embedding, PLDA and a config."""
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import WeSpeakerResNet34
    from pyannote.audio.models.segmentation import PyanNet

    folder = tmp_path_factory.mktemp("diarization")
    torch.manual_seed(0)
    one_layer = {"hidden_size": 32, "num_layers": 1}
    _save(
        PyanNet(lstm={**one_layer, "bidirectional": True, "monolithic": True, "dropout": 0.0}, linear=one_layer),
        Specifications(
            problem=Problem.MONO_LABEL_CLASSIFICATION,
            resolution=Resolution.FRAME,
            duration=10.0,
            classes=["speaker#1", "speaker#2", "speaker#3"],
            powerset_max_classes=2,
            permutation_invariant=True,
        ),
        folder / "segmentation",
    )
    _save(
        WeSpeakerResNet34(),
        Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0, classes=["a", "b"]),
        folder / "embedding",
    )
    rng, plda = np.random.default_rng(0), folder / "plda"
    plda.mkdir()
    np.savez(
        plda / "xvec_transform.npz", mean1=np.zeros(256), mean2=np.zeros(128), lda=rng.normal(0, 1 / 16, (256, 128))
    )
    turned = np.linalg.qr(rng.normal(0, 1, (128, 128)))[0]
    np.savez(plda / "plda.npz", mu=np.zeros(128), tr=turned, psi=np.linspace(5, 0.1, 128))
    (folder / "config.yaml").write_text(
        """
dependencies:
  pyannote.audio: 4.0.0
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 8
    embedding: $model/embedding
    embedding_batch_size: 8
    embedding_exclude_overlap: true
    plda: $model/plda
params:
  clustering:
    threshold: 0.6
    Fa: 0.07
    Fb: 0.8
  segmentation:
    min_duration_off: 0.0
"""
    )
    return folder


def _save(model, specifications, folder: Path) -> None:  # type: ignore[no-untyped-def]
    import pyannote.audio
    import torch

    folder.mkdir()
    model.specifications = specifications
    model.build()
    torch.save(
        {
            "state_dict": model.state_dict(),
            "hyper_parameters": dict(model.hparams),
            "pytorch-lightning_version": "2.6.6",
            "epoch": 0,
            "global_step": 0,
            "pyannote.audio": {
                "versions": {"torch": torch.__version__, "pyannote.audio": pyannote.audio.__version__},
                "architecture": {"module": type(model).__module__, "class": type(model).__name__},
                "specifications": specifications,
            },
        },
        folder / "pytorch_model.bin",
    )
