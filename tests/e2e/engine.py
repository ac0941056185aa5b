"""A container engine of a test's own: in a network namespace of its own, on its own socket and folders, with one image of
files of this machine. Nothing is pulled, and nothing of another engine is touched."""
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"))
import make_image  # noqa: E402

IMAGE = "cutset-test-node"  # if no other name is given
PROBE = "cutset-test-probe"


class CannotStart(unittest.SkipTest):
    """Neither an engine nor a container starts on this machine (it may be a container itself): says why."""


def missing():
    """What this machine lacks for it, or ''."""
    if os.geteuid() != 0:
        return "an engine is started by root"
    for program in ("dockerd", "docker", "ip", "nsenter"):
        if shutil.which(program) is None:
            return f"there is no program {program}"
    return ""


class Engine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "engine.sock"
        self.name = f"e2e{os.getpid()}"
        self.namespace = pathlib.Path("/run/netns") / self.name
        self.process = None

    def start(self):
        for command in (["netns", "add", self.name], ["-n", self.name, "link", "set", "lo", "up"]):
            done = subprocess.run(["ip", *command], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise CannotStart(f"not run: no network namespace can be made here: {done.stderr.strip()}")
        with open(self.folder / "engine.log", "wb") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={self.namespace}", "dockerd", "--data-root", self.folder / "data",
                 "--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid", "--bridge=none",
                 "--iptables=false", "--ip6tables=false", "-H", f"unix://{self.socket}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while self.docker("version", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                last = (self.folder / "engine.log").read_text().strip().splitlines()[-1:]
                raise CannotStart(f"not run: dockerd does not start here: {' '.join(last)}")
            time.sleep(0.1)
        self.import_image(["true"], PROBE)
        done = self.docker("run", "--rm", "--network", "none", PROBE, "true", check=False)
        if done.returncode != 0:
            raise CannotStart(f"not run: no container starts here: {done.stderr.decode(errors='replace').strip()}")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # What the engine mounted below its folders, innermost first.
        mounts = [line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        for path in sorted((path for path in mounts if path.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", path], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "netns", "delete", self.name], check=False, stderr=subprocess.DEVNULL)

    def docker(self, *arguments, check=True, **options):
        return subprocess.run(["docker", "-H", f"unix://{self.socket}", *arguments], check=check,
                              capture_output=True, **options)

    def import_image(self, programs, name=IMAGE, folders=(), workdir=None):
        make_image.image(name, programs, folders, workdir, docker=("docker", "-H", f"unix://{self.socket}"))
