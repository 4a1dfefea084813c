//! Columns and files.
model One {
    input x: f32[2];
    dense(3);
    output y: class[3];
}

train One { data = csv("x.csv"); }
//                 ^^^ error[E109]: `csv` needs `label` or `labels`, the columns of the targets
//   help: such as `csv("data.csv", label = "species")`
train One as Both { data = csv("x.csv", label = "y", labels = ["y"]); }
//                                                            ^^^^^ error[E212]: `label` and `labels` exclude each other
//   help: name all columns in `labels`
train One as Two { data = csv("x.csv", labels = ["y", "z"]); }
//                                              ^^^^^^^^^^ error[E216]: the output `y` is class[3] and takes 1 column, not 2 columns
train One as List { data = csv("x.csv", label = ["y"]); }
//                                              ^^^^^ error[E111]: `label` of `csv` is a text in quotes, not a list
train One as Few { data = csv("x.csv", label = "y", features = ["a"]); }
//                                                             ^^^^^ error[E216]: the input `x` is f32[2] and takes 2 columns, not 1 column
train One as Leak { data = csv("x.csv", label = "y", features = ["a", "y"]); }
//                                                                    ^^^ error[E216]: the column "y" is named twice
train One as Twice { data = csv("x.csv", label = "y", features = ["a", "a"]); }
//                                                                     ^^^ error[E216]: the column "a" is named twice
train One as Number { data = csv("x.csv", label = "y", features = ["0", "1"], header = false); }
//                                                ^^^ error[E216]: without a header columns go by their number, from "0", not by "y"
train One as Empty { data = csv("x.csv", labels = []); }
//                                                ^^ error[E216]: `labels` names no column
train One as Kinds { data = csv(3, labels = y, features = [1, 2], header = yes, delimiter = semicolon); }
//                              ^ error[E111]: `path` of `csv` is a text in quotes, not 3
//                                          ^ error[E111]: `labels` is the name of a column or a list of names, not `y`
//   help: such as `"height"` or `["h1", "h2"]`
//                                                         ^ error[E111]: the name of a column is a text in quotes, not 1
//                                                                         ^^^ error[E102]: nothing is called `yes` here
//                                                                                          ^^^^^^^^^ error[E111]: `delimiter` of `csv` is a text in quotes, not `semicolon`
//   help: write `"semicolon"`
train One as Path { data = idx("a.gz"); }
//                         ^^^ error[E109]: `idx` needs `labels`
//   help: write `idx(images, labels)`
train One as Good { data = csv("x.csv", label = "2", features = ["0", "1"], header = false, delimiter = "\t"); }

model Many {
    input left: f32[1];
    input right: f32[2];
    l: left -> dense(2);
    r: right -> dense(2);
    s: add(l, r) -> dense(2);
    t: s -> dense(3);
    output size: f32[2] = s;
    output tags: flags[3] = t;
}

train Many { data = csv("x.csv", label = "size"); }
//                  ^^^ error[E216]: `Many` has 2 inputs; say which columns are whose
//   help: add `features = (left = ["…"], right = ["…"])`
//                                       ^^^^^^ error[E216]: the model has 2 outputs; say which columns are whose
//   help: write `labels = (size = "…", tags = "…")`
train Many as Idx { data = idx("a.gz", "b.gz"); }
//                         ^^^ error[E217]: `idx` does not fit: `Many` has 2 inputs and 2 outputs
//   note: a pair of IDX files holds one input and one number as target for each sample
//   help: use `csv(…)`
train Many as Names {
    data = csv("x.csv", labels = (siz = ["a", "b"], tags = "t"), features = (left = "l", left = "m", middle = "m"));
//                                ^^^ error[E216]: the model has no output called `siz`
//   help: did you mean `size`?
//                                                         ^^^ error[E216]: the output `tags` is flags[3] and takes 3 columns, not 1 column
//                                                                                       ^^^^ error[E108]: `left` of `features` is given twice
//                                                                                                   ^^^^^^ error[E216]: the model has no input called `middle`
}
train Many as Missing { data = csv("x.csv", labels = (size = ["a", "b"]), features = (right = ["r", "s"])); }
//                                                   ^^^^^^^^^^^^^^^^^^^ error[E216]: `labels` names no columns for the output `tags`
//                                                                                   ^^^^^^^^^^^^^^^^^^^^ error[E216]: `features` names no columns for the input `left`
train Many as Mixed { data = csv("x.csv", labels = (["a", "b"], "t"), features = (left = 3, right = [])); }
//                                                 ^^^^^^^^^^^^^^^^^ error[E111]: every value of `labels` has a name
//   help: such as `(digit = "d", height = ["h1", "h2"])`
//                                                                                       ^ error[E111]: `features` of `left` is the name of a column or a list of names, not 3
//   help: such as `"height"` or `["h1", "h2"]`
//                                                                                                  ^^ error[E216]: `features` of `right` names no column
train Many as Good {
    data = csv(
        "x.csv",
        labels = (tags = ["t", "u", "v"], size = ["a", "b"]),
        features = (left = "l", right = ["r", "s"]),
    );
}

model Tags {
    input x: f32[2];
    dense(3);
    output tags: flags[3];
}

train Tags { data = idx("a.gz", "b.gz"); }
//                  ^^^ error[E217]: `idx` does not fit: the output `tags` is flags[3]
//   note: a pair of IDX files holds one input and one number as target for each sample
//   help: use `csv(…)`
