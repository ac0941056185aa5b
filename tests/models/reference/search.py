"""All minimal fault sets that violate a model, by following every state that it can reach.

For each choice of crashes, step by step: from each state, every subset of the channels that carry something may
lose it. Equal states are one, with the smallest fault sets that lead there; faults of one step never stand in
another, so what is not minimal for a state is not minimal for what comes after it. Nothing here knows of lineage:
it is the answer that the search must give, found by an unrelated method.
"""
import itertools

from machine import Machine
from syntax import read_model


def minimal(fault_sets):
    kept = []
    for candidate in sorted(set(fault_sets), key=len):
        if not any(smaller <= candidate for smaller in kept):
            kept.append(candidate)
    return kept


def crash_choices(nodes, eot, most):
    for number in range(most + 1):
        for chosen in itertools.combinations(nodes, number):
            for times in itertools.product(range(1, eot), repeat=number):
                yield dict(zip(chosen, times))


class Search:
    def __init__(self, path, row):
        rules, facts = read_model(path)
        self._machine = Machine(rules, facts, row["nodes"], row["crash_model"] == "stop")
        self._row = row
        self._good = None
        self.states = 0

    def run(self):
        """(verdict, minimal fault sets)"""
        end = next(iter(self._ends({}, eff=0)))[0]
        self._good = end["post"]
        if not self._good or not end["pre"]:
            return "vacuous", []
        found = []
        for crashes in crash_choices(self._row["nodes"], self._row["eot"], self._row["crashes"]):
            crashed = frozenset(f"crash({node}@{time})" for node, time in crashes.items())
            if any(smaller <= crashed for smaller in found):
                continue
            for end, fault_sets in self._ends(crashes, self._row["eff"]):
                if any(goal in end["pre"] and goal not in end["post"] for goal in self._good):
                    found += [crashed | losses for losses in fault_sets]
            found = minimal(found)
        return ("violated" if found else "holds"), found

    def _ends(self, crashes, eff):
        """(what holds at the end of time, the minimal losses that lead there), for each state reached."""
        states = {(frozenset(), ()): [frozenset()]}
        for time in range(1, self._row["eot"]):
            following = {}
            for (carried, past), fault_sets in states.items():
                _, later, kept, sent = self._machine.step(time, carried, past, crashes)
                for state, losses in self._deliveries(time, kept, sent, eff):
                    following.setdefault((state, later), []).extend(known | losses for known in fault_sets)
            states = {state: minimal(fault_sets) for state, fault_sets in following.items()}
            self.states += len(states)
        for (carried, past), fault_sets in states.items():
            yield self._machine.step(self._row["eot"], carried, past, crashes)[0], fault_sets

    @staticmethod
    def _deliveries(time, kept, sent, eff):
        """(what is there at the next step, what was lost), for each subset of the channels that matter."""
        losable = [] if time >= eff else [channel for channel in sorted(sent) if not sent[channel] <= kept]
        certain = kept.union(*(messages for channel, messages in sent.items() if channel not in losable))
        for number in range(len(losable) + 1):
            for lost in itertools.combinations(losable, number):
                arrived = certain.union(*(sent[channel] for channel in losable if channel not in lost))
                yield frozenset(arrived), frozenset(f"loss({a} -> {b} @{time})" for a, b in lost)
