"""Start a simulated Cablecast server: ``python -m demo.cablecast --content-drive DIR --port 8750``."""

import argparse
import json
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from demo.cablecast.app import create_app
from demo.cablecast.config import OffsetMode, SimulatorConfig
from demo.cablecast.seed import show_from_text

_PASSWORD_VARIABLE = "CABLECAST_SIMULATOR_PASSWORD"  # noqa: S105 - a name, not a password


def main() -> None:
    """Read the options and serve until interrupted."""
    options = _parser().parse_args()
    try:
        config = _config(options)
    except ValueError as error:
        sys.exit(f"cablecast simulator: {error}")
    print(f"Cablecast simulator on http://{options.host}:{options.port}/cablecastapi/v1, not a real server", flush=True)
    uvicorn.run(create_app(config), host=options.host, port=options.port, log_level=options.log_level)


def _config(options: argparse.Namespace) -> SimulatorConfig:
    password = options.password or os.environ.get(_PASSWORD_VARIABLE) or _password_from_file()
    if not password:
        raise ValueError(
            f"no password: give --password, set {_PASSWORD_VARIABLE}, or name a file in {_PASSWORD_VARIABLE}_FILE;"
            " there is no default"
        )
    for folder in options.content_drive:
        if not folder.is_dir():
            raise ValueError(f"{folder} is not a folder; a content drive must exist")
    seed = json.loads(options.seed.read_text(encoding="utf-8")) if options.seed else {}
    seed["shows"] = seed.get("shows", []) + [show_from_text(text) for text in options.seed_show]
    return SimulatorConfig(
        content_drives=tuple(folder.resolve() for folder in options.content_drive),
        username=options.username,
        password=password,
        data_dir=options.data_dir,
        seed=seed,
        timezone=ZoneInfo(options.timezone),
        public_url=options.public_url,
        speed=options.speed,
        offset_mode=OffsetMode(options.offset_mode),
        anonymous_cache_s=options.anonymous_cache,
        late_sidecar_appears=options.late_sidecar_appears,
        scan_every_s=options.scan_every,
        index_after_s=options.index_after,
        queue_s=options.queue,
        transcode_ratio=options.transcode_ratio,
    )


def _password_from_file() -> str:
    named = os.environ.get(f"{_PASSWORD_VARIABLE}_FILE")
    return Path(named).read_text(encoding="utf-8").strip("\r\n") if named else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.cablecast", description=__doc__)
    add = parser.add_argument
    add("--content-drive", type=Path, action="append", required=True, help="folder of recordings; may be repeated")
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=8750)
    add("--username", default="archivist", help="of the FrontDoor account (default: %(default)s)")
    add("--password", help=f"of the FrontDoor account; better in {_PASSWORD_VARIABLE}")
    add("--data-dir", type=Path, help="remember the station here; without it, in memory only")
    add("--seed", type=Path, help="JSON file with shows and more, such as demo/cablecast/seed.json")
    add("--seed-show", action="append", default=[], metavar="ID:TITLE:DATE:CHANNEL", help="may be repeated")
    add("--timezone", default="America/Chicago", help="of the station (default: %(default)s)")
    add("--public-url", help="root of the addresses handed out (default: where the request came to)")
    add("--speed", type=float, default=1.0, help="station seconds per real second")
    add("--offset-mode", choices=[str(mode) for mode in OffsetMode], default="page", help="what offset counts")
    add("--anonymous-cache", type=float, default=0.0, metavar="SECONDS", help="repeat anonymous answers this long")
    add("--late-sidecar-appears", action="store_true", help="let a sidecar reach a VOD that is complete")
    add("--scan-every", type=float, default=1.0, metavar="SECONDS", help="real seconds between looks at the drives")
    add("--index-after", type=float, default=60.0, metavar="SECONDS", help="station seconds a file must have rested")
    add("--queue", type=float, default=10.0, metavar="SECONDS", help="station seconds before a transcode begins")
    add("--transcode-ratio", type=float, default=0.5, help="station seconds of transcoding per second of recording")
    add("--log-level", default="warning")
    return parser


if __name__ == "__main__":
    main()
