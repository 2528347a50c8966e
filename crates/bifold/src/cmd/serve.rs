//! `bifold serve`: the server, until it is told to stop.

use crate::cli::{Serve, SyslogFiles};
use crate::exit::{Code, Coded};
use bifold_server::{Carrier, Config, SyslogDoor, SyslogTls};

pub(crate) async fn run(args: Serve) -> anyhow::Result<Code> {
    let window_bucket = args.storage.window(&args)?;
    let anchors = super::anchors::configured(args.vouching)?;
    let syslog_tls = syslog_tls(&args.syslog, &args.syslog_tls)?;
    let store = super::open_evidence(&args.place, &args.storage).await?;
    let sender = args.telling.sender(&store)?;
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .map_err(|e| {
            Coded::error(
                Code::Unavailable,
                format!("cannot listen on {}: {e}", args.listen),
            )
        })?;
    let address = listener.local_addr()?;
    tracing::info!(%address, organisation = store.organisation(), database = store.database(), evidence = store.evidence_store(), "serving");
    eprintln!("Bifold serves {} on http://{address}", store.organisation());
    let url = args.public_url.as_deref().unwrap_or_default();
    let window = args
        .window
        .unwrap_or_else(|| args.place.data.join("window"));
    let config = Config {
        reports_per_ten_minutes: args.reports_per_ten_minutes,
        // Plain HTTP never leaves this machine; in front of it may be a proxy that speaks https.
        insecure_cookies: address.ip().is_loopback() && !url.starts_with("https://"),
        public_url: args.public_url,
        behind_proxy: args.behind_proxy,
        help_line: args.help_line,
        anchors,
        sender: Some(sender),
        syslog: args.syslog,
        syslog_tls,
        lmtp: args.lmtp,
        window: Some(window),
        window_bucket,
        ..Config::default()
    };
    bifold_server::serve(store, config, listener, stopped()).await?;
    Ok(Code::Ok)
}

/// Reads the files; a door within TLS without any is a mistake.
fn syslog_tls(doors: &[SyslogDoor], files: &SyslogFiles) -> anyhow::Result<Option<SyslogTls>> {
    let clients = files.syslog_clients.as_deref();
    let (Some(certificate), Some(key)) = (&files.syslog_certificate, &files.syslog_key) else {
        if doors.iter().any(|door| door.carrier == Carrier::Tls) {
            let what = "syslog at tls://… needs --syslog-certificate and --syslog-key";
            return Err(Coded::error(Code::Usage, what));
        }
        return Ok(None);
    };
    let read = SyslogTls::read(certificate, key, clients);
    let read = read.map_err(|error| Coded::error(Code::Usage, error.to_string()))?;
    Ok(Some(read))
}

/// Ends when the process is asked to stop, by Ctrl-C or by SIGTERM.
pub(super) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
