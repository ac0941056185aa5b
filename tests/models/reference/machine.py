"""One step of a model: what holds at a time, what is carried to the next, and what is sent."""
from compile_rule import compile_rule
from syntax import Aggregate


def strata_of(deductive, relations):
    """Lists of deductive rules, those below first."""
    level = dict.fromkeys(relations, 0)
    for _ in range(len(level) + 1):
        changed = False
        for rule, _ in deductive:
            aggregated = any(isinstance(column, Aggregate) for column in rule.head.columns)
            for premise in rule.premises:
                needed = level[premise.relation] + (1 if premise.negated or aggregated else 0)
                if premise.time is None and needed > level[rule.head.relation]:
                    level[rule.head.relation], changed = needed, True
        if not changed:
            by_level = {}
            for rule, fire in deductive:
                by_level.setdefault(level[rule.head.relation], []).append((rule.head.relation, fire))
            return [by_level[number] for number in sorted(by_level)]
    raise ValueError("a cycle through notin or an aggregate within one step")


class Machine:
    def __init__(self, rules, facts, nodes, stop):
        self.nodes, self._stop = nodes, stop
        self._facts = {}
        for relation, columns, time in facts:
            self._facts.setdefault(time, []).append((relation, columns))
        predicates = [p for rule in rules for p in (rule.head, *rule.premises)]
        self._relations = {"crash", "pre", "post"} | {f[0] for f in facts} | {p.relation for p in predicates}
        # Relations that rules read at an absolute time: the only past that a state has to carry.
        self._absolute = sorted({(p.relation, p.time) for p in predicates if isinstance(p.time, int)})
        compiled = [(rule, compile_rule(rule)) for rule in rules]
        self._strata = strata_of([(r, fire) for r, fire in compiled if r.head.time is None], self._relations)
        self._next = [(r.head.relation, fire) for r, fire in compiled if r.head.time == "next"]
        self._async = [(r.head.relation, fire) for r, fire in compiled if r.head.time == "async"]

    def step(self, time, carried, past, crashes):
        """crashes: {node: time}. Returns (now, past, carried, sent): sent is {(from, to): tuples} between nodes."""
        now = {relation: set() for relation in self._relations}
        for relation, columns in (*carried, *self._facts.get(time, ())):
            now[relation].add(columns)
        for node, when in crashes.items():
            now["crash"].update((observer, node, when) for observer in self.nodes)
        crashed = {node for node, when in crashes.items() if when <= time}
        live = set(self.nodes) - (crashed if self._stop else set())
        known = dict(past)
        at = {key: now[key[0]] if key[1] == time else known.get(key, frozenset()) for key in self._absolute}

        for stratum in self._strata:
            before = -1
            while before != (before := sum(len(now[relation]) for relation, _ in stratum)):
                for relation, fire in stratum:
                    new = []
                    fire(now, at, live, lambda _, columns, new=new: new.append(columns))
                    now[relation].update(new)

        following, sent = set(), {}
        for relation, fire in self._next:
            fire(now, at, live, lambda _, columns, relation=relation: following.add((relation, columns)))
        for relation, fire in self._async:
            fire(now, at, live, lambda location, columns, relation=relation: self._send(
                (relation, columns), [location] if location is not None else live, time, crashes, following, sent))
        past = tuple((key, frozenset(at[key])) for key in self._absolute if key[1] <= time)
        return now, past, following, sent

    def _send(self, message, senders, time, crashes, following, sent):
        to = message[1][0]
        if to not in self.nodes or (self._stop and crashes.get(to, time + 2) <= time + 1):
            return
        for sender in senders:
            if sender == to:
                following.add(message)
            elif crashes.get(sender, time + 1) > time:
                sent.setdefault((sender, to), set()).add(message)
