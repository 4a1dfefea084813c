"""python3 -m unittest discover -s benches"""

import glob
import importlib.machinery
import importlib.util
import json
import math
import os
import unittest

import compare

BENCHES = os.path.dirname(os.path.abspath(__file__))


def load_run():
    loader = importlib.machinery.SourceFileLoader("run", os.path.join(BENCHES, "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    loader.exec_module(module)
    return module


run = load_run()


def row(peer, name, threads, train, one=None):
    return {"peer": peer, "name": name, "threads": threads, "train_us": train, "infer1_us": one, "infer_batch_us": None}


class Comparisons(unittest.TestCase):
    def test_the_fastest_peer_counts(self):
        rows = [row("dlm", "a", 1, 10.0), row("x", "a", 1, 30.0), row("y", "a", 1, 20.0), row("z", "a", 1, None, 1.0)]
        training, one, batch = compare.compare(rows, 1)
        self.assertEqual(training.lines[0][:5], ("a", 10.0, "y", 20.0, 2.0))
        self.assertTrue(math.isnan(one.lines[0].ratio), "dlm has no time there")
        self.assertEqual(batch.lines[0].peer, "none")

    def test_the_median_of_several_runs_counts(self):
        rows = [row("dlm", "a", 1, 10.0), row("dlm", "a", 1, 12.0)] + [row("x", "a", 1, time) for time in (22.0, 100.0, 1.0)]
        line = compare.compare(rows, 1)[0].lines[0]
        self.assertEqual((line.micros, line.peer_micros, line.ratio), (11.0, 22.0, 2.0))
        self.assertAlmostEqual(line.spread, 0.2)
        self.assertAlmostEqual(compare.widest_spread(compare.compare(rows, 1)), 0.2)
        self.assertEqual(compare.widest_spread(compare.compare([], 1)), 0.0)

    def test_mean_and_worst(self):
        rows = [row("dlm", "a", 1, 1.0), row("x", "a", 1, 8.0), row("dlm", "b", 1, 2.0), row("x", "b", 1, 1.0)]
        training = compare.compare(rows, 1)[0]
        self.assertAlmostEqual(training.mean, 2.0)
        self.assertAlmostEqual(training.worst, 0.5)

    def test_on_two_threads_a_peer_counts_at_its_better(self):
        rows = [row("dlm", "a", 1, 1.0), row("dlm", "a", 2, 10.0), row("x", "a", 1, 20.0), row("x", "a", 2, 40.0)]
        line = compare.compare(rows, 2)[0].lines[0]
        self.assertEqual((line.micros, line.peer_micros), (10.0, 20.0))
        line = compare.compare(rows, 1)[0].lines[0]
        self.assertEqual((line.micros, line.peer_micros), (1.0, 20.0))

    def test_lines_that_are_no_rows_are_passed_over(self):
        self.assertEqual(compare.read(["# a machine\n", "\n", json.dumps(row("x", "a", 1, 2.0))]), [row("x", "a", 1, 2.0)])

    def test_what_is_missing_is_a_dash(self):
        self.assertIn(" -", compare.text(compare.compare([row("x", "a", 1, 2.0)], 1)))


class Cores(unittest.TestCase):
    def choose(self, usable, core, threads, per_core=1):
        return run.choose_cores(usable, core, threads, lambda of: set(range(of // per_core * per_core, (of // per_core + 1) * per_core)))

    def test_the_last_cores(self):
        self.assertEqual(self.choose([0, 1, 2, 3], None, 1), [3])
        self.assertEqual(self.choose([0, 1, 2, 3], None, 2), [3, 2])
        self.assertEqual(self.choose([0, 1, 2, 3], 0, 2), [0, 1])

    def test_hardware_threads_of_one_core_are_the_last_resort(self):
        self.assertEqual(self.choose([0, 1, 2, 3], None, 2, per_core=2), [3, 1])
        self.assertEqual(self.choose([2, 3], None, 2, per_core=2), [3, 2])

    def test_what_is_not_there(self):
        self.assertRaises(ValueError, self.choose, [0], None, 2)
        self.assertRaises(ValueError, self.choose, [0, 1], 2, 1)
        self.assertEqual(self.choose([], None, 2), [])

    def test_number_lists(self):
        self.assertEqual(run.number_list("0,2-3\n"), {0, 2, 3})


class Workloads(unittest.TestCase):
    def test_every_network_is_there_for_dlm_and_for_the_peers(self):
        for folder, peers in (("", "workloads.json"), ("more", "more.json")):
            files = glob.glob(os.path.join(BENCHES, folder, "*.dlm"))
            with open(os.path.join(BENCHES, "peers", peers), encoding="utf-8") as file:
                workloads = {workload["name"]: workload for workload in json.load(file)}
            self.assertEqual({os.path.basename(file)[: -len(".dlm")] for file in files}, set(workloads))
            for path in files:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                workload = workloads[os.path.basename(path)[: -len(".dlm")]]
                batch = workload["batch"]
                self.assertRegex(text, rf"batch\s*= {batch};", path)
                self.assertIn(f"f32[{workload['input']}];", text, path)
                self.assertRegex(text, rf"optimizer\s*= {workload['optimizer']['kind']}\(", path)
                self.assertRegex(text, rf"loss\s*= {workload['loss']};", path)
                for layer in workload["hidden"] + [{"units": workload["output"]}]:
                    self.assertRegex(text, rf"dense\({layer['units']}[,)]", path)


if __name__ == "__main__":
    unittest.main()
