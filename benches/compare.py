"""Sets dlm's times beside those of its peers."""

import collections
import json
import math
import statistics

SUBJECT = "dlm"
MEASURES = {
    "train_us": "training step",
    "infer1_us": "prediction of one sample",
    "infer_batch_us": "prediction of a batch",
}

# `ratio`: how many times faster the subject is; `spread`: its slowest run over its fastest, less one. NaN where there is no figure.
Line = collections.namedtuple("Line", "name micros peer peer_micros ratio spread")
Comparison = collections.namedtuple("Comparison", "measure lines mean worst")


def read(lines):
    """The rows of lines of JSON; other lines are passed over."""
    return [json.loads(line) for line in lines if line.startswith("{")]


def counts(row, threads):
    """Whether a row is part of a comparison: the subject on so many threads, its peers on so many or fewer."""
    if row["threads"] is None:
        return True
    return row["threads"] == threads if row["peer"] == SUBJECT else row["threads"] <= threads


def compare(rows, threads):
    """A comparison for each measure. Of several runs of the same the median counts, of a peer's numbers of threads the better."""
    rows = [row for row in rows if counts(row, threads)]
    names = list(dict.fromkeys(row["name"] for row in rows))
    comparisons = []
    for measure in MEASURES:
        runs = collections.defaultdict(list)
        for row in rows:
            if row.get(measure) is not None:
                runs[row["name"], row["peer"], row["threads"]].append(row[measure])
        lines = [line(name, runs) for name in names]
        ratios = [line.ratio for line in lines if not math.isnan(line.ratio)]
        comparisons.append(Comparison(measure, lines, geometric_mean(ratios), min(ratios, default=math.nan)))
    return comparisons


def line(name, runs):
    mine = [micros for (of, peer, _), found in runs.items() if (of, peer) == (name, SUBJECT) for micros in found]
    micros = statistics.median(mine) if mine else math.nan
    spread = max(mine) / min(mine) - 1 if mine else math.nan
    theirs = [(statistics.median(found), peer) for (of, peer, _), found in runs.items() if of == name and peer != SUBJECT]
    peer_micros, peer = min(theirs, default=(math.nan, "none"))
    return Line(name, micros, peer, peer_micros, peer_micros / micros, spread)


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def widest_spread(comparisons):
    """The spread of the subject's runs where it is widest; 0 where there are none."""
    spreads = [line.spread for comparison in comparisons for line in comparison.lines]
    return max((spread for spread in spreads if not math.isnan(spread)), default=0.0)


def text(comparisons):
    """The comparisons as tables for people."""

    def figure(value, form):
        return "-" if math.isnan(value) else format(value, form)

    tables = []
    for comparison in comparisons:
        table = [f"{MEASURES[comparison.measure]:<26}{SUBJECT + ' µs':>12}{'between runs':>15}  {'fastest peer':<15}{'µs':>12}{'times faster':>14}"]
        for line in comparison.lines:
            mine, theirs = figure(line.micros, ",.2f"), figure(line.peer_micros, ",.2f")
            spread, ratio = figure(line.spread, ".1%"), figure(line.ratio, ".2f")
            table.append(f"  {line.name:<24}{mine:>12}{spread:>15}  {line.peer:<15}{theirs:>12}{ratio:>14}")
        table.append(f"  {'geometric mean':<80}{figure(comparison.mean, '.2f'):>14}")
        table.append(f"  {'worst':<80}{figure(comparison.worst, '.2f'):>14}")
        tables.append("\n".join(table))
    return "\n\n".join(tables)
