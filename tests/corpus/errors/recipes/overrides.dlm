// set: loss.delta=0.5
// <1 error[E106]: `data=csv("x.csv", lable = "y")`: `csv` has no argument `lable`
// <1 error[E106]: `schedule.rate=0.5`: `constant` has no argument `rate`
// <1 error[E112]: `optimizer.lr=-1`: `lr` of `adam` is a number from 0, not -1
// <1 error[E112]: `split.test=2`: `test` of `split` is a number from 0 to 1 (excluded), not 2
// <1 error[E206]: `optimzer.lr=1`: there is no setting called `optimzer`
// <1 error[E218]: `3=4`: the key names no setting and no argument of one
// <1 error[E218]: `batch=(1`: the value cannot be read: this `(` is never closed
// <1 error[E218]: `epochs=1; batch=2`: the value is more than one value
// <1 error[E218]: `loss.delta=0.5`: the recipe has no `loss` with an argument `delta`
// <1 error[E218]: `optimizer.lr.more=1`: the key names no setting and no argument of one
// <1 error[E218]: `regularize.l2=0.5`: the recipe has no `regularize` with an argument `l2`
// <1 error[E218]: `seed=`: the value cannot be read: expected a value, found `;`
// set: regularize.l2=0.5
// set: optimizer.lr=-1
// set: optimzer.lr=1
// set: epochs=1; batch=2
// set: batch=(1
// set: optimizer.lr.more=1
// set: 3=4
// set: schedule.rate=0.5
// set: seed=
// set: split.test=2
// data: csv("x.csv", lable = "y")
model Net {
    input x: f32[4];
    dense(3);
    output y: class[3];
}

train Net {
    regularize = [l2(0.1)];
    epochs     = 3;
}

train Net as Other { batch = 3; }
