"""A campaign on nodes, on the real thing: the first way in which redis loses writes is found, and nothing is left."""
import os
import re
import shutil
import signal
import subprocess

import harness

BOOKSHOP = harness.HERE.parent.parent / "examples/bookshop/cutset.yaml"
CONFIG = harness.HERE.parent.parent / "examples/redis-sentinel/cutset.yaml"


def missing():
    if os.geteuid() != 0:
        return "namespaces are made by root"
    for program in ("ip", "nft", "redis-server", "redis-sentinel", "redis-cli"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def there(names):
    """Which of these namespaces and links there are. Others on this machine may come and go meanwhile."""
    said = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    said += subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    found = {line.split()[0].split("@")[0] for line in said.splitlines() if line.strip()}
    return sorted(found & names)


class Nodes(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        why = missing()
        if why:
            self.skipTest(f"not run: {why}")

    def made(self):
        """Names of what the agent of this campaign made, as it wrote them down before."""
        told = (self.state / "intent.log").read_text()
        words = set(re.findall(r"^undo \d+ network-namespace cs([0-9a-f]+)-", told, re.MULTILINE))
        self.assertEqual(len(words), 1, told[:2000])
        word = words.pop()
        namespaces = set(re.findall(r"^undo \d+ network-namespace (\S+)", told, re.MULTILINE))
        return namespaces | {"cs" + word[:8]}

    def test_the_first_mechanism_is_found(self):
        done = self.cutset("run", CONFIG, "--state", self.state, "--max-experiments", 2, "--repeat", 2)
        self.assert_exit(done, 1)
        self.assertIn("never arrived at follower", done.stdout)
        self.assertIn("replaced on leader", done.stdout)
        results = [record for record in self.records() if record["type"] == "result"]
        self.assertEqual([result["result"]["verdict"] for result in results[:3]], ["held"] * 3)
        schedules = sorted((self.state / "schedules").iterdir())
        self.assertIn("partition", schedules[-1].read_text())
        findings = list((self.state / "findings").iterdir())
        self.assertEqual(len(findings), 1)
        self.assert_exit(self.cutset("lint", findings[0]), 0)
        # On a machine that is busy a failover may come too late in one of them.
        again = self.cutset("replay", findings[0], "--config", CONFIG, "--state", self.state, "-k", 2)
        self.assertRegex(again.stdout, "reproduced [12] of 2")
        self.assertEqual(again.returncode, 1 if "reproduced 2" in again.stdout else 2)
        broken = self.folder / "broken.yaml"
        broken.write_text(findings[0].read_text().replace('isolate', 'isolat'))
        refused = self.cutset("replay", broken, "--config", CONFIG, "--state", self.state)
        self.assert_exit(refused, 65)
        self.assertIn('unknown mode "isolat"', refused.stderr)
        refused = self.cutset("replay", findings[0], "--config", BOOKSHOP)
        self.assert_exit(refused, 65)
        self.assertIn('this configuration has no "nodes"', refused.stderr)
        self.assert_nothing_left()
        self.assertEqual(there(self.made()), [])

    def test_a_killed_campaign_leaves_nothing(self):
        run = self.start("run", CONFIG, "--state", self.state)
        self.await_results(run, 1)
        names = self.made()
        self.assertGreaterEqual(len(there(names)), 6, "a switch, four hosts, a link to them")
        run.send_signal(signal.SIGKILL)
        run.wait()
        self.assert_nothing_left()
        self.assertEqual(there(names), [])


if __name__ == "__main__":
    harness.main()
