//! Time-stamps of the checkpoint. They are listed here; whoever checks the tokens themselves
//! takes [`list`] and adds its findings where [`says`] adds its notes.

use crate::finding::Findings;
use crate::folder::Folder;

const FOLDER: &str = "data/ledger/anchors/";

/// The files of one time-stamp, by their names in the bundle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// The answer of the authority.
    pub(super) response: String,
    /// The request, if it was kept.
    pub(super) request: Option<String>,
    /// The authority's certificates, if they were kept.
    pub(super) chain: Option<String>,
}

/// All time-stamps of the bundle.
pub(super) fn list(folder: &Folder) -> Vec<Anchor> {
    let names = folder.files().map(|(name, _)| name);
    let responses = names.filter(|name| name.starts_with(FOLDER));
    let stems = responses.filter_map(|name| name.strip_suffix(".tsr"));
    let kept = |name: String| folder.size(&name).map(|_| name);
    stems
        .map(|stem| Anchor {
            response: format!("{stem}.tsr"),
            request: kept(format!("{stem}.tsq")),
            chain: kept(format!("{stem}.chain.pem")),
        })
        .collect()
}

/// Says which time-stamps there are, and that nobody looked into them.
pub(super) fn says(anchors: &[Anchor], out: &mut Findings) -> String {
    for anchor in anchors {
        let kept = [
            ("request", &anchor.request),
            ("certificates", &anchor.chain),
        ];
        let lacks: Vec<&str> = kept
            .iter()
            .filter(|(_, file)| file.is_none())
            .map(|k| k.0)
            .collect();
        let lacks = match lacks.as_slice() {
            [] => String::new(),
            lacks => format!(" (without {})", lacks.join(" and ")),
        };
        let says = format!("a time-stamp{lacks}; check it as VERIFY.md says");
        out.note("not_checked", &anchor.response, says);
    }
    format!("anchors: {} listed, not checked", anchors.len())
}
