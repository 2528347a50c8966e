//! QR codes for what is printed (ISO/IEC 18004).

use crate::error::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Light modules around the code.
const QUIET: usize = 4;

/// A QR code as the path of a drawing, one unit to a module.
pub(super) struct Code {
    /// Modules from edge to edge, with the border.
    pub(super) side: usize,
    pub(super) path: String,
}

impl Code {
    pub(super) fn of(text: &str) -> Result<Self> {
        // Paper gets scratched: a quarter of the code may be lost.
        let code = QrCode::with_error_correction_level(text, EcLevel::Q);
        let code = code.map_err(|_| Error::Internal)?;
        let width = code.width();
        let mut path = String::new();
        for (n, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (QUIET + n % width, QUIET + n / width);
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        let side = width + 2 * QUIET;
        Ok(Self { side, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_a_quiet_border() {
        let code = Code::of("EVD-2026-0007").unwrap();
        assert!(code.side > 2 * QUIET + 20, "{}", code.side);
        let far = code.side - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            assert!(code.path.contains(&format!("M{x} {y}h1")), "{x} {y}");
        }
        for n in 0..QUIET {
            assert!(!code.path.contains(&format!("M{n} ")), "column {n}");
            assert!(!code.path.contains(&format!(" {n}h1v1")), "row {n}");
        }
    }
}
