//! Connections: how many, how long, and how much may be sent on each.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

/// Connections at once; further ones wait in the system's queue.
const MOST: u32 = 256;
/// A request must be here within this time, and the next one after the answer to the last.
const TO_ASK: Duration = Duration::from_secs(20);
/// Something of an answer must be taken within this time.
const TO_TAKE: Duration = Duration::from_secs(30);
/// Bytes of a request's head.
const HEAD: usize = 16 << 10;
/// How long answers may still take when the end is asked for.
const TO_END: Duration = Duration::from_secs(2);

/// Answers until `stop` is true, and lets what is being answered come to its end.
pub(super) async fn answer(listener: TcpListener, app: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(MOST as usize));
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            _ = stop.changed() => break,
        };
        let Ok(place) = place else { break };
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let Ok((stream, _)) = stream else {
            // The system has no more of something; it may later.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move {
            converse(stream, app, stop).await;
            drop(place);
        });
    }
    drop(listener);
    drop(timeout(TO_END, places.acquire_many(MOST)).await);
}

async fn converse(stream: TcpStream, app: Router, mut stop: watch::Receiver<bool>) {
    let mut http = Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(TO_ASK).max_buf_size(HEAD);
    let patient = Patient { stream, late: None };
    let connection = http.serve_connection(TokioIo::new(patient), TowerToHyperService::new(app));
    let mut connection = pin!(connection);
    // How a connection ends is the client's affair.
    tokio::select! {
        ended = connection.as_mut() => drop(ended),
        _ = stop.changed() => {
            connection.as_mut().graceful_shutdown();
            drop(timeout(TO_END, connection).await);
        }
    }
}

/// A stream that gives up on a client that takes nothing.
struct Patient {
    stream: TcpStream,
    late: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// What came of writing, unless that has waited for too long.
    fn within<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.late = None;
            return written;
        }
        let late = self.late.get_or_insert_with(|| Box::pin(sleep(TO_TAKE)));
        late.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(closed, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.within(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
