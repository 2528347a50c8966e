//! Sealing addresses and secrets, so that neither the database nor a backup shows them.
//!
//! The key is a file beside the others, made when the first thing is sealed. Each thing is sealed
//! for its row: what is copied into another row does not open there.

use crate::error::{Error, Result};
use crate::store::Inner;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::path::PathBuf;

fn file(inner: &Inner) -> PathBuf {
    inner.data.join("keys").join("notify.key")
}

/// The key; `None` where nothing was ever sealed here.
fn key(inner: &Inner) -> Result<Option<LessSafeKey>> {
    let path = file(inner);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("reading keys/notify.key")(error)),
    };
    let bytes = STANDARD.decode(text.trim()).map_err(Error::damaged)?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
        .map_err(|_| Error::damaged("keys/notify.key is not a key"))?;
    Ok(Some(LessSafeKey::new(key)))
}

fn made(inner: &Inner) -> Result<LessSafeKey> {
    if let Some(key) = key(inner)? {
        return Ok(key);
    }
    let path = file(inner);
    let text = format!("{}\n", STANDARD.encode(inner.shell.entropy.take()));
    crate::ledger::keep_private(&path, &text)?;
    // Somebody else may have made it at the same moment; what stands there counts.
    key(inner)?.ok_or_else(|| Error::damaged("keys/notify.key is not there"))
}

/// Seals a text for this row.
pub(crate) fn seal(inner: &Inner, row: &str, text: &str) -> Result<String> {
    let key = made(inner)?;
    let random = inner.shell.entropy.take();
    let nonce: [u8; NONCE_LEN] = random
        .first_chunk::<NONCE_LEN>()
        .copied()
        .unwrap_or_default();
    let mut bytes = text.as_bytes().to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(row),
        &mut bytes,
    )
    .map_err(|_| Error::damaged("an address could not be sealed"))?;
    Ok(STANDARD.encode([nonce.as_slice(), &bytes].concat()))
}

/// Opens what was sealed for this row; `None` where it was sealed with a key that is not here.
pub(crate) fn open(inner: &Inner, row: &str, sealed: &str) -> Result<Option<String>> {
    let Some(key) = key(inner)? else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(sealed).map_err(Error::damaged)?;
    let Some((nonce, rest)) = bytes.split_first_chunk::<NONCE_LEN>() else {
        return Err(Error::damaged("a sealed address is too short"));
    };
    let mut rest = rest.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = key.open_in_place(nonce, Aad::from(row), &mut rest);
    Ok(opened
        .ok()
        .and_then(|text| String::from_utf8(text.to_vec()).ok()))
}
