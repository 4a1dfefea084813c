//! Nothing: see `examples`.
