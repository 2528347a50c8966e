//! Sealing addresses and secrets, so that neither the database nor a backup shows them.
//!
//! The key is a file beside the others, made when the first thing is sealed. Each thing is sealed
//! for its row: what is copied into another row does not open there.

use crate::error::{Error, Result};
use crate::store::Inner;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::path::{Path, PathBuf};

fn file(inner: &Inner) -> PathBuf {
    inner.data.join("keys").join("notify.key")
}

/// The key in this file; `None` where nothing was ever sealed with it.
pub(crate) fn key_at(path: &Path) -> Result<Option<LessSafeKey>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("reading a key")(error)),
    };
    let bytes = STANDARD.decode(text.trim()).map_err(Error::damaged)?;
    let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
        .map_err(|_| Error::damaged("a key file that holds no key"))?;
    Ok(Some(LessSafeKey::new(key)))
}

/// The key in this file, which is made where it is not there.
pub(crate) fn made_at(inner: &Inner, path: &Path) -> Result<LessSafeKey> {
    if let Some(key) = key_at(path)? {
        return Ok(key);
    }
    let text = format!("{}\n", STANDARD.encode(inner.shell.entropy.take()));
    crate::ledger::keep_private(path, &text)?;
    // Somebody else may have made it at the same moment; what stands there counts.
    key_at(path)?.ok_or_else(|| Error::damaged("a key file that was just made is not there"))
}

/// Seals a text for this row.
pub(crate) fn seal(inner: &Inner, row: &str, text: &str) -> Result<String> {
    seal_with(&made_at(inner, &file(inner))?, inner, row, text)
}

/// The same with a key of one's own.
pub(crate) fn seal_with(key: &LessSafeKey, inner: &Inner, row: &str, text: &str) -> Result<String> {
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
    match key_at(&file(inner))? {
        Some(key) => open_with(&key, row, sealed),
        None => Ok(None),
    }
}

/// The same with a key of one's own; `None` where it was sealed with another.
pub(crate) fn open_with(key: &LessSafeKey, row: &str, sealed: &str) -> Result<Option<String>> {
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
