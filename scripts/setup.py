"""Makes .venv beside this folder, or brings it up to date: `python3 setup.py requirements.txt [requirements-dev.txt]`.

The last file is installed, which includes the others. A copy of each file in .venv says that it is satisfied; it is
written last, so that an interrupted set-up is done again. Whoever comes second waits for the first.
"""

import fcntl
import filecmp
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main(names: list[str]) -> None:
    with (ROOT / names[0]).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        copies = {ROOT / name: VENV / name for name in names}
        usable = PYTHON.exists() and any(copy.exists() for copy in copies.values())
        stale = {file: copy for file, copy in copies.items() if not usable or not same(file, copy)}
        if not stale:
            return
        for copy in stale.values():
            copy.unlink(missing_ok=True)
        if usable:
            say("Bringing Copydesk's packages up to date...")
        else:
            say("Setting up Copydesk (once, about a minute)...")
            make_venv()
        install(names[-1])
        for file, copy in stale.items():
            shutil.copyfile(file, copy)


def same(file: Path, copy: Path) -> bool:
    return copy.exists() and filecmp.cmp(file, copy, shallow=False)


def make_venv() -> None:
    # Debian and Ubuntu ship ensurepip apart, in pythonX.Y-venv; venv can be imported without it and fails later.
    if not (find_spec("venv") and find_spec("ensurepip")):
        package = "python{}.{}-venv".format(*sys.version_info)
        sys.exit(f"copydesk: {sys.executable} has no venv module; install it ({package}) and run this again")
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"copydesk: cannot make {VENV}: {error}")


def install(name: str) -> None:
    options = ["-qq", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(ROOT / name)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"copydesk: pip could not install {name}, its reason stands above; mend that and run this again")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("copydesk: set-up interrupted; it starts again next time")
