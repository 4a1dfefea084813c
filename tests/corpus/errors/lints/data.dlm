//! Images as they are, and batches as they stand in the file.
model Images {
    input image: f32[28, 28];
    flatten -> dense(20) -> relu -> dense(10);
    output digit: class[10];
}

train Images { data = idx(images = "images.gz", labels = "labels.gz"); }
//                    ^^^ warning[W025]: what `idx` holds for `image`, mostly bytes from 0 to 255, goes into the network as it is
train Images as None { data = idx("images.gz", "labels.gz"); normalize = none; }
//                            ^^^ warning[W025]: what `idx` holds for `image`, mostly bytes from 0 to 255, goes into the network as it is
train Images as Scaled { data = idx("images.gz", "labels.gz"); normalize = scale(1 / 255); }
train Images as Standard { data = idx("images.gz", "labels.gz"); normalize = standard; }
train Images as Table { data = csv("images.csv", label = "digit"); }
train Images as Allowed {
    #[allow(W025)]
    data = idx("images.gz", "labels.gz");
}
train Images as Sorted { shuffle = false; }

/// Normalises what it gets.
model Normalized {
    input image: f32[28, 28];
    flatten -> batch_norm -> dense(20) -> batch_norm -> relu -> dense(10);
    output digit: class[10];
}

train Normalized { data = idx("images.gz", "labels.gz"); shuffle = true; }
train Normalized as Sorted { shuffle = false; }
//                                     ^^^^^ warning[W016]: without `shuffle` `batch_norm` takes its statistics over the same neighbours in each epoch
train Normalized as Allowed {
    #[allow(W016)]
    shuffle = false;
}
