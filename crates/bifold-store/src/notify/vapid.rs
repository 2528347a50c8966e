//! The server's key for Web Push, kept beside the others.

use crate::error::{Error, Result};
use crate::ledger::keep_private;
use crate::store::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bifold_notify::VapidKey;

impl Store {
    /// The key by which push services know this server, in PKCS #8; made at first use. Whoever
    /// loses it loses every browser's subscription, and nothing else.
    pub fn vapid_key(&self) -> Result<Vec<u8>> {
        let path = self.inner.data.join("keys").join("vapid.p8");
        if !path.exists() {
            let made = VapidKey::make().map_err(Error::damaged)?;
            keep_private(&path, &format!("{}\n", STANDARD.encode(made)))?;
        }
        let text = std::fs::read_to_string(&path).map_err(Error::file("reading keys/vapid.p8"))?;
        STANDARD.decode(text.trim()).map_err(Error::damaged)
    }
}
