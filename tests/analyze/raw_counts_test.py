"""Every sample loads or is refused in one line, and `raw` gives the counts of the samples' README."""
import re

import harness

NAMES = ["traces", "spans", "services", "max_spans", "orphans", "dup_ids", "shared", "errors", "absorbed", "retry", "skew",
         "outlive", "links", "async"]  # fmt: skip


def rows(folder):
    """(file, {name: count}) of the README's table; None where it gives no counts."""
    for line in (folder / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 8 or not (folder / cells[1]).is_file():
            continue
        counts = dict(re.findall(r"([a-z_]+) (\d+)", cells[3]) + re.findall(r"([a-z_]+) (\d+)", cells[4]))
        yield cells[1], {name: int(count) for name, count in counts.items()} or None


class RawCounts(harness.AnalyzeTest):
    def test_each_sample_gives_the_counts_of_the_readme(self):
        folder = self.need_samples()
        compared = 0
        for file, expected in rows(folder):
            with self.subTest(file):
                if expected is None:
                    continue
                raw = self.analyze(folder / file)["raw"]
                # A mark that is not printed is 0; the size of the largest trace is printed where it says something.
                wanted = {name: expected.get(name, 0) for name in NAMES if name != "max_spans" or name in expected}
                self.assertEqual({name: raw[name] for name in wanted}, wanted)
                compared += 1
        self.assertGreaterEqual(compared, 33)

    def test_samples_without_counts_are_read_or_refused_in_one_line(self):
        folder = self.need_samples()
        for file, expected in rows(folder):
            if expected is not None:
                continue
            with self.subTest(file):
                done = self.cutset("analyze", folder / file)
                self.assertIn(done.returncode, (0, 65))
                if done.returncode == 65:
                    lines = [line for line in done.stderr.decode().splitlines() if file in line]
                    self.assertEqual(len(lines), 1, done.stderr.decode())


if __name__ == "__main__":
    harness.main()
