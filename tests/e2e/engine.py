"""A container engine of a test's own: in a network namespace of its own, on its own socket and folders, with one image of
files of this machine. Nothing is pulled, and nothing of another engine is touched."""
import os
import pathlib
import shutil
import subprocess
import time

IMAGE = "cutset-test-node"  # if no other name is given


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
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        subprocess.run(["ip", "-n", self.name, "link", "set", "lo", "up"], check=True)
        with open(self.folder / "engine.log", "wb") as log:
            self.process = subprocess.Popen(
                ["nsenter", f"--net={self.namespace}", "dockerd", "--data-root", self.folder / "data",
                 "--exec-root", self.folder / "exec", "--pidfile", self.folder / "pid", "--bridge=none",
                 "--iptables=false", "--ip6tables=false", "-H", f"unix://{self.socket}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while self.docker("version", check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the engine does not start:\n" + (self.folder / "engine.log").read_text()[-3000:])
            time.sleep(0.1)

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

    def import_image(self, programs, name=IMAGE):
        """An image with these programs, the libraries that they need, and the names of users."""
        root = self.folder / "root"
        for program in programs:
            path = pathlib.Path(shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")).resolve()
            listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
            files = [path, *(word for word in listed.split() if word.startswith("/"))]
            for file in map(pathlib.Path, files):
                target = root / file.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    shutil.copy(file, target)
            link = root / "usr/bin" / program
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(path)
        (root / "tmp").mkdir(exist_ok=True)
        (root / "etc").mkdir(exist_ok=True)
        for file in ("passwd", "group"):
            shutil.copy(pathlib.Path("/etc") / file, root / "etc")
        if not (root / "bin").exists():
            (root / "bin").symlink_to("usr/bin")
        packed = subprocess.run(["tar", "-C", root, "-c", "."], check=True, capture_output=True).stdout
        self.docker("import", "-", name, input=packed)
        shutil.rmtree(root)
