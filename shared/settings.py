"""Every setting of Archivist, in one class; nothing else reads the environment.

Names are the environment variables' names. Entry points build ``Settings`` once and pass plain values down. Secrets
are ``SecretStr``: they never appear in logs, errors or ``repr``; each may be in a file, to which the variable with
``_FILE`` behind its name leads (``setting_sources.py``). ``.env.example`` documents each one for people.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from shared.byte_sizes import byte_count
from shared.city import Language, StartLabel
from shared.errors import InvalidInput
from shared.languages import AUTO, by_language
from shared.mount_names import NamedMount, name_mounts
from shared.rules.output import OutputFormat
from shared.rules.policy import PublishPolicy, read_policy
from shared.setting_sources import SecretFiles, settings_file_source
from shared.wall_times import zone_of

LONGEST_S = 10**9
"""The longest time that a setting may ask for: thirty years, which every clock and calendar here can count."""


class Settings(BaseSettings):
    """What an operator can choose; unknown variables are ignored, wrong values end the start with a sentence."""

    # An empty line of a .env file means "not set", whatever kind of value the setting has.
    model_config = SettingsConfigDict(
        env_prefix="", case_sensitive=False, extra="ignore", frozen=True, env_ignore_empty=True
    )

    settings_file: Path | None = None

    # --- PostgreSQL and Redis
    database_url: SecretStr = SecretStr("postgresql://archivist@127.0.0.1:5432/archivist")
    database_password: SecretStr | None = None
    database_pool_size: int = Field(default=10, ge=1, le=200)
    database_max_overflow: int = Field(default=10, ge=0, le=200)
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/0")
    redis_password: SecretStr | None = None

    # --- speech
    whisper_model: str = ""
    whisper_model_path: Path | None = None
    whisper_engine: Literal["auto", "whisperx", "faster-whisper"] = "auto"
    whisper_device: str = "auto"
    whisper_compute_type: str = "auto"
    whisper_batch_size: int = Field(default=0, ge=0, le=128)
    whisper_threads: int = Field(default=0, ge=0, le=256)
    whisper_beam_size: int = Field(default=5, ge=1, le=20)
    model_cache: Path | None = None
    models_offline: bool = False
    align_model: str = ""
    diarization_model: str = ""
    diarization_timeout: int = Field(default=14400, ge=60, le=LONGEST_S)
    diarization_likeness: float = Field(default=0, ge=0, le=1)
    diarization_min_speakers: int = Field(default=0, ge=0, le=200)
    diarization_max_speakers: int = Field(default=0, ge=0, le=200)
    hugging_face_token: SecretStr | None = None
    transcriber_concurrency: int = Field(default=0, ge=0, le=64)
    slice_seconds: int = Field(default=600, ge=30, le=3600)
    slice_timeout: int = Field(default=7200, ge=60, le=LONGEST_S)
    child_recycle_slices: int = Field(default=50, ge=1)
    default_language: Language = "en"
    include_summary: bool = True
    output_format: OutputFormat = OutputFormat.SCC
    summary_api_url: str = ""
    summary_api_model: str = ""
    summary_api_key: SecretStr | None = None

    # --- captions and quality
    caption_profile: Literal["fcc", "netflix", "bbc", "dcmp"] = "fcc"
    caption_start_tc: StartLabel = "00:00:00;00"
    other_languages: Literal["decode", "label"] = "decode"
    quality_threshold: float = Field(default=0.7, ge=0, le=1)

    # --- files
    flex_servers: Annotated[tuple[str, ...], NoDecode] = ()
    default_output_path: Path = Path("var/output")
    temp_directory: Path = Path("var/work")
    upload_directory: Path = Path("var/uploads")
    max_file_size: int = Field(default=0, ge=0)
    settle_seconds: float = Field(default=90, gt=0, le=LONGEST_S)
    scan_seconds: float = Field(default=30, gt=0, le=LONGEST_S)
    whole_scan_seconds: float = Field(default=900, gt=0, le=LONGEST_S)
    unfinished_seconds: float = Field(default=1800, ge=0, le=LONGEST_S)
    file_call_timeout: float = Field(default=20, gt=0, le=LONGEST_S)
    write_sidecar: bool = True

    # --- Cablecast
    cablecast_api_url: str = ""
    cablecast_username: str = ""
    cablecast_password: SecretStr | None = None
    cablecast_location_id: int | None = None
    cablecast_vod_configuration_id: int | None = None
    cablecast_verify_tls: bool = True
    auto_publish_to_vod: bool = True
    default_publish_policy: PublishPolicy = PublishPolicy.AUTO
    vod_timeout: float = Field(default=86400, gt=0, le=LONGEST_S)
    vod_poll_seconds: float = Field(default=60, gt=0, le=LONGEST_S)

    # --- API and its people
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=0, le=65535)
    jwt_secret_key: SecretStr | None = None
    session_timeout: int = Field(default=3600, ge=60, le=LONGEST_S)
    api_rate_limit: int = Field(default=600, ge=0)
    max_queue_size: int = Field(default=10_000, ge=1)
    openai_max_seconds: int = Field(default=600, ge=1, le=LONGEST_S)
    openai_max_bytes: int = Field(default=25 * 2**20, ge=1024)
    openai_timeout: float = Field(default=600, gt=0, le=LONGEST_S)
    admin_username: str = "admin"
    admin_password: SecretStr | None = None
    admin_email: str = "admin@localhost"

    # --- work
    lease_seconds: float = Field(default=60, ge=2, le=LONGEST_S)
    sweep_seconds: float = Field(default=5, gt=0, le=LONGEST_S)
    max_attempts: int = Field(default=5, ge=1)
    station_timezone: str = "UTC"
    words_kept_days: int = Field(default=180, ge=1, le=36_500)
    overtaken_captions_kept_days: int = Field(default=90, ge=1, le=36_500)

    # --- what operations see
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"
    log_file: Path | None = None
    log_max_size: int = Field(default=100 * 1024 * 1024, ge=1024)
    log_backup_count: int = Field(default=5, ge=0)

    @field_validator("default_publish_policy", mode="before")
    @classmethod
    def _known_policy(cls, value: str) -> PublishPolicy:
        return read_policy(value)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said first wins: the environment, then files with one secret each, then SETTINGS_FILE."""
        return init_settings, env_settings, SecretFiles(settings_cls), settings_file_source(settings_cls)

    @field_validator("whisper_device")
    @classmethod
    def _is_a_device(cls, value: str) -> str:
        if not re.fullmatch(r"auto|cpu|cuda(:\d{1,3})?", value):
            raise ValueError("it may be auto, cpu, cuda or one card, such as cuda:1")
        return value

    @field_validator("station_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            zone_of(value)
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return value

    @field_validator("flex_servers", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        """``/mnt/flex-1,/mnt/flex-2`` as the original had it; ``name=/path`` gives a mount a name of its own."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("max_file_size", "openai_max_bytes", "log_max_size", mode="before")
    @classmethod
    def _with_unit(cls, value: object) -> object:
        return byte_count(value) if isinstance(value, str) else value

    @field_validator("flex_servers")
    @classmethod
    def _names_folders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        name_mounts(value)
        return value

    @field_validator("align_model")
    @classmethod
    def _names_languages(cls, value: str) -> str:
        try:
            by_language(value, "en")
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return value

    @field_validator("jwt_secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError(
                "JWT_SECRET_KEY must have at least 32 characters; take it out of .env, and `archivist init` adds a "
                "random one"
            )
        return value

    @model_validator(mode="after")
    def _speakers_can_be_counted(self) -> Self:
        if 0 < self.diarization_max_speakers < self.diarization_min_speakers:
            raise ValueError("DIARIZATION_MIN_SPEAKERS is above DIARIZATION_MAX_SPEAKERS")
        return self

    @model_validator(mode="after")
    def _summary_is_whole(self) -> Self:
        if self.summary_api_url and not self.summary_api_model:
            raise ValueError("SUMMARY_API_URL is set, so SUMMARY_API_MODEL is needed too")
        return self

    @model_validator(mode="after")
    def _cablecast_is_whole(self) -> Self:
        if self.cablecast_api_url and not (self.cablecast_username and self.cablecast_password):
            raise ValueError("CABLECAST_API_URL is set, so CABLECAST_USERNAME and CABLECAST_PASSWORD are needed too")
        return self

    @property
    def database_dsn(self) -> str:
        """The database's address with the async driver named, whatever spelling the operator used."""
        url = self.database_url.get_secret_value()
        for prefix in ("postgresql+asyncpg://", "postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+asyncpg://" + self._with_password(url.removeprefix(prefix))
        raise InvalidInput("DATABASE_URL must begin with postgresql://", code="bad_database_url")

    @property
    def session_key(self) -> str:
        """What signs the API's sessions. Raises `InvalidInput` where nobody has set it: it has no default."""
        if self.jwt_secret_key is None:
            raise InvalidInput(
                "JWT_SECRET_KEY is not set. `archivist init` writes a random one into .env.",
                code="no_jwt_secret",
            )
        return self.jwt_secret_key.get_secret_value()

    def _with_password(self, rest: str) -> str:
        """``user@host/name`` with the password that has a setting of its own; one in the address stays."""
        user, at, place = rest.partition("@")
        if not at or ":" in user or self.database_password is None:
            return rest
        return f"{user}:{quote(self.database_password.get_secret_value(), safe='')}@{place}"

    @property
    def usual_language(self) -> str:
        """Of what is neither a recording's nor a city's: English where the language is found out each time."""
        return "en" if self.default_language == AUTO else self.default_language

    @property
    def align_models(self) -> dict[str, str]:
        """ALIGN_MODEL by language; a plain value times the station's."""
        return by_language(self.align_model, self.usual_language)

    @property
    def speech_model(self) -> str:
        """Folder or name of the speech model; empty when nobody chose one."""
        return str(self.whisper_model_path) if self.whisper_model_path else self.whisper_model

    @property
    def named_mounts(self) -> tuple[NamedMount, ...]:
        """FLEX_SERVERS, each folder with a name."""
        return name_mounts(self.flex_servers)[0]

    @property
    def mounts_said(self) -> tuple[str, ...]:
        """A sentence for each part of FLEX_SERVERS that was left out, or named otherwise than it says."""
        return name_mounts(self.flex_servers)[1]
