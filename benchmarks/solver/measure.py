"""Runs a program and tells its CPU time and peak memory, from the kernel's account of the child."""
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess


class Run:
    """One finished run: `cpu` of the whole process (s), `mib` its peak memory, `answer` its JSON, if it printed one."""

    def __init__(self, command, limit):
        """`limit`: CPU seconds after which it is ended."""

        def limited():
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=limited)
        output = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.ended = child.returncode not in (-signal.SIGXCPU, -signal.SIGKILL)
        self.ok = child.returncode == 0
        self.cpu = used.ru_utime + used.ru_stime
        self.mib = used.ru_maxrss / 1024
        self.output = output
        try:
            self.answer = json.loads(output)
        except ValueError:
            self.answer = {}

    def seconds(self, phase="solved"):
        """CPU seconds from the start of main() to the end of a phase; of the whole process where it does not say."""
        return self.answer.get(phase, self.cpu)


class Runs:
    """The same run several times; figures are medians. A run longer than `once_above` seconds is not repeated."""

    def __init__(self, command, times=5, limit=60, once_above=20):
        self.runs = []
        for _ in range(times):
            self.runs.append(Run([str(part) for part in command], limit))
            if self.runs[-1].cpu > once_above:
                break

    @property
    def last(self):
        return self.runs[-1]

    @property
    def answered(self):
        return all(run.ok for run in self.runs) and self.last.answer.get("ending") != "stopped"

    def seconds(self, phase="solved"):
        return statistics.median(run.seconds(phase) for run in self.runs)

    def cpu(self):
        return statistics.median(run.cpu for run in self.runs)

    def mib(self):
        return max(run.mib for run in self.runs)


def installed(program):
    return shutil.which(program)
