//! Bodies on their way in and out: their connection knows as long as they are.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;

use super::connection::Connection;

/// A longer answer is counted as on its way until the last of it was taken; a shorter one goes out at once.
const SHORT: u64 = 16 * 1024;

/// The body of a request.
pub(super) struct Arriving {
    body: Incoming,
    connection: Option<Arc<Connection>>,
}

impl Arriving {
    pub(super) fn new(body: Incoming, connection: &Arc<Connection>) -> Self {
        let connection = (!http_body::Body::is_end_stream(&body)).then(|| connection.clone());
        if let Some(connection) = &connection {
            connection.arriving();
        }
        Self { body, connection }
    }

    pub(super) fn into_body(self) -> Body {
        if self.connection.is_some() { Body::new(self) } else { Body::empty() }
    }

    fn is_over(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.arrived();
        }
    }
}

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.is_over();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.is_over();
    }
}

/// The body of a long answer.
pub(super) struct Leaving {
    body: Body,
    connection: Arc<Connection>,
}

impl Leaving {
    pub(super) fn takes_long(body: &Body) -> bool {
        body.size_hint().upper().is_none_or(|length| length > SHORT)
    }

    pub(super) fn new(body: Body, connection: Arc<Connection>) -> Self {
        connection.leaving();
        Self { body, connection }
    }

    pub(super) fn into_body(self) -> Body {
        Body::new(self)
    }
}

impl http_body::Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.connection.left_for_good();
    }
}
