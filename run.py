"""Set up and run the toolkit with Python alone: `python3 run.py` lists what it can do.

The first call makes the folder .venv beside this file and installs the pinned packages of requirements.lock into it;
later calls find it ready. Standard library only, and in words that an old Python can still read, so that it can say
that it is too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
SPACE = 2 * 10**9
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "set-up.txt")
DEMO = os.path.join(HERE, "data", "demo", "study.toml")

TARGETS = {
    "report": "make the report of a study: run.py report [STUDY.toml] [--data FILE] [--out DIR]; alone, of the demo",
    "check": "say what the data are and what is wrong with them: run.py check [STUDY.toml] [--data FILE]",
    "lab": "open JupyterLab with the notebooks",
    "test": "run ruff, mypy and all tests; further words go to pytest",
    "lint": "run ruff and mypy only",
    "bench": "measure speed and memory against the peers (minutes)",
    "calibrate": "measure the coverage of every interval and the error of every test (hours); of a part: agreement",
}


def stop(sentence):  # type: (str) -> None
    """Print one sentence and leave with exit code 2."""
    sys.stderr.write(sentence + "\n")
    sys.exit(2)


def check_machine():  # type: () -> None
    """Stop, with the remedy, where this machine cannot hold the toolkit."""
    if sys.version_info < OLDEST:
        stop(
            "This needs Python 3.11 or newer, but {0} is version {1}.{2}. Install a newer one from python.org or your "
            "system's packages and call it by name, for example: python3.12 run.py".format(
                sys.executable, sys.version_info[0], sys.version_info[1]
            )
        )
    try:
        import ensurepip
        import venv
    except ImportError:
        stop(
            "This Python cannot make virtual environments. On Debian or Ubuntu install that part with: "
            "sudo apt install python3-venv"
        )
    if shutil.disk_usage(HERE).free < SPACE:
        stop("The packages need 2 GB, but the disk of this folder has less left. Free some space, then call again.")


def wanted():  # type: () -> str
    """Return what the environment must have been made from; a folder that was moved must be set up again."""
    digest = hashlib.sha256((sys.version + HERE).encode())
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(HERE, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def is_ready():  # type: () -> bool
    """Say whether the environment is there and made from the present lock."""
    if not (os.path.exists(PYTHON) and os.path.exists(STAMP)):
        return False
    with open(STAMP) as file:
        return file.read() == wanted()


def set_up():  # type: () -> None
    """Make .venv and install the pinned packages, unless that is done."""
    if is_ready():
        return
    check_machine()
    print("Setting up (once, a few minutes): making .venv with {0} ...".format(sys.version.split()[0]), flush=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    try:
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", VENV])
        print("Installing the pinned packages of requirements.lock ...", flush=True)
        subprocess.check_call([*pip, "--require-hashes", "-r", os.path.join(HERE, "requirements.lock")])
        subprocess.check_call([*pip, "--no-deps", "--no-build-isolation", "--editable", HERE])
        subprocess.check_call([PYTHON, "-m", "compileall", "-q", os.path.join(HERE, "analysis")])
        with open(STAMP, "w") as file:
            file.write(wanted())
    except (OSError, subprocess.CalledProcessError) as error:
        stop(
            "The set-up did not finish ({0}). Look at the lines above: often the network or the disk is the cause. "
            "Then call again; it starts over.".format(error)
        )
    print("Ready.", flush=True)


def python(*words):  # type: (*str) -> int
    """Run the environment's Python and return its exit code."""
    return subprocess.call([PYTHON, *words])


def lint():  # type: () -> int
    """Run ruff and mypy over the project; 0 when both are content."""
    code = python("-m", "ruff", "check", HERE) or python("-m", "ruff", "format", "--check", HERE)
    return code or python("-m", "mypy", "--strict", "--config-file", os.path.join(HERE, "pyproject.toml"), HERE)


def demo_words(target, words):  # type: (str, list[str]) -> list[str]
    """Return the words with the bundled demo as study and, for a report without one, the folder beside this file."""
    out = target == "report" and not any(word.startswith("--out") for word in words)
    return [DEMO] + words + (["--out", os.path.join(HERE, "reports", "demo")] if out else [])


def run(target, words):  # type: (str, list[str]) -> int
    """Run one target and return its exit code."""
    if target in ("report", "check"):
        named = any(word.endswith(".toml") for word in words) or (bool(words) and not words[0].startswith("--"))
        return python("-m", "analysis", target, *(words if named else demo_words(target, words)))
    os.chdir(HERE)
    if target == "test":
        return lint() or python("-m", "pytest", *words)
    if target == "lint":
        return lint()
    if target == "bench":
        return python("-m", "benchmarks.run", *words)
    if target == "calibrate":
        return python("-m", "benchmarks.calibrate", *words)
    return python("-m", "jupyterlab", "--ServerApp.root_dir=notebooks", *words)


def main():  # type: () -> int
    """Set up if needed, then run what the command line names."""
    target = sys.argv[1] if len(sys.argv) > 1 else ""
    if target not in TARGETS:
        names = "\n".join("  {0:9s} {1}".format(name, meaning) for name, meaning in TARGETS.items())
        print("python3 run.py TARGET\n\n{0}\n\nThe first call sets everything up in the folder .venv.".format(names))
        if target not in ("", "-h", "--help", "help"):
            stop("\nThere is no target '{0}'.".format(target))
        return 0
    set_up()
    return run(target, sys.argv[2:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)
