"""The bookshop on local processes, in network namespaces and in containers: the same file, the same findings."""
import os
import shutil
import sys
import tempfile

import journal
from .campaigns import BOOKSHOP, campaign, expected_of
from .common import ROOT, row

sys.path.insert(0, str(ROOT / "tests/e2e"))
import engine  # noqa: E402

IMAGE = "bookshop"


class NotRun(Exception):
    """Why."""


def load():
    return f"{os.getloadavg()[0]:.1f}"


def on_place(context, name, hosts, **how):
    """(what was measured, whether it is what is expected, what must be equal on every place)."""
    config = BOOKSHOP / "cutset.yaml"
    before = load()
    code, seconds, records = campaign(context, config, f"bookshop-{name}", "--hosts", hosts, **how)
    found = journal.findings(records)
    texts = journal.differences(found, expected_of(config))
    end = journal.last(records, "end") or {}
    measured = (f"{'; '.join(texts) or f'{len(found)}, as planted'}; {end.get('experiments')} experiments in "
                f"{seconds:.0f} s, load {before} to {load()}")
    return measured, code == 1 and not texts, journal.signature(records)


def on_processes(context):
    return on_place(context, "processes", "processes")


def in_namespaces(context):
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise NotRun("namespaces are made by root with the program ip")
    return on_place(context, "namespaces", "namespaces")


def in_containers(context):
    if engine.missing():
        raise NotRun(engine.missing())
    # The path of an engine's socket may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="cs-engine-") as folder:
        place = engine.Engine(folder)
        try:
            place.start()
            place.import_image(["node"], IMAGE, [(BOOKSHOP, "/bookshop")], "/bookshop")
            return on_place(context, "containers", f"docker:{IMAGE}",
                            variables={"DOCKER_HOST": f"unix://{place.socket}"},
                            enter=["nsenter", f"--net={place.namespace}"])
        except engine.CannotStart as why:
            raise NotRun(str(why).removeprefix("not run: ")) from why
        finally:
            place.stop()


def places(context):
    planted = len(expected_of(BOOKSHOP / "cutset.yaml")["findings"])
    rows, signatures = [], {}
    for name, run in (("processes", on_processes), ("namespaces", in_namespaces), ("containers", in_containers)):
        what, asked = f"bookshop on {name}: findings", f"{planted}, as planted"
        try:
            measured, good, signatures[name] = run(context)
        except NotRun as why:
            measured, good = f"not run: {why}", False
        rows.append(row(what, asked, measured, good))
    same = len({str(signature) for signature in signatures.values()}) == 1
    rows.append(row(f"bookshop on {', '.join(signatures)}: findings and counts", "identical",
                    "identical" if same else "different", same))
    return rows
