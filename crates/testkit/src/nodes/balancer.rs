//! A balancer as small as can be: it forwards connections, and tries the next node when one refuses.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Node;

/// Forwards TCP connections to nodes in turn. A connection is tried elsewhere only when it was refused, which is before a
/// byte was sent; nothing that was sent is sent again.
pub struct Balancer {
    /// `http://127.0.0.1:port`.
    pub url: String,
    nodes: Arc<Nodes>,
    serving: JoinHandle<()>,
}

/// Connections that are tried for one of a client.
const TRIES: usize = 8;

#[derive(Default)]
struct Nodes {
    addresses: Mutex<Vec<SocketAddr>>,
    next: AtomicUsize,
    refused: AtomicU64,
}

impl Balancer {
    /// Before these nodes.
    pub async fn new(nodes: &[&Node]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("a listener has an address"));
        let shared = Arc::new(Nodes::default());
        let accepting = shared.clone();
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, accepting.clone()));
            }
        });
        let balancer = Self { url, nodes: shared, serving };
        balancer.point_at(nodes);
        balancer
    }

    /// Sends further connections to these nodes.
    pub fn point_at(&self, nodes: &[&Node]) {
        let address = |node: &&Node| node.url.trim_start_matches("http://").parse().expect("a node has an address");
        *self.nodes.addresses() = nodes.iter().map(address).collect();
    }

    /// How many connections a node has refused.
    pub fn refused(&self) -> u64 {
        self.nodes.refused.load(Ordering::Relaxed)
    }
}

impl Nodes {
    fn addresses(&self) -> std::sync::MutexGuard<'_, Vec<SocketAddr>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(mut client: TcpStream, nodes: Arc<Nodes>) {
    let turn = nodes.next.fetch_add(1, Ordering::Relaxed);
    for step in 0..TRIES {
        // Looked up each time: a node that turns newcomers away is silent for a second before it refuses.
        let address = {
            let addresses = nodes.addresses();
            addresses[(turn + step) % addresses.len()]
        };
        match TcpStream::connect(address).await {
            Ok(mut node) => {
                // What goes wrong from here on is the client's to see.
                let _ = copy_bidirectional(&mut client, &mut node).await;
                return;
            }
            Err(_) => drop(nodes.refused.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
