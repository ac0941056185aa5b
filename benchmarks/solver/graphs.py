"""The graphs of the benchmark: made once by make_graphs into a folder, or data that CUTSET_SHARED_DATA names."""
import os
import pathlib
import subprocess

# Name: what make_graphs is told. Sizes in nodes.
MADE = {
    "quorum 271": "quorum t=10 r=1",
    "quorum 4.7k": "quorum t=100",
    "quorum 100k": "quorum t=2130",
    "quorum 940k": "quorum t=20000",
    "crash chains 616": "quorumc t=10",
    "crash chains 62k": "quorumc t=1000",
    "crash chains 248k": "quorumc t=4000",
    "crash chains 992k": "quorumc t=16000",
    "broadcast n=5 T=4": "rb n=5 t=4",
    "broadcast n=8 T=5": "rb n=8 t=5",
    "call graph 270": "micro layers=4 width=10",
    "call graph 8.8k": "micro layers=10 width=100 seed=2",
    "call graph 100k, 50 entries": "micro layers=20 width=450 entries=50",
    "call graph 331k, 50 entries": "micro layers=27 width=1000 entries=50",
    "wide call graph 326k, 50 entries": "micro layers=10 width=3600 entries=50",
    "tree 150": "tree depth=5 mix=30 seed=3",
    "tree 3k": "tree depth=9 seed=5",
    "random 150": "rnd",
    "random 3.3k": "rnd leaves=1000 gates=5000 width=300 pand=60",
}
# Families whose smallest sets stay small, at growing sizes.
GROWTH = {
    "quorum": ["quorum t=%d" % t for t in (21, 64, 213, 638, 2130, 6380, 21300)],
    "crash chains": ["quorumc t=%d" % t for t in (16, 48, 161, 484, 1613, 4840, 16130)],
    "call graph, 50 entries": ["micro layers=27 entries=50 width=%d" % w for w in (11, 33, 110, 330, 1000, 3000)],
}


class Graphs:
    def __init__(self, folder, make_graphs):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_graphs = make_graphs

    def made(self, arguments, graph_format="dag"):
        """The file of a graph; made if it is not there."""
        path = self.folder / f"{arguments.replace(' ', '-').replace('=', '')}.{graph_format}"
        if not path.exists():
            new = path.with_suffix(".new")
            with new.open("wb") as output:
                subprocess.run([self.make_graphs, *arguments.split(), f"format={graph_format}"], stdout=output, check=True)
            new.rename(path)
        return path

    def named(self, name, graph_format="dag"):
        return self.made(MADE[name], graph_format)

    def fault_trees(self):
        """The Aralia trees of the shared data; [] without."""
        shared = pathlib.Path(os.environ.get("CUTSET_SHARED_DATA", "")) / "aralia"
        return sorted(shared.glob("*.xml")) if "CUTSET_SHARED_DATA" in os.environ else []

    def instances(self):
        """The graphs of the shared data whose lists are known, with the size up to which; [] without."""
        limits = {"quorumc-t10-r2.dag": 3, "rb-n5-t4.dag": 13, "rb-n6-t3.dag": 11, "rb-n8-t5.dag": 29, "rnd-1000-5000.dag": 3, "micro-w10-l4.dag": 3}
        limits |= {name: 0 for name in ("quorum-t10-r1.dag", "quorum-t100-r2.dag", "quorum-t3-r1.json", "rb-n4-t3.dag", "rb-n5-t4.dag", "tree-d5.dag", "rnd-60-150.dag") if name not in limits}
        shared = pathlib.Path(os.environ.get("CUTSET_SHARED_DATA", "")) / "instances"
        return [(shared / name, limit) for name, limit in limits.items() if "CUTSET_SHARED_DATA" in os.environ and (shared / name).exists()]
