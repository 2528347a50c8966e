//! The options that say what people and programs are told with.

use super::storage::{Secret, said};
use crate::exit::{Code, Coded};
use bifold_notify::send::{Settings, Smtp};
use bifold_notify::{Guard, Network, Sender, VapidKey};
use bifold_store::Store;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// The mail server, and where may be sent to.
#[derive(Debug, Clone, Args)]
pub struct Telling {
    /// The mail server: `smtps://mail.example.org` (TLS from the start),
    /// `smtp://mail.example.org:587?tls=required` (STARTTLS) or `smtp://127.0.0.1` (in clear).
    /// Without it nobody is told by e-mail.
    #[arg(
        long,
        env = "BIFOLD_SMTP_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub smtp_url: Option<String>,
    /// The user who signs in at the mail server, where it asks for one.
    #[arg(
        long,
        env = "BIFOLD_SMTP_USER",
        value_name = "USER",
        requires = "smtp_url"
    )]
    pub smtp_user: Option<String>,
    /// That user's password. On a command line everybody on the machine could read it.
    #[arg(
        long,
        env = "BIFOLD_SMTP_PASSWORD",
        value_name = "PASSWORD",
        hide_env_values = true,
        hide_short_help = true
    )]
    pub smtp_password: Option<Secret>,
    /// A file that holds that password.
    #[arg(
        long,
        env = "BIFOLD_SMTP_PASSWORD_FILE",
        value_name = "FILE",
        conflicts_with = "smtp_password"
    )]
    pub smtp_password_file: Option<PathBuf>,
    /// Who mails come from, such as `Bifold <bifold@example.org>`.
    #[arg(
        long,
        env = "BIFOLD_MAIL_FROM",
        value_name = "ADDRESS",
        requires = "smtp_url"
    )]
    pub mail_from: Option<String>,
    /// A network inside the house that webhooks and chats may be in, such as 10.1.0.0/16. Without
    /// it only the public internet is sent to, by https. Repeat it for several.
    #[arg(
        long,
        env = "BIFOLD_NOTIFY_NETWORK",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub notify_network: Vec<Network>,
}

fn usage(why: &impl ToString) -> anyhow::Error {
    Coded::error(Code::Usage, why.to_string())
}

impl Telling {
    /// What sends, as configured. The key for Web Push is made at the first start.
    pub(crate) fn sender(&self, store: &Store) -> anyhow::Result<Arc<Sender>> {
        if self.notify_network.len() > bifold_notify::guard::NETWORKS_LIMIT {
            return Err(usage(&"too many networks; give larger ones"));
        }
        let vapid = VapidKey::read(&store.vapid_key()?)?;
        let sender = Sender::new(Settings {
            guard: Guard::new(self.notify_network.clone()),
            smtp: self.smtp()?,
            vapid: Some(vapid),
            contact: self.contact(),
        })?;
        Ok(Arc::new(sender))
    }

    fn smtp(&self) -> anyhow::Result<Option<Smtp>> {
        let Some(url) = &self.smtp_url else {
            return Ok(None);
        };
        let from = self.mail_from.as_deref().ok_or_else(|| {
            usage(&"say who mails come from, with --mail-from 'Bifold <bifold@example.org>'")
        })?;
        let given = self.smtp_password.as_ref().map(Secret::text);
        let password = said(given, self.smtp_password_file.as_ref())?;
        let credentials = match (self.smtp_user.clone(), password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => {
                return Err(usage(
                    &"the mail server needs both a user and a password, or neither",
                ));
            }
        };
        Smtp::new(url, from, credentials)
            .map(Some)
            .map_err(|why| usage(&why))
    }

    /// How the operator of a push service reaches ours (RFC 8292 2.1).
    fn contact(&self) -> String {
        let from = self.mail_from.as_deref().unwrap_or_default();
        let address = from.rsplit('<').next().unwrap_or_default();
        let address = address.trim_end_matches('>').trim();
        if address.is_empty() {
            "mailto:nobody@example.invalid".to_owned()
        } else {
            format!("mailto:{address}")
        }
    }
}
