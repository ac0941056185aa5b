#!/usr/bin/env python3
"""Makes an image for containers out of files of this machine; nothing is pulled or installed.

    scripts/make_image.py NAME PROGRAM... [--add FOLDER=PATH] [--workdir PATH] [--tar FILE]

It holds the programs with the libraries that they need, /tmp, and the names of users and groups. The engine is the one
that the program docker talks to (DOCKER_HOST names another).

--add FOLDER=PATH  a folder of this machine, with all that is in it, as PATH in the image; may be given several times
--workdir PATH     where commands begin
--tar FILE         write the archive to FILE ("-": stdout) instead of importing it
"""
import argparse
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

SYSTEM_FILES = ("/etc/passwd", "/etc/group")


class Archive:
    """A tar archive in which each path stands once."""

    def __init__(self, file):
        self.tar = tarfile.open(fileobj=file, mode="w|")
        self.there = set()

    def add(self, file, path, follow=True):
        """`file` as `path`; a link as what it leads to, or (not `follow`) as the link that it is."""
        entry = self.tar.gettarinfo(os.path.realpath(file) if follow else file, str(path).lstrip("/"))
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        self.put(entry, file)

    def add_link(self, path, target):
        entry = tarfile.TarInfo(str(path).lstrip("/"))
        entry.type = tarfile.SYMTYPE
        entry.linkname = str(target)
        self.put(entry)

    def add_folder(self, path, mode):
        entry = tarfile.TarInfo(str(path).lstrip("/"))
        entry.type = tarfile.DIRTYPE
        entry.mode = mode
        self.put(entry)

    def put(self, entry, file=None):
        if entry.name in self.there:
            return
        self.there.add(entry.name)
        if not entry.isfile():
            return self.tar.addfile(entry)
        with open(file, "rb") as content:
            self.tar.addfile(entry, content)

    def close(self):
        self.tar.close()


def find_program(name):
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise OSError(f"there is no program {name} on this machine")
    return pathlib.Path(found).resolve()


def libraries_of(program):
    """Paths as the program asks for them; a script has none."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return [word for word in listed.split() if word.startswith("/")]


def write_archive(file, programs, folders=()):
    """`folders`: pairs (folder of this machine, path in the image)."""
    archive = Archive(file)
    archive.add_folder("/tmp", 0o1777)
    archive.add_link("/bin", "usr/bin")
    for name in programs:
        program = find_program(name)
        archive.add(program, program)
        if program != pathlib.Path("/usr/bin") / name:
            archive.add_link(f"/usr/bin/{name}", program)
        for library in libraries_of(program):
            archive.add(library, library)
    for path in SYSTEM_FILES:
        archive.add(path, path)
    for folder, path in folders:
        for place, inner, names in sorted(os.walk(folder)):
            for name in sorted(inner + names):
                inside = os.path.relpath(os.path.join(place, name), folder)
                archive.add(os.path.join(place, name), os.path.join(path, inside), follow=False)
    archive.close()


def image(name, programs, folders=(), workdir=None, docker=("docker",)):
    """Imports it into the engine under this name. Error: subprocess.CalledProcessError with what docker said."""
    packed = io.BytesIO()
    write_archive(packed, programs, folders)
    changes = ["--change", f"WORKDIR {workdir}"] if workdir else []
    subprocess.run([*docker, "import", *changes, "-", name], input=packed.getvalue(), check=True, capture_output=True)


def folder_and_path(text):
    folder, _, path = text.rpartition("=")
    if not os.path.isdir(folder) or not path.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text}: FOLDER=/PATH with a folder of this machine is expected")
    return folder, path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("programs", metavar="PROGRAM", nargs="+")
    parser.add_argument("--add", metavar="FOLDER=PATH", action="append", default=[], type=folder_and_path)
    parser.add_argument("--workdir", metavar="PATH")
    parser.add_argument("--tar", metavar="FILE")
    options = parser.parse_args()
    try:
        if options.tar == "-":
            write_archive(sys.stdout.buffer, options.programs, options.add)
        elif options.tar:
            with open(options.tar, "wb") as file:
                write_archive(file, options.programs, options.add)
        else:
            image(options.name, options.programs, options.add, options.workdir)
            print(f"image {options.name} is made")
    except OSError as error:
        sys.exit(f"make_image.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"make_image.py: docker import failed: {error.stderr.decode(errors='replace').strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
