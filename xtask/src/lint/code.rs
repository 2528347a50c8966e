//! Rules about source files: their length, what may not be left in them, and where SQL may stand.

use super::{Finding, Source, has_ending};

/// A longer file holds more than one idea.
const MAX_LINES: usize = 500;

/// Left-overs. Put together here, so that this file does not find itself.
const LEFT_OVERS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ig", "nore]"),
];

/// The ledger is only ever appended to; tests may tamper with it, to see that it is noticed.
const LEDGER_CHANGES: [&str; 3] = [
    concat!("UPDATE ledger", "_entry"),
    concat!("DELETE FROM ledger", "_entry"),
    concat!("TRUNCATE ledger", "_entry"),
];

/// How a statement begins.
const STATEMENTS: [&str; 6] = [
    concat!("\"SEL", "ECT "),
    concat!("\"INS", "ERT INTO "),
    concat!("\"UPD", "ATE "),
    concat!("\"DEL", "ETE FROM "),
    concat!("\"CRE", "ATE TABLE "),
    concat!("\"DR", "OP TABLE "),
];

/// The crate that knows SQL, and the only files in it that name a database.
const STORE: &str = "crates/bifold-store/";
const MAY_NAME_A_DATABASE: [&str; 2] = [
    "crates/bifold-store/src/db.rs",
    "crates/bifold-store/src/query/search.rs",
];
const DATABASES: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |line: usize, rule: String| {
        findings.push(Finding {
            path: source.path.clone(),
            line,
            rule,
        });
    };
    let count = source.text.lines().count();
    if has_ending(&source.path, "rs") && count > MAX_LINES {
        add(0, format!("{count} lines; a file has at most {MAX_LINES}"));
    }
    for (index, line) in source.text.lines().enumerate() {
        for rule in rules(&source.path, line) {
            add(index + 1, rule);
        }
    }
    findings
}

/// What this line breaks.
fn rules(path: &str, line: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let found = |words: &[&'static str]| words.iter().copied().find(|word| line.contains(word));
    if let Some(word) = found(&LEFT_OVERS) {
        broken.push(format!("`{word}` is left over"));
    }
    if let Some(word) = found(&LEDGER_CHANGES)
        && !path.contains("/tests/")
    {
        broken.push(format!("`{word}`: the ledger is only appended to"));
    }
    let is_comment = line.trim_start().starts_with("//");
    let is_product = path.starts_with("crates/") && path.contains("/src/");
    if is_comment || !is_product || !has_ending(path, "rs") {
        return broken;
    }
    if !path.starts_with(STORE) {
        if let Some(word) = found(&STATEMENTS) {
            let word = word.trim_start_matches('"').trim_end();
            broken.push(format!("`{word}`: SQL stands in bifold-store only"));
        }
    } else if !MAY_NAME_A_DATABASE.contains(&path) {
        let lower = line.to_lowercase();
        if let Some(name) = DATABASES.iter().find(|name| lower.contains(*name)) {
            broken.push(format!("names {name}: only db.rs and query/search.rs may"));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINES, Source, check, rules};

    const STORE: &str = "crates/bifold-store/src/store.rs";
    const SERVER: &str = "crates/bifold-server/src/lib.rs";

    #[test]
    fn each_rule_has_a_line_that_breaks_it_and_one_that_does_not() {
        let cases = [
            (SERVER, concat!("// TO", "DO: later"), 1),
            (SERVER, concat!("    todo", "!(\"x\")"), 1),
            (SERVER, "let done = true;", 0),
            (SERVER, concat!("sql(\"SEL", "ECT 1\")"), 1),
            (SERVER, "let selected = 1;", 0),
            (
                "crates/bifold/tests/it/journey.rs",
                concat!("\"UPD", "ATE x\""),
                0,
            ),
            (STORE, concat!("sql(\"SEL", "ECT 1\")"), 0),
            (STORE, "if self.db.is_postgres() {", 1),
            (STORE, "/// On SQLite it is at once the only writer.", 0),
            ("crates/bifold-store/src/db.rs", "Sqlite,", 0),
            ("crates/bifold-store/src/query/search.rs", "Postgres,", 0),
            ("crates/bifold-store/src/search.rs", "Postgres,", 1),
            ("crates/bifold-store/tests/it/world.rs", "Postgres,", 0),
            (STORE, concat!("\"UPDATE ledger", "_entry SET\""), 1),
            (
                "crates/bifold-store/tests/it/ledger.rs",
                concat!("\"UPDATE ledger", "_entry\""),
                0,
            ),
            (SERVER, concat!("#[ig", "nore = \"writes files\"]"), 0),
            (SERVER, concat!("#[ig", "nore]"), 1),
            ("a.sql", concat!("DELETE FROM ledger", "_entry;"), 1),
            (STORE, concat!("\"DELETE FROM ledger", "_disclosure\""), 0),
        ];
        for (path, line, broken) in cases {
            assert_eq!(rules(path, line).len(), broken, "{path}: {line}");
        }
    }

    #[test]
    fn a_file_may_have_just_so_many_lines() {
        let of = |lines| Source {
            path: SERVER.to_owned(),
            text: "x\n".repeat(lines),
        };
        assert_eq!(check(&of(MAX_LINES)), []);
        assert_eq!(check(&of(MAX_LINES + 1)).len(), 1);
    }
}
