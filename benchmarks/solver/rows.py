"""What is measured: one function for each part, each adds rows to the table of its Bench."""
import re
import tempfile

from graphs import GROWTH
from measure import Runs, installed

PEER_LIMIT = 12  # CPU seconds that a peer has for an answer


class Bench:
    def __init__(self, programs, graphs, times):
        self.programs = programs
        self.graphs = graphs
        self.times = times
        self.table = []
        self.growth = {}

    def solve(self, graph, *options, limit=60):
        return Runs([self.programs / "solve_run", graph, *options], self.times, limit)

    def row(self, what, goal, measured, reached, **more):
        """`reached`: True, False, or None where there is no goal."""
        mark = {True: "yes", False: "NO", None: "-"}[reached]
        self.table.append({"what": what, "goal": goal, "measured": measured, "reached": mark, **more})

    def ratio(self, what, goal, reference, ours, least=None, most=None):
        """How many times longer the reference takes (least), or we do (most)."""
        value = reference / ours if least is not None else ours / reference
        reached = value >= least if least is not None else value <= most
        self.row(what, goal, f"{value:.2f}x ({ours:.4f} s, reference {reference:.4f} s)", reached, ratio=round(value, 3), seconds=ours, reference=reference)


def least_size(bench, graph):
    sizes = bench.solve(graph, "--first", 1).last.answer.get("by_size", {})
    return min(map(int, sizes)) if sizes else None


def order(bench):
    """The first 1000 sets in order, within the least size, against one formula with one counter."""
    goals = {"quorum 271": 9, "quorum 4.7k": 9, "broadcast n=8 T=5": 7}
    others = ["crash chains 616", "broadcast n=5 T=4", "call graph 270", "tree 150", "random 150"]
    for name in [*goals, *others]:
        graph = bench.graphs.named(name)
        budget = ["--budget", least_size(bench, graph)]
        ours = bench.solve(graph, *budget)
        plain = bench.solve(graph, "--method", "plain", *budget)
        what = f"first 1000 sets, {name}, against plain"
        if ours.last.answer.get("sets") != plain.last.answer.get("sets"):
            bench.row(what, "the same sets", f"{ours.last.answer} {plain.last.answer}", False)
        elif name in goals:
            bench.ratio(what, f">= {goals[name]}x", plain.seconds(), ours.seconds(), least=goals[name])
        else:
            bench.ratio(what, "<= 1.2x slower", plain.seconds(), ours.seconds(), most=1.2)


def reading(bench):
    """The large quorum against the time that finding the words of its file takes."""
    graph = bench.graphs.named("quorum 940k")
    words = Runs([bench.programs / "tokenise", graph], bench.times).seconds()
    for what, options in (("first set", ["--first", 1]), ("1000 sets", []), ("nothing within 5", ["--budget", 5])):
        ours = bench.solve(graph, *options)
        bench.ratio(f"quorum 940k, {what}, against reading", "<= 8x", words, ours.seconds(), most=8)
    bench.row("quorum 940k, peak memory", "< 100 MB", f"{ours.mib() * 1.048576:.0f} MB", ours.mib() * 1.048576 < 100)


def large(bench):
    """Graphs on which no other tool gives a set."""
    for name in ("call graph 331k, 50 entries", "wide call graph 326k, 50 entries", "crash chains 62k", "crash chains 248k", "crash chains 992k"):
        ours = bench.solve(bench.graphs.named(name), "--first", 1, "--budget", 3, limit=30)
        found = ours.answered and ours.last.answer["sets"] == 1
        size = f", size {next(iter(ours.last.answer['by_size']))}" if found else ", none"
        bench.row(f"first set, {name}", "< 2 s", f"{ours.seconds():.3f} s{size}, {ours.mib():.0f} MiB", found and ours.seconds() < 2, seconds=ours.seconds())


def solvers(bench):
    """Other SAT solvers on the same formula (graph_cnf), the same number of sets."""
    for name in ("quorum 271", "crash chains 616", "broadcast n=5 T=4", "broadcast n=8 T=5", "call graph 270"):
        graph = bench.graphs.named(name)
        budget = max(3, least_size(bench, graph))
        ours = bench.solve(graph, "--budget", budget)
        with tempfile.NamedTemporaryFile(suffix=".cnf") as formula:
            formula.write(Runs([bench.programs / "graph_cnf", graph, budget], 1).last.output)
            formula.flush()
            what = f"enumeration, {name}, against z3"
            if (bench.programs / "z3_enumerate").exists():
                z3 = Runs([bench.programs / "z3_enumerate", formula.name, 1000, 30], bench.times, 40)
                if z3.last.answer.get("ending") == "stopped":
                    bench.row(what, ">= 50x", f"z3: {z3.last.answer['sets']} sets in 30 s, ours {ours.seconds():.4f} s", 30 / ours.seconds() >= 50)
                else:
                    bench.ratio(what, ">= 50x", z3.seconds(), ours.seconds(), least=50)
            else:
                bench.row(what, ">= 50x", "not installed", None)
            what = f"enumeration, {name}, against cryptominisat"
            if budget > least_size(bench, graph):
                bench.row(what, "-", "cannot: its models need not be minimal", None)
            elif installed("cryptominisat5"):
                peer = Runs(["cryptominisat5", "--maxsol", 1000, "--onlysampling", "--verb", 0, formula.name], bench.times, 30)
                ended = "" if peer.last.ended else "more than "
                bench.row(what, "-", f"{ended}{peer.cpu() / ours.cpu():.1f}x (whole processes)", None)
            else:
                bench.row(what, "-", "not installed", None)


def scram(bench, tree, order_limit, sets_file):
    """Seconds of scram's ZBDD, its number of sets; None where it gives no answer in time."""
    limit = order_limit or 1000
    runs = Runs(["scram", "--zbdd", "-l", limit, tree, "-o", sets_file], bench.times, PEER_LIMIT, once_above=5)
    if not runs.last.ok:
        return None
    with open(sets_file, encoding="utf-8") as report:
        found = re.search(r' products="([0-9]+)"', report.read())
    return runs.cpu(), int(found.group(1)) if found else 0


def lists(bench):
    """Complete lists, written to a file by both."""
    cases = [(f"aralia {tree.stem}", tree, tree, 6) for tree in bench.graphs.fault_trees()]
    if not cases:
        bench.row("fault trees of the Aralia set", "each < 1 s", "not run: no shared data", None)
    made = [("quorum 4.7k", 0), ("tree 150", 0), ("tree 3k", 4), ("broadcast n=5 T=4", 0), ("random 150", 0), ("call graph 270", 3)]
    made += [("broadcast n=8 T=5", 29), ("call graph 8.8k", 3), ("random 3.3k", 3)]
    cases += [(name, bench.graphs.named(name), bench.graphs.named(name, "open-psa"), limit) for name, limit in made]
    for name, graph, tree, limit in cases:
        with tempfile.TemporaryDirectory() as folder:
            budget = ["--budget", limit] if limit else []
            ours = bench.solve(graph, "--first", 0, *budget, "--list", f"{folder}/sets", limit=120)
            size = f"size <= {limit}" if limit else "all"
            answer = ours.last.answer
            sets = answer.get("sets", 0) if ours.answered else f"{answer.get('sets', 0)}, then stopped"
            if "aralia" in name:
                bench.row(f"complete list, {name}, {size}", "< 1 s", f"{ours.cpu():.3f} s, {sets} sets", ours.answered and ours.cpu() < 1)
            what = f"complete list, {name}, {size}, against scram"
            if not installed("scram"):
                bench.row(what, "<= 3x", "not installed", None)
                continue
            peer = scram(bench, tree, limit, f"{folder}/report.xml")
            if peer is None:
                bench.row(what, "an answer", f"{ours.cpu():.3f} s, {sets} sets; scram: none in {PEER_LIMIT} s", ours.answered, seconds=ours.cpu())
            elif not ours.answered or peer[1] != answer.get("sets"):
                bench.row(what, "the same sets", f"{sets} sets in {ours.cpu():.2f} s, scram {peer[1]} in {peer[0]:.2f} s", False)
            else:
                bench.ratio(what, "<= 3x", peer[0], ours.cpu(), most=3)


def learning(bench):
    """One more derivation and the next answer, against a new search for the first set (without reading)."""
    for name in ("quorum 100k", "call graph 100k, 50 entries"):
        ours = bench.solve(bench.graphs.named(name), "--first", 1, "--learn", 5)
        lessons = [sorted(run.answer.get("lessons", []))[2] for run in ours.runs if len(run.answer.get("lessons", [])) == 5]
        first = max((run.answer["lessons"][0] for run in ours.runs if run.answer.get("lessons")), default=0)
        what = f"learning and the next set, {name}"
        if not lessons:
            bench.row(what, "<= 10 %", "no answer", False)
            continue
        scratch = ours.seconds("first") - ours.seconds("read")
        percent = 100 * sorted(lessons)[len(lessons) // 2] / scratch
        bench.row(what, "<= 10 %", f"{percent:.1f} % (scratch {scratch:.4f} s; the first lesson {100 * first / scratch:.0f} %)", percent <= 10, ratio=percent / 100)


def growth(bench):
    """The first set at growing sizes; the figures behind docs/solver-growth.svg."""
    for family, sizes in GROWTH.items():
        points = []
        for arguments in sizes:
            ours = bench.solve(bench.graphs.made(arguments), "--first", 1, "--budget", 6, limit=30)
            if not ours.answered:
                break
            points.append({"nodes": ours.last.answer["nodes"], "seconds": ours.seconds(), "read": ours.seconds("read")})
        bench.growth[family] = points
        what = f"growth, {family}"
        if len(points) < len(sizes):
            bench.row(what, "linear: <= 2x", f"no answer at {sizes[len(points)]}", False)
            continue
        small, big = points[-3], points[-1]
        value = (big["seconds"] / big["nodes"]) / (small["seconds"] / small["nodes"])
        bench.row(what, "linear: <= 2x", f"{value:.2f}x the time a node from {small['nodes']} to {big['nodes']} nodes", value <= 2, ratio=value)


def certificates(bench):
    """Checking the certificate of a complete list, and writing it, against finding the list."""
    cases = [("quorum 271", 0), ("quorum 4.7k", 0), ("quorum 940k", 5), ("crash chains 616", 3), ("crash chains 62k", 2)]
    cases += [("broadcast n=5 T=4", 0), ("broadcast n=8 T=5", 29), ("call graph 270", 3), ("wide call graph 326k, 50 entries", 2)]
    cases += [("tree 150", 0), ("tree 3k", 4), ("random 150", 0), ("random 3.3k", 3)]
    cases = [(name, bench.graphs.named(name), limit) for name, limit in cases]
    cases += [(f"aralia {tree.stem}", tree, 6) for tree in bench.graphs.fault_trees()]
    cases += [(f"instance {path.stem}", path, limit) for path, limit in bench.graphs.instances()]
    for name, graph, limit in cases:
        with tempfile.TemporaryDirectory() as folder:
            ours = Runs([bench.programs / "certify_run", graph, limit, f"{folder}/certificate"], bench.times, 120)
        size = f"size <= {limit}" if limit else "all"
        what = f"check of the certificate, {name}, {size}"
        if not ours.answered or not ours.last.answer:
            bench.row(what, "<= 3x", "no answer", False)
            continue
        answer = ours.last.answer
        bench.ratio(f"{what}, {answer['sets']} sets", "<= 3x", ours.seconds("solve"), ours.seconds("check"), most=3)
        bench.ratio(f"writing of it, {answer['parts']} parts, {answer['recomputed']} recomputed", "<= 5x", ours.seconds("solve"), ours.seconds("write"), most=5)


PARTS = {"order": order, "reading": reading, "large": large, "solvers": solvers, "lists": lists, "learning": learning, "certificates": certificates, "growth": growth}
