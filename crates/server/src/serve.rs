//! `countersign serve`.

use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use countersign_api::Api;
use countersign_domain::secret;
use tracing::{info, warn};

use crate::config::Config;
use crate::front::{self, Front, Stop, Tls};
use crate::metrics::{self, Watched};
use crate::open::{self, Opened};
use crate::{delivery, dev, health, jobs, log, reference, ui};

/// Serves until SIGTERM or SIGINT, then lets running requests end.
pub(crate) async fn serve(mut config: Config, is_dev: bool) -> Result<()> {
    secret::seed_early();
    let lines = log::start(&config.log)?;
    if is_dev {
        config.check_dev()?;
    }
    let trusted = config.server.trusted_proxies()?;
    let tls = Tls::open(&config.server.tls)?;
    let listener = front::listen("server.listen", config.server.listen, config.server.reuse_port)?;
    // Port 0 asks the system for a free one; everything that names the port comes after.
    config.server.listen = listener.local_addr()?;
    let private = metrics::listen(&config.server)?;
    let (opened, caught) = if is_dev {
        // Nothing is sent, whatever is configured: an address that is typed in for a try may be somebody's.
        let (inbox, opened) = delivery::caught(&config).await?;
        (opened, Some(inbox))
    } else {
        (open::open(&config).await?, None)
    };
    let Opened { countersign, db, applied, newer } = opened;
    for migration in applied {
        info!("Applied migration {migration}");
    }
    if !newer.is_empty() {
        warn!("A newer version has added to the database ({}). This one goes on without", newer.join(", "));
    }
    let stop = Stop::listen()?;
    let mut pages: Router = health::routes(countersign.clone(), stop.watch());
    pages = pages.merge(reference::routes()).merge(ui::routes(countersign.clone()));
    if let Some(inbox) = caught {
        let api_url = format!("http://{}/v1", config.server.listen);
        pages = pages.merge(dev::routes(countersign.clone(), inbox, dev::prepare(&countersign, api_url).await?)?);
    }
    let api = Api::new(countersign.clone(), config.server.address_limits())
        .trusting(trusted.clone())
        .admitting(config.server.max_in_flight);
    let api = if is_dev { api.in_development() } else { api };
    let front = Front::new(listener, tls.as_ref(), api.clone().router(pages), &config.server, trusted)?;
    if let Some(listener) = private {
        info!("Metrics on http://{}/metrics", listener.local_addr()?);
        let front = front.tally();
        let watched = Watched { api: &api, countersign: &countersign, db: &db, front, log: lines.queue() };
        tokio::spawn(front::serve_privately(listener, metrics::routes(&watched)));
    }
    let work = jobs::start(&countersign);
    if let Some(tls) = tls {
        tokio::spawn(tls.follow());
    }
    announce(&countersign, config.server.listen, is_dev);
    front.serve(stop).await;
    work.stop(&countersign).await;
    db.close().await;
    info!("Stopped");
    Ok(())
}

fn announce(countersign: &countersign_domain::Countersign, listen: SocketAddr, is_dev: bool) {
    let url = countersign.public_url();
    info!("Serving on {url} (listening on {listen})");
    if is_dev {
        println!("\n  Countersign is running, for development only.\n");
        println!("  Demo shop        {url}/demo/");
        println!("  API reference    {url}/docs/");
        println!("  Caught messages  {url}/dev/inbox");
        println!("  GraphQL          {url}/graphql/v1");
        println!("  Newest events    {url}/dev/events\n");
    }
}
