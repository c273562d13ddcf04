"""What is looked at before a commit is part of `./archivist check`, and comes from nowhere else."""

from pathlib import Path

import yaml

from services.console.commands.check import CHECKS

ROOT = Path(__file__).resolve().parents[3]


def test_each_hook_is_one_of_the_checks_and_none_is_downloaded() -> None:
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    checks = {name: [Path(str(command[0])).name, *map(str, command[1:])] for name, command in CHECKS}

    assert repository["repo"] == "local"
    assert {hook["id"] for hook in repository["hooks"]} == {"format", "lint", "imports"}
    for hook in repository["hooks"]:
        program, *words = hook["entry"].split()
        told = [Path(program).name, *(word for word in words if word != "--force-exclude")]
        assert told == [word for word in checks[hook["id"]] if word != "."]
        assert hook["language"] == "system"
