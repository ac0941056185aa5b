"""What all steps share: where things are, what is kept, how a row looks."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def row(what, asked, measured, ok):
    return {"what": what, "asked": str(asked), "measured": str(measured), "ok": bool(ok)}


class Context:
    """Invariant: a file in `folder` is complete; it is written under another name and renamed."""

    def __init__(self, again):
        self.again = again
        self.folder = ROOT / "build/acceptance"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._built = set()

    def keep(self, name, value):
        path = self.folder / name
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(value, indent=1))
        os.replace(new, path)

    def kept(self, name):
        """What an earlier start kept, unless everything is to be done again."""
        path = self.folder / name
        return json.loads(path.read_text()) if path.exists() and not self.again else None

    def program(self, name, preset="release"):
        """Builds a target and returns the path of its program."""
        if (preset, name) not in self._built:
            script = f'source scripts/lib.sh; build "{preset}" "{name}" >build/acceptance/build.log 2>&1'
            done = subprocess.run(["bash", "-c", script], cwd=ROOT, check=False)
            if done.returncode != 0:
                raise OSError(f"cannot build {name} ({preset}); see build/acceptance/build.log")
            self._built.add((preset, name))
        found = sorted(path for path in (ROOT / "build" / preset).rglob(name) if path.is_file() and os.access(path, os.X_OK))
        if not found:
            raise OSError(f"{name} was not built in build/{preset}")
        return str(found[0])

    def environment(self, preset="release", **more):
        return {**os.environ, "CUTSET_AGENT": self.program("cutset-agent", preset), **more}

    def cutset(self, *arguments, preset="release", timeout=600, enter=(), variables=None, **options):
        """Runs cutset to its end, by the command `enter` if there is one; returns the finished process with its output."""
        return subprocess.run(
            [*enter, self.program("cutset", preset), *map(str, arguments)],
            cwd=ROOT, env=self.environment(preset, **(variables or {})), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=timeout, check=False, **options,
        )
