//! The accept loop. It is `axum::serve`, save that a client has only so long to send the headers of a request: whoever
//! sends a byte now and then could hold connections for ever otherwise.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// How long to wait after the machine couldn't give a connection: it may be out of file descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until `stop` ends, then answers the requests that are under way.
///
/// A connection whose client takes longer than `header_timeout` to send a request's headers is closed; so is one that is
/// idle for that long.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    header_timeout: Duration,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(header_timeout);
    let connections = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let connection = connections.watch(connection(&builder, stream, peer, app.clone()));
        tokio::spawn(async move {
            // A client that went away or was too slow is no concern of anybody.
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
    Ok(())
}

/// One connection; each of its requests knows the peer's address.
fn connection(
    builder: &http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
    // Answers are short: they mustn't wait for more to be sent with them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let app = app.clone();
        async move {
            let mut request = request.map(axum::body::Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            Ok::<_, Infallible>(app.oneshot(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    builder.serve_connection(TokioIo::new(stream), service)
}

/// A client that went away before it was accepted is nothing to wait for.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "can't accept connections");
        tokio::time::sleep(PAUSE).await;
    }
}
