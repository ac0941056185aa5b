"""Reads the text of a model, for the reference search. For models that are known to be right: what is wrong
with a program is told by cutset itself, here it only ends."""
import dataclasses
import pathlib
import re
import typing

BLANK = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
TOKEN = re.compile(r':-|==|!=|<=|>=|[-+*/<>(),;@]|"[^"]*"|[0-9]+|[a-zA-Z_][a-zA-Z0-9._?]*')
AGGREGATES = ("count", "max", "min", "sum", "avg")
PRECEDENCE = {"==": 1, "!=": 1, "<=": 1, ">=": 1, "<": 1, ">": 1, "+": 2, "-": 2, "*": 3, "/": 3}


@dataclasses.dataclass(frozen=True)
class Variable:
    name: str


@dataclasses.dataclass(frozen=True)
class Wildcard:
    pass


@dataclasses.dataclass(frozen=True)
class Constant:
    value: typing.Union[int, str]


@dataclasses.dataclass(frozen=True)
class Operation:
    operator: str
    left: object
    right: object


@dataclasses.dataclass(frozen=True)
class Aggregate:
    function: str
    variable: str


@dataclasses.dataclass(frozen=True)
class Predicate:
    relation: str
    columns: tuple
    negated: bool
    time: object  # None, "next", "async", or a number


@dataclasses.dataclass(frozen=True)
class Rule:
    head: Predicate
    premises: tuple
    conditions: tuple


class Parser:
    def __init__(self, text):
        self._tokens = []
        place = BLANK.match(text).end()
        while place < len(text):
            token = TOKEN.match(text, place)
            if not token:
                raise ValueError(f"what is {text[place:place + 20]!r}?")
            self._tokens.append(token.group())
            place = BLANK.match(text, token.end()).end()
        self._next = 0

    def clauses(self):
        """("include", name), Predicate (a fact) or Rule, in order."""
        while self._peek() is not None:
            if self._peek() == "include":
                self._take()
                yield ("include", self._take().strip('"'))
            else:
                yield self._clause()
            self._take(";")

    def _peek(self, ahead=0):
        place = self._next + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _take(self, expected=None):
        token = self._peek()
        if token is None or expected not in (None, token):
            raise ValueError(f"expected {expected!r}, found {token!r}")
        self._next += 1
        return token

    def _clause(self):
        head = self._predicate()
        if self._peek() == ";":
            return head
        self._take(":-")
        premises, conditions = [], []
        while True:
            if self._peek() == "notin" or self._peek(1) == "(":
                premises.append(self._predicate())
            else:
                conditions.append(self._expression(1))
            if self._peek() == ";":
                return Rule(head, tuple(premises), tuple(conditions))
            self._take(",")

    def _predicate(self):
        negated = self._peek() == "notin"
        if negated:
            self._take()
        relation = self._take()
        self._take("(")
        columns = [self._column()]
        while self._peek() == ",":
            self._take()
            columns.append(self._column())
        self._take(")")
        time = None
        if self._peek() == "@":
            self._take()
            word = self._take()
            time = word if word in ("next", "async") else int(word)
        return Predicate(relation, tuple(columns), negated, time)

    def _column(self):
        if self._peek() in AGGREGATES and self._peek(1) == "<":
            function = self._take()
            self._take("<")
            variable = self._take()
            self._take(">")
            return Aggregate(function, variable)
        return self._expression(1)

    def _expression(self, lowest):
        left = self._operand()
        while PRECEDENCE.get(self._peek(), 0) >= lowest:
            operator = self._take()
            left = Operation(operator, left, self._expression(PRECEDENCE[operator] + 1))
        return left

    def _operand(self):
        token = self._take()
        if token.startswith('"'):
            return Constant(token[1:-1])
        if token.isdigit():
            return Constant(int(token))
        if token == "_":
            return Wildcard()
        return Variable(token) if token[0].isupper() or token[0] == "_" else Constant(token)


def read_model(path):
    """(rules, facts) of a file and what it includes, each once, in order."""
    path = pathlib.Path(path)
    rules, facts, seen = {}, {}, set()

    def read(file):
        if file in seen:
            return
        seen.add(file)
        for clause in Parser(file.read_text()).clauses():
            if isinstance(clause, tuple):
                read(path.parent / clause[1])  # relative to the first file, at every depth
            elif isinstance(clause, Rule):
                rules[clause] = None
            else:
                facts[(clause.relation, tuple(column.value for column in clause.columns), clause.time)] = None

    read(path)
    return list(rules), list(facts)


def read_rows(path):
    """The rows of parameters in the comments of a model; what a row leaves out stays as in the row before."""
    nodes, crash_model = None, "send"
    for line in pathlib.Path(path).read_text().splitlines():
        if match := re.match(r"\s*//\s*cutset:\s*(.*)", line):
            row = dict(word.split("=", 1) for word in match.group(1).split())
            nodes = row["nodes"].split(",") if "nodes" in row else nodes
            crash_model = row.get("crash-model", crash_model)
            yield {
                "text": match.group(1), "nodes": nodes, "crash_model": crash_model, "expect": row.get("expect"),
                **{name: int(row.get(name, 0)) for name in ("eot", "eff", "crashes")},
            }
