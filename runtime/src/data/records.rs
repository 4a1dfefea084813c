//! The records of a CSV file, one at a time, in no more memory than one of them may take.
//!
//! Readers of CSV mend what they cannot read: a quote that is never closed takes the rest of the file into one cell, and text
//! behind a quote is added to it. Rows are then missing, and nobody says so. Here both are faults.

use std::io::{self, BufRead};

/// Reads records from a stream. Empty lines are none.
pub(super) struct Records<R> {
    reader: R,
    record: Record,
    /// The state of the line that is being read.
    state: State,
    /// The line that is being read, from 1.
    line: u64,
    /// Whether the byte before was a carriage return: a line feed after it ends no other line.
    after_return: bool,
    delimiter: u8,
    /// How many bytes a record may have.
    limit: usize,
}

/// One record: its cells, without their quotes.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
    /// What there is of the cell that is being read.
    cell: Vec<u8>,
    /// The line that it begins at, from 1.
    pub(super) line: u64,
    /// An empty line before it, the last of them.
    pub(super) empty_line: Option<u64>,
    /// Whether a cell of it holds a line break.
    pub(super) has_breaks: bool,
}

/// Why there is no further record.
#[derive(Debug)]
pub(super) enum Fault {
    /// The stream cannot be read.
    Read(io::Error),
    /// What is read is no table.
    Table { line: u64, message: String, help: Option<&'static str> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing of the cell has been read but blanks.
    Begin,
    Plain,
    /// Within quotes, which began at this line.
    Quoted(u64),
    /// Behind the quote that ends a cell, or is the first of two that stand for one.
    Closed(u64),
}

const TWICE: &str = "a quote that is part of a text is written twice, and the cell in quotes: \"5\"\" disk\"";

impl Record {
    /// A cell as text, without the blanks around it; empty where there is none.
    pub(super) fn cell(&self, index: usize) -> &str {
        let begin = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let place = begin.zip(self.ends.get(index)).map(|(begin, end)| &self.text[begin as usize..*end as usize]);
        place.unwrap_or_default().trim()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// How many cells it has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn begin(&mut self, line: u64) {
        (self.line, self.empty_line, self.has_breaks) = (line, None, false);
        self.text.clear();
        self.ends.clear();
        self.cell.clear();
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.cell.is_empty()
    }

    /// How the cell that is being read begins, on one line.
    fn cell_begin(&self) -> String {
        let begin = String::from_utf8_lossy(&self.cell[..self.cell.len().min(80)]);
        let begin: String = begin.chars().take_while(|c| !c.is_control()).take(20).collect();
        begin.trim_end().to_owned()
    }

    /// Ends a cell.
    fn end(&mut self, line: u64) -> Result<(), Fault> {
        let text = str::from_utf8(&self.cell).map_err(|error| {
            let byte = self.cell[error.valid_up_to()];
            // The line is where the cell ends.
            let after = self.cell[error.valid_up_to()..].iter().filter(|byte| **byte == b'\n').count() as u64;
            let message = format!("expected text in UTF-8, found the byte {byte:#04x}");
            Fault::Table { line: line - after, message, help: Some("save the file as UTF-8") }
        })?;
        self.text.push_str(text);
        // A record is bounded by less than this can hold.
        self.ends.push(self.text.len() as u32);
        self.cell.clear();
        Ok(())
    }
}

impl<R: BufRead> Records<R> {
    /// Of a stream without a byte order mark. A record of more than `limit` bytes is a fault.
    pub(super) fn new(reader: R, delimiter: u8, limit: usize) -> Self {
        let (record, limit) = (Record::default(), limit.min(1 << 31));
        Records { reader, record, state: State::Begin, line: 1, after_return: false, delimiter, limit }
    }

    /// The record that was read last.
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// Reads the next record; `false` where there is none.
    pub(super) fn advance(&mut self) -> Result<bool, Fault> {
        self.record.begin(self.line);
        self.state = State::Begin;
        loop {
            // What is in the reader's buffer is taken out of its borrow only when it has been looked at.
            let Records { reader, record, state, line, after_return, delimiter, limit } = self;
            let chunk = match reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk.map_err(Fault::Read)?,
            };
            if chunk.is_empty() {
                return self.end();
            }
            let mut parser = Parser { record, state, line, after_return, delimiter: *delimiter };
            let (used, is_whole) = parser.feed(chunk)?;
            let length = record.text.len() + record.ends.len() + record.cell.len();
            let (begun, limit) = (record.line, *limit);
            self.reader.consume(used);
            if length > limit {
                let (line, what) = match self.state {
                    State::Quoted(quote) => (quote, "the cell whose quote begins here"),
                    _ => (begun, "the line"),
                };
                let message = format!("{what} has more than {limit} bytes, as many as a line may have");
                return Err(Fault::Table { line, message, help: None });
            }
            if is_whole {
                return Ok(true);
            }
        }
    }

    /// Ends the last record, which no line break does.
    fn end(&mut self) -> Result<bool, Fault> {
        match self.state {
            State::Quoted(line) => {
                let message = format!("the quote before `{}` is never closed", self.record.cell_begin());
                Err(Fault::Table { line, message, help: Some(TWICE) })
            }
            State::Begin if self.record.is_empty() => Ok(false),
            _ => self.record.end(self.line).map(|()| true),
        }
    }
}

/// What reads bytes into a record.
struct Parser<'a> {
    record: &'a mut Record,
    state: &'a mut State,
    line: &'a mut u64,
    after_return: &'a mut bool,
    delimiter: u8,
}

impl Parser<'_> {
    /// Reads bytes up to the record's end: how many, and whether it has ended.
    fn feed(&mut self, bytes: &[u8]) -> Result<(usize, bool), Fault> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            at += 1;
            let after_return = std::mem::take(self.after_return);
            let is_break = matches!(byte, b'\n' | b'\r');
            if let State::Quoted(quote) = *self.state {
                if is_break {
                    self.record.has_breaks = true;
                    self.count_line(byte, after_return);
                }
                match byte {
                    b'"' => *self.state = State::Closed(quote),
                    _ => self.record.cell.push(byte),
                }
            } else if is_break {
                if byte == b'\n' && after_return {
                    // Its line has ended. At a record's begin the next one starts where it stands.
                    continue;
                }
                let line = *self.line;
                self.count_line(byte, after_return);
                if *self.state == State::Begin && self.record.is_empty() {
                    (self.record.empty_line, self.record.line) = (Some(line), *self.line);
                    continue;
                }
                self.record.end(line)?;
                return Ok((at, true));
            } else if byte == self.delimiter {
                self.record.end(*self.line)?;
                *self.state = State::Begin;
            } else {
                match (*self.state, byte) {
                    // What comes before a cell's text is none of it, and does not hide its quote.
                    (State::Begin, b' ' | b'\t') => {}
                    (State::Begin, b'"') => *self.state = State::Quoted(*self.line),
                    (State::Closed(quote), b'"') => {
                        self.record.cell.push(b'"');
                        *self.state = State::Quoted(quote);
                    }
                    (State::Closed(_), b' ' | b'\t') => {}
                    (State::Closed(quote), _) => return Err(self.behind_quote(quote)),
                    (State::Begin | State::Plain, _) => {
                        *self.state = State::Plain;
                        self.record.cell.push(byte);
                        at += self.plain(&bytes[at..]);
                    }
                    (State::Quoted(_), _) => {}
                }
            }
        }
        Ok((at, false))
    }

    /// Takes what is of a cell without quotes, all at once.
    fn plain(&mut self, bytes: &[u8]) -> usize {
        let is_end = |byte: &u8| *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        let end = bytes.iter().position(is_end).unwrap_or(bytes.len());
        self.record.cell.extend_from_slice(&bytes[..end]);
        end
    }

    fn count_line(&mut self, byte: u8, after_return: bool) {
        *self.line += u64::from(!(byte == b'\n' && after_return));
        *self.after_return = byte == b'\r';
    }

    fn behind_quote(&self, quote: u64) -> Fault {
        let begin = if quote == *self.line { String::new() } else { format!(", which begins at line {quote}") };
        let message = format!("text stands behind the quotes around `{}`{begin}", self.record.cell_begin());
        Fault::Table { line: *self.line, message, help: Some(TWICE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of a record, and its cells.
    type Line = (u64, Vec<String>);

    /// All records, or the line of what is wrong. Read by so few bytes at a time.
    fn read(text: &[u8], chunk: usize) -> Result<Vec<Line>, (u64, String)> {
        let mut records = Records::new(io::BufReader::with_capacity(chunk, text), b',', 1000);
        let mut all = Vec::new();
        loop {
            match records.advance() {
                Ok(true) => all.push((records.record().line, records.record().cells().map(str::to_owned).collect())),
                Ok(false) => return Ok(all),
                Err(Fault::Table { line, message, .. }) => return Err((line, message)),
                Err(Fault::Read(error)) => panic!("{error}"),
            }
        }
    }

    fn cells(text: &str) -> String {
        let whole = read(text.as_bytes(), 100);
        for chunk in 1..5 {
            assert_eq!(read(text.as_bytes(), chunk), whole, "{text:?} by {chunk} bytes");
        }
        match whole {
            Ok(records) => {
                let line = |(line, cells): &Line| format!("{line}: {}", cells.join("|"));
                records.iter().map(line).collect::<Vec<_>>().join("; ")
            }
            Err((line, message)) => format!("{line}! {message}"),
        }
    }

    #[test]
    fn cells_are_cut_at_delimiters_and_lines() {
        assert_eq!(cells("a,b\n1,2\n"), "1: a|b; 2: 1|2");
        assert_eq!(cells("a,b\r\n1,\r\n,"), "1: a|b; 2: 1|; 3: |");
        assert_eq!(cells("a\rb\rc"), "1: a; 2: b; 3: c");
        assert_eq!(cells("a\n\r\n\n b \n  \nc\n\n"), "1: a; 4: b; 6: c");
        assert_eq!(cells(""), "");
        assert_eq!(cells("\r\n\r\n"), "");
    }

    #[test]
    fn quotes_hold_delimiters_breaks_and_quotes() {
        assert_eq!(cells("\"a,b\",\"c\"\"d\"\"\"\n"), "1: a,b|c\"d\"");
        assert_eq!(cells("\"a\nb\",c\nd\n"), "1: a\nb|c; 3: d");
        assert_eq!(cells("\"a\r\nb\",c\r\nd\n"), "1: a\r\nb|c; 3: d");
        assert_eq!(cells("a, \"b, c\" ,d\n"), "1: a|b, c|d");
        assert_eq!(cells("\"\"\n\"\",x\n"), "1: ; 2: |x");
        assert_eq!(cells("5\" disk,say \"x\"\n"), "1: 5\" disk|say \"x\"");
    }

    #[test]
    fn quotes_that_lose_rows_are_faults() {
        assert_eq!(cells("a,b,note\n1,2,\"5 inch\n3,4,ok\n5,6,ok\n"), "2! the quote before `5 inch` is never closed");
        let closed = "1! text stands behind the quotes around `b`";
        assert_eq!(cells("a,\"b\"c\n"), closed);
        let next = "4! text stands behind the quotes around `5 inch`, which begins at line 2";
        assert_eq!(cells("a\n\"5 inch\nb\n\"8 inch\n"), next);
        assert_eq!(cells("\""), "1! the quote before `` is never closed");
    }

    #[test]
    fn what_is_no_text_is_named_with_its_line() {
        let message = "expected text in UTF-8, found the byte 0xe9".to_owned();
        assert_eq!(read(b"a\nros\xe9e,b\n", 3), Err((2, message.clone())));
        assert_eq!(read(b"a\n\"x\n\xe9\ny\",b\n", 3), Err((3, message.clone())));
        // What is cut in two by a delimiter is no letter.
        assert_eq!(read(b"\xc3,\xa9\n", 9), Err((1, message.replace("e9", "c3"))));
    }

    #[test]
    fn records_are_bounded() {
        let long = |text: String| read(text.as_bytes(), 64).unwrap_err();
        assert_eq!(long(",".repeat(2000)), (1, "the line has more than 1000 bytes, as many as a line may have".to_owned()));
        assert_eq!(long(format!("a\n{}", "x".repeat(2000))).0, 2);
        assert!(long(format!("a,\"{}\"", "x\n".repeat(2000))).1.starts_with("the cell whose quote begins here has more"));
        assert_eq!(read("x,y\n".repeat(2000).as_bytes(), 64).unwrap().len(), 2000);
    }
}
