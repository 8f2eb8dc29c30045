//! Requests over connections that are kept open, each connection sending its next request when it has its answer.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request that can be sent again and again.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

/// How long answers took, the quickest first.
pub struct Answers {
    times: Vec<Duration>,
    pub per_second: f64,
}

impl Answers {
    /// The time within which this share of the answers came.
    pub fn within(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a length is an index"
        )]
        let index = (self.times.len() as f64 * share) as usize;
        self.times[index.min(self.times.len() - 1)]
    }
}

/// A connection to a server.
pub struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Sends a request and takes in the whole answer, which has to be a success.
    pub async fn send(&mut self, request: &Request) -> Result<Bytes> {
        let mut built = hyper::Request::builder()
            .method(request.method)
            .uri(&request.path)
            .header("host", "localhost");
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        self.0.ready().await?;
        let answer = self
            .0
            .send_request(built.body(Full::new(request.body.clone()))?)
            .await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            bail!("{} {}: {status}: {text}", request.method, request.path);
        }
        Ok(body)
    }
}

/// Sends the `n`th request over the `n`th connection again and again, for so long.
pub async fn run(address: SocketAddr, requests: &[Request], time: Duration) -> Result<Answers> {
    let connections = requests.iter().map(|_| Connection::open(address));
    let connections = try_join_all(connections).await.context("can't connect")?;
    let (start, pairs) = (Instant::now(), connections.into_iter().zip(requests));
    let times = try_join_all(pairs.map(|(mut connection, request)| async move {
        let mut times = Vec::new();
        while start.elapsed() < time {
            let sent = Instant::now();
            connection.send(request).await?;
            times.push(sent.elapsed());
        }
        anyhow::Ok(times)
    }));
    let mut times: Vec<_> = times.await?.into_iter().flatten().collect();
    #[expect(clippy::cast_precision_loss, reason = "there are less than 2^52")]
    let per_second = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    Ok(Answers { times, per_second })
}
