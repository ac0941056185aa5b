"""A rule as a Python function: nested loops over its premises as they are written.

The function f(now, at, live, emit): now[relation] and at[(relation, time)] are sets of tuples, live is the set of
nodes at which rules fire. It calls emit(location, tuple) for each firing; location is None where the rule does
not say it (`_`), and for aggregates.
"""
from syntax import Aggregate, Constant, Operation, Variable

AGGREGATE_CODE = {
    "count": "len(group)", "max": "max({})", "min": "min({})", "sum": "sum({})", "avg": "sum({}) // len(group)",
}


def variables_of(term):
    if isinstance(term, Variable):
        return {term.name}
    if isinstance(term, Operation):
        return variables_of(term.left) | variables_of(term.right)
    return set()


def code_of(term):
    if isinstance(term, Constant):
        return repr(term.value)
    if isinstance(term, Variable):
        return "V" + term.name
    operator = "//" if term.operator == "/" else term.operator
    return f"({code_of(term.left)} {operator} {code_of(term.right)})"


def tuple_code(terms):
    return "(" + "".join(code_of(term) + ", " for term in terms) + ")"


class Writer:
    def __init__(self):
        self._lines, self._depth = [], 1

    def line(self, text):
        self._lines.append("  " * self._depth + text)

    def block(self, text):
        self.line(text)
        self._depth += 1

    def outermost(self):
        self._depth = 1

    def text(self):
        return "\n".join(self._lines)


def source_of(premise):
    return f"now[{premise.relation!r}]" if premise.time is None else f"at[{(premise.relation, premise.time)!r}]"


def write_positive(writer, premise, name, bound):
    writer.block(f"for {name} in {source_of(premise)}:")
    tests = []
    for column, term in enumerate(premise.columns):
        if isinstance(term, Variable) and term.name not in bound:
            writer.line(f"{code_of(term)} = {name}[{column}]")
            bound.add(term.name)
        elif isinstance(term, (Variable, Constant)):
            tests.append(f"{name}[{column}] == {code_of(term)}")
    if tests:
        writer.block(f"if {' and '.join(tests)}:")


def write_negated(writer, premise, bound):
    """Variables of the negated premise alone are wildcards; the same one twice is still an equality."""
    tests, own = [], {}
    for column, term in enumerate(premise.columns):
        if isinstance(term, Constant) or (isinstance(term, Variable) and term.name in bound):
            tests.append(f"x[{column}] == {code_of(term)}")
        elif isinstance(term, Variable):
            tests.append(f"x[{column}] == x[{own.setdefault(term.name, column)}]")
    writer.block(f"if not any({' and '.join(tests) or 'True'} for x in {source_of(premise)}):")


def write_aggregates(writer, columns):
    writer.outermost()
    writer.block("for key, group in groups.items():")
    keys, values, parts = 0, 0, []
    for column in columns:
        if isinstance(column, Aggregate):
            parts.append(AGGREGATE_CODE[column.function].format(f"[v[{values}] for v in group]"))
            values += 1
        else:
            parts.append(f"key[{keys}]")
            keys += 1
    writer.line(f"emit(None, ({', '.join(parts)}, ))")


def compile_rule(rule):
    writer, bound = Writer(), set()
    conditions = list(rule.conditions)
    positive = [premise for premise in rule.premises if not premise.negated]
    for number, premise in enumerate(positive):
        write_positive(writer, premise, f"t{number}", bound)
        for condition in [c for c in conditions if variables_of(c) <= bound]:
            writer.block(f"if {code_of(condition)}:")
            conditions.remove(condition)
    for premise in rule.premises:
        if premise.negated:
            write_negated(writer, premise, bound)

    first = rule.premises[0].columns[0]
    known = isinstance(first, Constant) or (isinstance(first, Variable) and first.name in bound)
    location = code_of(first) if known else "None"
    writer.block(f"if {location} in live:" if known else "if live:")

    aggregates = [column for column in rule.head.columns if isinstance(column, Aggregate)]
    if aggregates:
        key = tuple_code(column for column in rule.head.columns if not isinstance(column, Aggregate))
        value = tuple_code(Variable(column.variable) for column in aggregates)
        writer.line(f"groups.setdefault({key}, set()).add({value})")
        write_aggregates(writer, rule.head.columns)
    else:
        writer.line(f"emit({location}, {tuple_code(rule.head.columns)})")

    names = {}
    exec("def fire(now, at, live, emit):\n  groups = {}\n" + writer.text(), names)  # pylint: disable=exec-used
    return names["fire"]
