"""Tasks and submissions as data, wrong tasks, the reports, and what decides points."""
import csv
import html.parser
import io
import json

import harness

TASKS = sorted([*harness.HERE.glob("*/task.yaml"), *(harness.ROOT / "models/tasks").glob("*/task.yaml")])


def brief(grades):
    """What is worth comparing by eye: explanations are compared as text."""
    return {
        submission["name"]: {
            "result": submission["result"],
            "points": submission["points"],
            **({"problem": submission["problem"]} if "problem" in submission else {}),
            "verdicts": [check["verdict"] for check in submission["checks"]],
        }
        for submission in grades["submissions"]
    }


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_data(self, data):
        self.texts.append(data)


class Grade(harness.GradeTest):
    def submissions(self, task):
        names = sorted(path.name for path in (task.parent / "submissions").iterdir())
        return [f"submissions/{name}" for name in names]

    def test_each_task(self):
        self.assertGreaterEqual(len(TASKS), 2)
        for task in TASKS:
            with self.subTest(task=task.parent.name):
                grades = self.grades("task.yaml", *self.submissions(task), folder=task.parent)
                self.compare(task.parent / "expected.json", json.dumps(brief(grades), indent=1) + "\n")
                text = self.cutset("grade", "task.yaml", *self.submissions(task), folder=task.parent)
                # Explanations are tested with cutset check: here, that they are there.
                lines = text.stdout.splitlines(keepends=True)
                own = [line for line in lines if not line.startswith("    ")]
                self.compare(task.parent / "expected.txt", "".join(own))
                self.assert_explained(grades, text.stdout)

    def assert_explained(self, grades, text):
        for submission in grades["submissions"]:
            for of, check in zip(grades["task"]["checks"], submission["checks"]):
                self.assertEqual("counterexample" in check, check["verdict"] == "violated" and not of["hidden"])
                if "counterexample" not in check:
                    continue
                example = check["counterexample"]
                self.assertTrue(example["faults"] and example["missing"])
                for said in example["faults"] + example["missing"]:
                    self.assertIn(said, example["text"])
                if of["expect"] == "holds":
                    lines = [("    " + line).rstrip() for line in example["text"].splitlines() if line]
                    self.assertIn("\n".join(lines), text)

    def test_order_and_jobs(self):
        task = TASKS[0]
        given = self.submissions(task)[::-1]
        one = self.grades("task.yaml", *given, folder=task.parent)
        self.assertEqual([s["path"] for s in one["submissions"]], given)
        self.assertEqual(one, self.grades("task.yaml", *given, folder=task.parent, more=("--jobs", 4)))

    def test_points_are_the_sum(self):
        for task in TASKS:
            grades = self.grades("task.yaml", *self.submissions(task), folder=task.parent)
            most = [check["points"] for check in grades["task"]["checks"]]
            self.assertEqual(sum(most), grades["task"]["points"])
            for submission in grades["submissions"]:
                given = [check["points"] for check in submission["checks"]]
                self.assertEqual(sum(given), submission["points"])
                self.assertTrue(all(points in (0, full) for points, full in zip(given, most)), "all or nothing")

    def test_hidden_checks_tell_nothing(self):
        task = harness.HERE / "broadcast_rules"
        words = ["task.yaml", "submissions/learnt_by_heart.ded", "submissions/does_nothing.ded"]
        page = self.folder / "page.html"
        told = self.cutset("grade", *words, "--html", page, folder=task).stdout + page.read_text()
        told += json.dumps(self.grades(*words, folder=task))
        self.assertIn("another sender", told)
        self.assertNotIn("other_sender", told)
        self.assertNotIn('"other"', told)
        hidden = self.grades(*words, folder=task)["submissions"][0]["checks"][2]
        self.assertEqual(set(hidden), {"name", "verdict", "points"})
        shown = self.grades(*words, folder=task, more=("--show-hidden",))
        self.assertIn("parameters", shown["task"]["checks"][2])
        self.assertIn("executions", shown["submissions"][0]["checks"][2])

    def test_csv(self):
        task = harness.HERE / "broadcast_rules"
        file = self.folder / "grades.csv"
        formula = self.folder / "=1+1,\"x\".ded"
        formula.write_text((task / "submissions/redundant.ded").read_text())
        grades = self.grades("task.yaml", *self.submissions(task / "task.yaml"), formula, folder=task, more=("--csv", file))
        rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
        self.assertEqual(len(rows), len(grades["submissions"]))
        for row, submission in zip(rows, grades["submissions"]):
            self.assertEqual(row["submission"], submission["name"].replace("=1", "'=1"))
            self.assertEqual(row["points"], str(submission["points"]))
            self.assertEqual(row["of"], "7")
            self.assertEqual(row["result"], submission["result"])
            self.assertEqual(row["lost messages"], submission["checks"][0]["verdict"])
            self.assertEqual(row["lost messages (points)"], str(submission["checks"][0]["points"]))

    def test_html(self):
        task = harness.HERE / "broadcast_rules"
        name = self.folder / "<img src=x onerror=alert(1)> & \"q\".ded"
        name.write_text("delivered(X, M) :- broadcast(X, M), <script>alert(2)</script>;")
        file = self.folder / "page.html"
        self.grades("task.yaml", *self.submissions(task / "task.yaml"), name, folder=task, more=("--html", file))
        text = file.read_text()
        page = Page(text)
        self.assertNotIn("img", page.tags)
        self.assertEqual(page.tags.count("script"), 1)
        self.assertEqual(page.tags.count("details"), len(self.submissions(task / "task.yaml")) + 1)
        self.assertIn(name.name, page.texts)
        self.assertIn("Rules & <limits>", page.texts)
        self.assertFalse([v for k, v in page.attributes if k in ("src", "href") and not v.startswith("#")], "offline")
        self.assertIn("prefers-color-scheme:dark", text)
        self.assertIn("is lost", text)

    def test_wrong_tasks(self):
        folder = harness.HERE / "wrong_tasks"
        told = {}
        for task in sorted(folder.glob("*.yaml")):
            graded = self.cutset("--json", "grade", task.name, "promise.ded", folder=folder)
            linted = self.cutset("--json", "lint", task.name, folder=folder)
            self.assertEqual((graded.returncode, linted.returncode), (65, 65), task)
            self.assertEqual(json.loads(graded.stdout)["exit_code"], 65)
            told[task.stem] = [
                "{file}:{line}:{column}: {message}".format(**problem) for problem in json.loads(linted.stdout)["problems"]
            ]
            self.assertTrue(told[task.stem])
        self.compare(folder / "expected.json", json.dumps(told, indent=1) + "\n")

    def test_lint_of_good_tasks(self):
        for task in TASKS:
            self.assertEqual(self.cutset("lint", "--strict", task).returncode, 0, task)

    def test_usage(self):
        self.assertEqual(self.cutset("grade").returncode, 64)
        self.assertEqual(self.cutset("grade", TASKS[0]).returncode, 64)
        self.assertEqual(self.cutset("grade", TASKS[0], "x.ded", "--jobs", "0").returncode, 64)

    def test_same_names(self):
        for name in ("anna", "ben"):
            (self.folder / name).mkdir()
            (self.folder / name / "solution.ded").write_text("says(X, M) :- broadcast(X, M);")
        grades = self.grades(TASKS[0], "anna/solution.ded", "ben/solution.ded", "ben/")
        names = [submission["name"] for submission in grades["submissions"]]
        self.assertEqual(names, ["anna/solution.ded", "ben/solution.ded", "ben"])


if __name__ == "__main__":
    harness.main()
