#!/usr/bin/env python3
"""Writes digits.csv, iris.csv and diabetes.csv, which stand beside this file, from the copies that scikit-learn carries.

    pip install scikit-learn==1.9.1
    python3 make.py            # writes the files
    python3 make.py --check    # exits with 1 if a file differs from what would be written

The values are those of the source, unscaled; only the header lines are new.
"""

import sys
from pathlib import Path

from sklearn.datasets import load_diabetes, load_digits, load_iris

HERE = Path(__file__).resolve().parent


def number(value):
    """The shortest text that reads back as the same number; whole numbers without a point."""
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def table(header, features, targets):
    """A CSV table: the features in the order of the header, then the target."""
    lines = [",".join(header)]
    for row, target in zip(features, targets):
        lines.append(",".join([number(value) for value in row] + [str(target)]))
    return "\n".join(lines) + "\n"


def digits():
    """64 pixels, row by row, each from 0 to 16; the digit drawn."""
    bunch = load_digits()
    header = [f"p{row}{column}" for row in range(8) for column in range(8)] + ["digit"]
    return table(header, bunch.data, bunch.target)


def iris():
    """Four lengths in centimetres; the species by name."""
    bunch = load_iris()
    header = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    return table(header, bunch.data, bunch.target_names[bunch.target])


def diabetes():
    """Ten measures of a patient, unscaled; the progression of the disease one year later."""
    bunch = load_diabetes(scaled=False)
    header = ["age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu", "progression"]
    return table(header, bunch.data, map(number, bunch.target))


def main():
    stale = []
    for make in (digits, iris, diabetes):
        path, text = HERE / f"{make.__name__}.csv", make()
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        sys.exit(f"out of date: {', '.join(stale)}; run make.py")


if __name__ == "__main__":
    main()
