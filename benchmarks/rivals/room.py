"""Virtual environments of other quantisers: made once, kept below the home folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from quant.settings import settings

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Room:
    """An environment that holds `packages` (name==version) and sees our own packages behind them.

    So torch, several GB, is not installed twice, and both sides run on the same one. `script`, in
    this folder, is what runs there; it imports nothing of ours.
    """

    name: str
    packages: tuple[str, ...]
    script: str

    def ready(self) -> bool:
        """Make it unless it is there. False, with a sentence, where it cannot be had."""
        if self._mark.is_file() and self._mark.read_text().split() == list(self.packages):
            return True
        print(f"{self.name}: making {self._folder} (once)", flush=True)
        venv.create(self._folder, clear=True, with_pip=False)
        [site] = self._folder.glob("lib/python*/site-packages")
        (site / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
        command = [sys.executable, "-m", "pip", "--python", str(self._python)]
        command += ["install", "--quiet", "--disable-pip-version-check", *self.packages]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            why = (ran.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            print(f"{self.name}: skipped, {' '.join(self.packages)} cannot be installed ({why})")
            return False
        self._mark.write_text("\n".join(self.packages))
        return True

    def run(self, folder: Path) -> bool:
        """Run the script on a folder that holds what it is given, and takes what it answers.

        False, with the last line that it said, where it fails.
        """
        # no writing into the packages that it shares with us
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
        ran = subprocess.run(
            [str(self._python), str(HERE / self.script), str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            why = (ran.stderr.strip().splitlines() or ["it gave no reason"])[-1]
            print(f"{self.name}: skipped, {self.script} failed ({why})")
        return ran.returncode == 0

    @property
    def _folder(self) -> Path:
        return settings().home / "benchmarks" / self.name

    @property
    def _python(self) -> Path:
        return self._folder / "bin" / "python"

    @property
    def _mark(self) -> Path:
        return self._folder / "installed"
