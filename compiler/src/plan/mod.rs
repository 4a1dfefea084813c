//! The plan: which loops run in which order over which memory. A kernel is one loop over the rows of a matrix, begun
//! by a product or not, with everything fused into it that needs no more than the row at hand; kernels with the same
//! number of rows share loops, and rows can be split among threads since no sum crosses them.
//!
//! The passes, in order:
//! 1. `simplify`: drops what nothing needs and computes equal values once.
//! 2. `fuse`: gives every value a kernel.
//! 3. `place`: places what must outlive its kernel in memory, by lifetime.
//! 4. `stage`: orders each kernel's work on a row into loops over its columns and what happens between them.
//! 5. `block`: cuts each kernel into blocks that stay in a near cache.
//! 6. `split`: says which kernels take long enough to be split among threads.

use std::collections::HashMap;

use crate::train_graph::{TensorId, TrainGraph, ValueId};

mod block;
pub mod cost;
pub mod flip;
mod fuse;
mod place;
mod show;
mod simplify;
mod split;
mod stage;
pub mod time;

pub use block::kept;
pub use place::{STACK_ROW, computed};
pub use show::Update;
pub use stage::{Stage, Statement};

/// What is planned for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The rows of a full batch.
    pub batch: usize,
    /// Whether batches are often far from full, as in predictions: loops over samples then stop where they end.
    pub varies: bool,
    /// Kernels that take about so many nanoseconds on one thread are split among several.
    pub split_from: u64,
    /// What computes products.
    pub products: Products,
}

/// What computes products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Products {
    /// For each what takes less time by [`time`]'s model.
    #[default]
    Chosen,
    /// `matrixmultiply` for all.
    MatrixMultiply,
}

/// The `f32`s of the widest vector, and of a cache line.
pub const VECTOR: usize = 16;

/// The columns of a strip of a transposed factor: those of the widest tile.
const STRIP: usize = 4 * VECTOR;

/// The elements that the arrays of a block may have together, 384 KiB: they are on the stack, of which a thread may have 1 MiB (the
/// main thread of Windows and WebAssembly) and for which code without optimisation has much other use.
pub const STACK_LEN: usize = 3 << 15;

/// A fork and join costs about a microsecond, if no thread has to be woken.
pub const SPLIT_FROM: u64 = 4_000;

/// What a product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductBy {
    /// The kernels' own register tiles: nothing is packed on the heap.
    Tile,
    /// `matrixmultiply`, which allocates a packing buffer on each call.
    MatrixMultiply,
}

/// A buffer's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// A value.
    Value(ValueId),
    /// The transpose of a value, samples first.
    Transposed(ValueId),
}

/// A part of the work space.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// What it holds.
    pub content: Content,
    /// Where it begins; counted in `f32`s from the beginning of the work space.
    pub offset: usize,
    /// Its length.
    pub len: usize,
    /// The kernel that fills it.
    pub first: usize,
    /// The last kernel that reads it.
    pub last: usize,
}

/// The layout of a transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strips {
    /// The columns of a strip, side by side in memory.
    pub width: usize,
    /// The rows of a strip.
    pub depths: usize,
    /// The length of all strips, one after the other.
    pub len: usize,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is computed; nothing in it is superfluous.
    pub graph: TrainGraph,
    /// What it was planned for.
    pub options: Options,
    /// The kernels in order.
    pub kernels: Vec<Kernel>,
    /// The work space's buffers, in the order of `first`.
    pub buffers: Vec<Buffer>,
    /// Which buffer holds what.
    pub by_content: HashMap<Content, usize>,
    /// The length of the work space.
    pub work_len: usize,
}

/// When a kernel of a prediction runs: a set of what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Demand(pub u8);

impl Demand {
    /// The outputs themselves.
    pub const OUTPUTS: Demand = Demand(1);
    /// Probabilities.
    pub const PROBABILITIES: Demand = Demand(2);
    /// The loss.
    pub const LOSS: Demand = Demand(4);
    /// Nothing.
    pub const NONE: Demand = Demand(0);

    /// Both.
    pub fn with(self, other: Demand) -> Demand {
        Demand(self.0 | other.0)
    }

    /// Whether it runs whatever is asked for: either outputs or probabilities are.
    pub fn always(self) -> bool {
        self.0 & 3 == 3
    }
}

/// A kernel.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// What it does.
    pub kind: KernelKind,
    /// When it runs.
    pub demand: Demand,
    /// Whether its rows are split among threads.
    pub split: bool,
}

/// What a kernel does.
#[derive(Clone, Debug)]
pub enum KernelKind {
    /// Brings an input's samples into columns, normalised.
    Load(ValueId),
    /// Brings targets into columns.
    LoadTarget(ValueId),
    /// Brings a value's columns into rows.
    Transpose(ValueId),
    /// Copies values one after the other.
    Concat(ValueId),
    /// Copies some rows.
    Slice(ValueId),
    /// A loop over rows.
    Rows(RowKernel),
}

/// A loop over the rows of a matrix.
#[derive(Clone, Debug)]
pub struct RowKernel {
    /// The number of rows.
    pub rows: usize,
    /// The product that begins it.
    pub product: Option<(ValueId, ProductBy)>,
    /// All values computed in it, in order.
    pub values: Vec<ValueId>,
    /// The tensors it writes, with their new values.
    pub writes: Vec<(TensorId, ValueId)>,
    /// The work on one row, in order.
    pub stages: Vec<Stage>,
    /// The rows that are done at once.
    pub block: usize,
}

impl Kernel {
    /// The loop over rows, if it is one.
    pub fn rows(&self) -> Option<&RowKernel> {
        match &self.kind {
            KernelKind::Rows(kernel) => Some(kernel),
            _ => None,
        }
    }
}

/// Plans a graph.
pub fn plan(graph: &TrainGraph, options: Options) -> Plan {
    let graph = simplify::simplify(graph);
    let kernels = fuse::fuse(&graph, options);
    let mut plan = Plan { graph, options, kernels, buffers: Vec::new(), by_content: HashMap::new(), work_len: 0 };
    place::place(&mut plan);
    stage::stage(&mut plan);
    block::block(&mut plan);
    split::split(&mut plan);
    plan
}

impl Plan {
    /// The buffer with this content.
    pub fn buffer(&self, content: Content) -> Option<&Buffer> {
        self.by_content.get(&content).map(|index| &self.buffers[*index])
    }

    /// The columns of a row in memory: those of a full batch where they are samples, to whole vectors.
    pub fn width(&self, value: ValueId) -> usize {
        crate::interpret::columns(self.graph.extent(value), self.stride())
    }

    /// The columns of a row that a full batch fills.
    pub fn columns(&self, value: ValueId) -> usize {
        crate::interpret::columns(self.graph.extent(value), self.options.batch)
    }

    /// The columns in memory of a row of samples. A batch that is no whole number of vectors is rounded up, so that rows
    /// begin at cache lines and loops have no remainder; one smaller than a vector is not.
    pub fn stride(&self) -> usize {
        let batch = self.options.batch;
        if batch > VECTOR { batch.next_multiple_of(VECTOR) } else { batch }
    }

    /// How a value's transpose lies in memory: in strips of so many of its rows, as columns, for each of the so many columns.
    pub fn strips(&self, value: ValueId) -> Strips {
        let rows = self.graph.extent(value).rows;
        let width = rows.next_multiple_of(VECTOR).min(STRIP);
        let depths = self.columns(value);
        Strips { width, depths, len: rows.div_ceil(width) * width * depths }
    }

    /// Whether loops over samples run over those that are there, in whole vectors, rather than over a full batch: where they
    /// are often few; and where a row is so short that its loop, were its length constant, would be unrolled before it is
    /// turned into vectors, and the loop over rows vectorised in its place, gathering elements from all of them.
    pub fn varies(&self) -> bool {
        let stride = self.stride();
        stride >= VECTOR && (self.options.varies || stride < STRIP)
    }
}
