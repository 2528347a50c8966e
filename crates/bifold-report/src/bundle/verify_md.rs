//! `VERIFY.md`: how to check the bundle without this software.

use super::Bundle;
use super::certificate::line;

const TEXT: &str = include_str!("../../templates/verify.txt");

pub(super) fn text(bundle: &Bundle) -> String {
    TEXT.replace("{number}", &line(&bundle.incident.number))
}
