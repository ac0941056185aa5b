"""Every model answers as its header says, its certificates are accepted: models_test.py CUTSET."""
import json
import pathlib
import subprocess
import sys
import tempfile

MODELS = pathlib.Path(__file__).resolve().parent.parent.parent / "models"


def main():
    cutset = str(pathlib.Path(sys.argv[1]).resolve())
    bad = 0
    models = sorted(MODELS.glob("*.ded"))
    for model in models:
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run([cutset, "check", str(model), "--as-expected", "--json", "--quiet", "--certificate",
                                   place + "/proof"], capture_output=True, text=True, timeout=500)
            if done.returncode != 0:
                bad += 1
                print(f"{model.name}: exit {done.returncode}\n{done.stderr}")
                continue
            for check in json.loads(done.stdout)["checks"]:
                if check["verdict"] == "vacuous":
                    continue
                proof = check["certificate"]["file"]
                verified = subprocess.run([cutset, "verify", proof, proof + ".dag"], capture_output=True, text=True)
                if verified.returncode != 0:
                    bad += 1
                    print(f"{model.name}, row {check['row']}: {verified.stdout}{verified.stderr}")
    print(f"{len(models)} models, {bad} problems")
    sys.exit(1 if bad or not models else 0)


if __name__ == "__main__":
    main()
