//! From bytes to lines and columns.

/// A place in a text for people: both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column, in characters (not bytes).
    pub column: usize,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// The index of `source`, in one pass.
    pub fn new(source: &'a str) -> Self {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, starts }
    }

    /// The line and column of the character at `byte`; of the end of the text for anything beyond it.
    ///
    /// ```
    /// use dlm_dsl::{LineIndex, Location};
    /// assert_eq!(LineIndex::new("é\nab").locate(4), Location { line: 2, column: 2 });
    /// ```
    pub fn locate(&self, byte: usize) -> Location {
        let byte = self.source.floor_char_boundary(byte);
        let line = self.starts.partition_point(|start| *start <= byte);
        let column = self.source[self.starts[line - 1]..byte].chars().count() + 1;
        Location { line, column }
    }

    /// How many lines there are; a text that ends in a line break has an empty one at its end.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The text of a line, counted from 1, without its end; empty beyond the last.
    pub fn text(&self, line: usize) -> &'a str {
        let Some(start) = line.checked_sub(1).and_then(|line| self.starts.get(line)) else { return "" };
        let end = self.starts.get(line).map_or(self.source.len(), |next| next - 1);
        let text = &self.source[*start..end];
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// The byte at which a line begins, counted from 1; the text's length beyond the last.
    pub fn start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(self.source.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_ends_are_in_bounds() {
        let index = LineIndex::new("ä→b\r\n\nx");
        assert_eq!(index.locate(2), Location { line: 1, column: 2 });
        assert_eq!(index.locate(3), Location { line: 1, column: 2 }, "inside a character: its beginning");
        assert_eq!(index.locate(8), Location { line: 2, column: 1 });
        assert_eq!(index.locate(99), Location { line: 3, column: 2 });
        assert_eq!((index.text(1), index.text(2), index.text(3), index.text(4), index.text(0)), ("ä→b", "", "x", "", ""));
        assert_eq!((index.start(3), index.start(9)), (9, 10));
        assert_eq!(LineIndex::new("").locate(0), Location { line: 1, column: 1 });
    }
}
