//! Looking for words in bytes, whatever form they were stored in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bifold_store::Options;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Words, each as it is and as it is inside base64, where it may begin in three ways. The words
/// are of letters and digits, and so are these forms: both alphabets of base64 agree on them.
pub(crate) struct Traces<'a> {
    forms: HashMap<[u8; 8], Vec<(Vec<u8>, &'a str)>>,
}

impl<'a> Traces<'a> {
    pub(crate) fn of(words: impl Iterator<Item = &'a str>) -> Self {
        let mut forms: HashMap<[u8; 8], Vec<(Vec<u8>, &'a str)>> = HashMap::new();
        for word in words {
            let mut all = vec![word.as_bytes().to_vec()];
            for before in 0..3 {
                let padded = [&[0; 3][..before], word.as_bytes()].concat();
                let whole = padded.len() / 3 * 3;
                let encoded = URL_SAFE_NO_PAD.encode(&padded[..whole]);
                // The signs that also hold bits of what stands before.
                let mixed = [0, 2, 3][before];
                all.push(encoded.as_bytes()[mixed..].to_vec());
            }
            for form in all {
                let first = *form.first_chunk().unwrap();
                forms.entry(first).or_default().push((form, word));
            }
        }
        Self { forms }
    }

    pub(crate) fn found_in(&self, bytes: &[u8]) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        for (at, window) in bytes.windows(8).enumerate() {
            // Letters and digits only, and cheap to see: most bytes of a database are not.
            if !window[0].is_ascii_alphanumeric() || !window[7].is_ascii_alphanumeric() {
                continue;
            }
            let first: [u8; 8] = *window.first_chunk().unwrap();
            for (form, word) in self.forms.get(&first).into_iter().flatten() {
                if bytes[at..].starts_with(form) {
                    found.insert(*word);
                }
            }
        }
        found
    }

    pub(crate) fn in_no_file(&self, folder: &Path) {
        let files = every_file(folder);
        assert!(!files.is_empty());
        for (path, bytes) in files {
            let found = self.found_in(&bytes);
            assert!(found.is_empty(), "{} holds {found:?}", path.display());
        }
    }
}

/// Every file below a folder.
pub(crate) fn every_file(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(every_file(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.push((path, bytes));
        }
    }
    files
}

/// All rows of all tables as text, of a server; an embedded database is among the files.
pub(crate) async fn dump(options: &Options) -> String {
    use sqlx::{AssertSqlSafe, Connection, PgConnection};
    if !options.database_url.starts_with("postgres") {
        return String::new();
    }
    let mut connection = PgConnection::connect(&options.database_url).await.unwrap();
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut connection)
            .await
            .unwrap();
    let mut text = String::new();
    for (table,) in tables {
        let rows: Vec<(String,)> =
            sqlx::query_as(AssertSqlSafe(format!("SELECT t::text FROM {table} t")))
                .fetch_all(&mut connection)
                .await
                .unwrap();
        for (row,) in rows {
            text.push_str(&row);
            text.push('\n');
        }
    }
    text
}
