//! What goes on beside requests: signing checkpoints, running jobs, having the ledger anchored,
//! telling people and programs, fetching holidays, reading what machines sent.
//!
//! All are repeatable: a worker that dies between two steps leaves nothing that the next run
//! does not put right.

use crate::server::Server;
use bifold_notify::notice::Occasion;
use bifold_store::Store;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Commits that come together are signed together; design §5 allows one second.
const SIGN_AFTER: Duration = Duration::from_millis(400);
/// Signed also without having been told: another node may have committed.
const SIGN_EVERY: Duration = Duration::from_mins(1);
/// Between two looks at what may be late.
const FORECAST_EVERY: Duration = Duration::from_secs(20);
/// The longest sleep between two looks at the jobs: another node may have added one.
const JOBS_EVERY: Duration = Duration::from_secs(1);

/// The workers of one server.
#[derive(Debug)]
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    store: Store,
}

impl Workers {
    pub(crate) fn start(server: &Server) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = vec![
            tokio::spawn(sign(server.store.clone(), stopped.clone())),
            tokio::spawn(run_jobs(server.store.clone(), stopped.clone())),
            tokio::spawn(forecast(server.store.clone(), stopped.clone())),
        ];
        tasks.extend(crate::anchor::start(server, &stopped));
        tasks.extend(crate::notify::start(server, &stopped));
        tasks.extend(crate::holidays::start(server, &stopped));
        tasks.extend(crate::intake::start(server, &stopped));
        tasks.extend(crate::window::start(server, &stopped));
        let store = server.store.clone();
        Self { stop, tasks, store }
    }

    /// Ends them and signs what was committed last.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a worker did not end well");
            }
        }
        sign_once(&self.store).await;
    }
}

async fn sign_once(store: &Store) {
    match store.sign_checkpoint().await {
        Ok(Some(checkpoint)) => tracing::debug!(size = checkpoint.size, "signed a checkpoint"),
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "no checkpoint was signed");
            let what = Occasion::LedgerFailing;
            if let Err(error) = store.raise_to_keepers(what, "checkpoint").await {
                tracing::error!(%error, "nobody was told of it");
            }
        }
    }
}

async fn sign(store: Store, mut stopped: watch::Receiver<bool>) {
    let mut size = store.watch_size();
    loop {
        sign_once(&store).await;
        tokio::select! {
            changed = size.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(SIGN_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        tokio::select! {
            () = tokio::time::sleep(SIGN_AFTER) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn run_jobs(store: Store, mut stopped: watch::Receiver<bool>) {
    loop {
        let pause = match run_once(&store).await {
            Ok(0) => until_next(&store).await,
            // There may be more than one go takes.
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "jobs were not run");
                JOBS_EVERY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Learns when there is something to be learned, and says of open incidents what was learned.
async fn forecast(store: Store, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(FORECAST_EVERY) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = forecast_once(&store, &stopped).await {
            tracing::error!(%error, "no forecasts were made");
        }
    }
}

async fn forecast_once(store: &Store, stopped: &watch::Receiver<bool>) -> bifold_store::Result<()> {
    if store.learn_if_due().await? {
        tracing::info!("learned from closed incidents");
    }
    // Bounded by the open incidents: each is looked at once in some minutes.
    while !*stopped.borrow() && store.refresh_forecasts().await? > 0 {}
    Ok(())
}

async fn run_once(store: &Store) -> bifold_store::Result<usize> {
    // Clocks first: they are what people wait for.
    let looked = store.look_at_clocks().await?;
    Ok(looked + store.run_due_jobs().await?)
}

async fn until_next(store: &Store) -> Duration {
    let next = async || Ok([store.next_look_at().await?, store.next_job_at().await?]);
    let next: bifold_store::Result<_> = next().await;
    let Some(at) = next.ok().and_then(|next| next.into_iter().flatten().min()) else {
        return JOBS_EVERY;
    };
    let micros = at - store.shell().clock.now().micros();
    // Never without a breath: a job another node holds may be due all the time.
    let floor = Duration::from_millis(10);
    Duration::from_micros(u64::try_from(micros).unwrap_or(0)).clamp(floor, JOBS_EVERY)
}
