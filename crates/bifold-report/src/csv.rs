//! Tables as CSV (RFC 4180) that a spreadsheet does not execute.
//!
//! A cell that begins with a character that spreadsheets take for a formula gets an apostrophe in
//! front (OWASP, CSV injection): what somebody wrote into a title stays a title.

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the table could not be written: {0}")]
pub struct Error(String);

/// A table in the making.
#[derive(Debug)]
pub struct Table {
    writer: csv::Writer<Vec<u8>>,
    columns: usize,
    rows: usize,
    failed: Option<String>,
}

impl Table {
    /// An empty table with these columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let failed = writer.write_record(columns).err().map(|e| e.to_string());
        Self {
            writer,
            columns: columns.len(),
            rows: 0,
            failed,
        }
    }

    /// Adds a row; it must have one cell a column.
    pub fn push(&mut self, cells: Vec<String>) -> Result<(), Error> {
        if cells.len() != self.columns {
            let (given, wanted) = (cells.len(), self.columns);
            return Err(Error(format!("{given} cells for {wanted} columns")));
        }
        let cells = cells.into_iter().map(harmless);
        self.writer
            .write_record(cells)
            .map_err(|e| Error(e.to_string()))?;
        self.rows += 1;
        Ok(())
    }

    /// How many rows it has, without the heading.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The bytes.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        match self.failed {
            Some(why) => Err(Error(why)),
            None => self.writer.into_inner().map_err(|e| Error(e.to_string())),
        }
    }
}

/// The cell, with an apostrophe where a spreadsheet would see a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[&str]) -> String {
        let mut table = Table::new(&["a"]);
        for cell in cells {
            table.push(vec![(*cell).to_owned()]).unwrap();
        }
        String::from_utf8(table.finish().unwrap()).unwrap()
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("a=1", "a=1"),
            ("", "\"\""),
        ] {
            assert_eq!(table(&[cell]), format!("a\r\n{written}\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn quotes_commas_and_lines_are_quoted() {
        assert_eq!(table(&["a,\"b\"\nc"]), "a\r\n\"a,\"\"b\"\"\nc\"\r\n");
    }

    #[test]
    fn a_row_has_one_cell_a_column() {
        let mut table = Table::new(&["a", "b"]);
        assert!(table.push(vec!["x".to_owned()]).is_err());
    }
}
