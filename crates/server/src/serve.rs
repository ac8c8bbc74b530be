//! `countersign serve`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use countersign_api::{AddressLimits, Api};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing::{info, warn};

use crate::config::Config;
use crate::open::{self, Opened};
use crate::{dev, health, jobs, log, reference};

/// How long running requests have to end. A client that never finishes its request must not keep the server from stopping.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until SIGTERM or SIGINT, then lets running requests end.
pub(crate) async fn serve(mut config: Config, is_dev: bool) -> Result<()> {
    log::start(&config.log)?;
    if is_dev {
        config.check_dev()?;
    }
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("cannot listen on {} (server.listen)", config.server.listen))?;
    // Port 0 asks the system for a free one; everything that names the port comes after.
    config.server.listen = listener.local_addr()?;
    let Opened { countersign, db, applied } = open::open(&config).await?;
    for migration in applied {
        info!("Applied migration {migration}");
    }
    let mut pages: Router = health::routes(countersign.clone()).merge(reference::routes());
    if is_dev {
        let api_url = format!("http://{}/v1", config.server.listen);
        pages = pages.merge(dev::routes(countersign.clone(), dev::prepare(&countersign, api_url).await?)?);
    }
    let limits = AddressLimits {
        requests_per_second: config.server.requests_per_second,
        strangers_per_second: config.server.strangers_per_second,
    };
    let app = Api::new(countersign.clone(), limits).router(pages);
    let sweeping = tokio::spawn(jobs::sweep(countersign.clone()));
    let stop = Stop::listen()?;
    announce(&countersign, is_dev);
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let (stopping, stopped) = oneshot::channel();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.asked(stopping));
    tokio::select! {
        served = serving.into_future() => served?,
        () = overdue(stopped) => warn!("Closing connections that are still busy after {} seconds", GRACE.as_secs()),
    }
    sweeping.abort();
    db.close().await;
    info!("Stopped");
    Ok(())
}

fn announce(countersign: &countersign_domain::Countersign, is_dev: bool) {
    let url = countersign.public_url();
    info!("Serving on {url}");
    if is_dev {
        println!("\n  Countersign is running, for development only.\n");
        println!("  Demo shop        {url}/demo/");
        println!("  API reference    {url}/docs/");
        println!("  Newest events    {url}/dev/events\n");
    }
}

/// Waits for SIGTERM or SIGINT. Made before the server says that it serves: from then on it can be asked to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot wait for signals");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Dropping `stopping` says that it came.
    async fn asked(mut self, stopping: oneshot::Sender<()>) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        info!("Stopping: no new connections, running requests end");
        drop(stopping);
    }
}

/// Ends when the server was asked to stop and has had its time.
async fn overdue(stopped: oneshot::Receiver<()>) {
    let _ = stopped.await;
    tokio::time::sleep(GRACE).await;
}
