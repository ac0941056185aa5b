"""scripts/check-layers on small trees that keep or break one rule each."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def check(files):
    """Runs the check on a tree of {name: text}; returns (exit code, output)."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        command = [sys.executable, str(ROOT / "scripts/check-layers"), "--root", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


class CheckLayers(unittest.TestCase):
    def assert_clean(self, files):
        code, output = check(files)
        self.assertEqual(code, 0, output)

    def assert_problem(self, files, place, text):
        code, output = check(files)
        self.assertEqual(code, 1, output)
        self.assertIn(place, output)
        self.assertIn(text, output)
        self.assertIn(" 1 problems", output)

    def test_what_the_table_allows(self):
        self.assert_clean(
            {
                "src/solver/a.cpp": '#include <cadical.hpp>\n#include <vector>\n#include "lineage/graph.h"\n',
                "src/lineage/b.cpp": '#include <unistd.h>\n#include "opentelemetry/proto/trace/v1/trace.pb.h"\n',
                "src/agent/proxy/c.cpp": '#include <http_parser.h>\n#include <sys/epoll.h>\n#include "agent/x.h"\n',
                "src/campaign/d.h": "#pragma once\n#include <nlohmann/json_fwd.hpp>\n",
                "src/injector/e.cpp": '#include <re2/re2.h>\n#include "campaign/experimenter.h"\n',
            }
        )

    def test_layer_above(self):
        self.assert_problem(
            {"src/base/a.cpp": '#include <vector>\n#include "lineage/graph.h"\n'},
            "src/base/a.cpp:2:",
            "base may not use lineage",
        )

    def test_only_the_experimenter(self):
        self.assert_problem(
            {"src/injector/a.cpp": '#include "campaign/model.h"\n'}, "src/injector/a.cpp:1:", "may not use campaign"
        )

    def test_nothing_includes_cli(self):
        self.assert_problem({"src/report/a.cpp": '#include "cli/run.h"\n'}, "a.cpp:1:", "nothing includes cli")

    def test_library_of_another_folder(self):
        self.assert_problem(
            {"src/agent/a.cpp": "#include <nlohmann/json.hpp>\n"}, "src/agent/a.cpp:1:", "agent may not use json"
        )

    def test_grpc_services_are_not_for_lineage(self):
        self.assert_problem(
            {"src/lineage/a.cpp": '#include "opentelemetry/trace_service.grpc.pb.h"\n'},
            "src/lineage/a.cpp:1:",
            "may not use OTLP services",
        )

    def test_heavy_header_in_header(self):
        self.assert_problem(
            {"src/campaign/a.h": "#pragma once\n#include <nlohmann/json.hpp>\n"}, "src/campaign/a.h:2:", "heavy"
        )

    def test_unknown_library(self):
        self.assert_problem({"src/base/a.cpp": "#  include <absl/types.h>\n"}, "src/base/a.cpp:1:", "does not know")

    def test_folder_is_left_out(self):
        self.assert_problem({"src/base/a.cpp": '#include "text.h"\n'}, "a.cpp:1:", '"base/text.h"')

    def test_brackets_for_ours(self):
        self.assert_problem({"src/identity/a.cpp": "#include <base/text.h>\n"}, "a.cpp:1:", "quotes")

    def test_pragma_once(self):
        self.assert_problem({"src/base/a.h": "int f();\n"}, "src/base/a.h:1:", "#pragma once")

    def test_unknown_folder(self):
        self.assert_problem({"src/extra/a.cpp": "int f();\n"}, "src/extra/a.cpp:1:", "not in the table")

    def test_empty_tree_is_no_success(self):
        code, output = check({})
        self.assertEqual(code, 1)
        self.assertIn("no sources", output)


if __name__ == "__main__":
    unittest.main()
