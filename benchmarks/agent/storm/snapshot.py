"""What a machine looks like to those who care whether a fault was undone. Counters and times are left out."""
import json
import os
import pathlib
import re
import subprocess

GROUPS = pathlib.Path("/sys/fs/cgroup")
SETTINGS = ("ip_forward", "conf/all/forwarding", "conf/all/rp_filter", "conf/all/route_localnet", "conf/all/accept_local",
            "conf/default/rp_filter", "conf/lo/rp_filter", "conf/lo/route_localnet", "conf/lo/accept_local")


def text_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def network(name=None):
    """Of this network namespace, or of a named one."""
    inside = ["nsenter", f"--net=/run/netns/{name}"] if name else []
    links = json.loads(text_of(*inside, "ip", "-json", "-details", "address") or "[]")
    settings = {}
    if not name:
        settings = {path: (pathlib.Path("/proc/sys/net/ipv4") / path).read_text().strip() for path in SETTINGS}
    return {
        "nft": re.sub(r"packets \d+ bytes \d+", "", text_of(*inside, "nft", "list", "ruleset")).splitlines(),
        "links": [[link.get("ifname"), sorted(link.get("flags", [])), link.get("mtu"),
                   [address.get("local") for address in link.get("addr_info", [])]] for link in links],
        "qdiscs": text_of(*inside, "tc", "qdisc", "show").splitlines(),
        "routes": [line for family in ("-4", "-6")
                   for line in text_of(*inside, "ip", family, "route", "show", "table", "all").splitlines()],
        "rules": [line for family in ("-4", "-6") for line in text_of(*inside, "ip", family, "rule").splitlines()],
        "settings": settings,
    }


def marked_processes(mark):
    """["name pid"] of all, this process left out, with these bytes in their environment."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        if stat[stat.rindex(")") + 2] not in "ZX":
            found.append(f"{stat[stat.index('(') + 1:stat.rindex(')')]} {entry.name}")
    return sorted(found)


def groups(marks):
    """cgroups of every hierarchy whose name has one of these words."""
    return sorted(str(path) for root in GROUPS.iterdir() if root.is_dir()
                  for path in root.glob("*") if path.is_dir() and any(mark in path.name for mark in marks))


def files(folder):
    return sorted(str(path) for path in folder.rglob("*"))


def mounts():
    """But for those below /tmp, where others come and go."""
    paths = [line.split()[1] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    return sorted(path for path in paths if not path.startswith("/tmp/"))


def differences(before, after, path=""):
    """In words; empty: equal."""
    if isinstance(before, dict):
        return [text for key in before for text in differences(before[key], after[key], f"{path}/{key}")]
    if isinstance(before, list):
        more = [item for item in after if item not in before]
        less = [item for item in before if item not in after]
        return [f"{path}: left: {item}" for item in more] + [f"{path}: gone: {item}" for item in less]
    return [] if before == after else [f"{path}: {before} became {after}"]
