//! The one client.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use ::http::{Request, Response, Uri};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use tokio::{net::lookup_host, sync::OnceCell};
use url::{Host, Url};

use super::{Networks, chain};

/// How long a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a call may take in all.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many bytes an answer may have.
const MAX_BYTES: usize = 1024 * 1024;

/// Calls others. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Outbound(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    networks: Networks,
    /// Made at the first call: reading the machine's certificates takes a while.
    client: OnceCell<Client>,
}

/// Why a call came to nothing. No text holds what was sent.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The server mustn't call this.
    #[error("{host} mustn't be called: {why}")]
    Forbidden {
        /// Whom.
        host: String,
        /// Why not.
        why: &'static str,
    },
    /// No connection, or no answer.
    #[error("{host} can't be reached: {why}")]
    Unreachable {
        /// Whom.
        host: String,
        /// What went wrong.
        why: String,
    },
    /// No answer in time.
    #[error("{host} takes too long to answer")]
    TimedOut {
        /// Whom.
        host: String,
    },
    /// The answer has more bytes than anybody needs.
    #[error("the answer of {host} is too large")]
    TooLarge {
        /// Whose.
        host: String,
    },
}

impl Outbound {
    /// Calls others at public addresses and in these networks.
    pub fn new(networks: Networks) -> Self {
        Self(Arc::new(Inner {
            networks,
            client: OnceCell::new(),
        }))
    }

    /// Sends a request, and reads the answer whatever its status. Redirects are answers like any other.
    ///
    /// # Errors
    ///
    /// If the URL isn't one that may be called, nobody answers in time, or the answer is too large.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutboundError> {
        let (host, mut answer) = self.call(request, TIMEOUT).await?;
        let mut response = response_to(&answer);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&host, error))? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(OutboundError::TooLarge { host });
            }
            body.extend_from_slice(&chunk);
        }
        *response.body_mut() = body;
        Ok(response)
    }

    /// Sends a request as [`Self::send`] does, but waits for `timeout` in all, and reads no more than about `enough`
    /// bytes of the answer: whoever asks needs just its beginning.
    ///
    /// # Errors
    ///
    /// If the URL isn't one that may be called, or nobody answers in time.
    pub async fn send_and_skim(
        &self,
        request: Request<Vec<u8>>,
        timeout: Duration,
        enough: usize,
    ) -> Result<Response<Vec<u8>>, OutboundError> {
        let (host, mut answer) = self.call(request, timeout).await?;
        let mut response = response_to(&answer);
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&host, error))? {
            body.extend_from_slice(&chunk);
            if body.len() >= enough {
                break;
            }
        }
        *response.body_mut() = body;
        Ok(response)
    }

    async fn call(
        &self,
        request: Request<Vec<u8>>,
        timeout: Duration,
    ) -> Result<(String, reqwest::Response), OutboundError> {
        let host = self.check(request.uri()).await?;
        let mut request = reqwest::Request::try_from(request).map_err(|error| unreachable(&host, error))?;
        *request.timeout_mut() = Some(timeout);
        let client = self.client().await.map_err(|error| unreachable(&host, error))?;
        let answer = client
            .execute(request)
            .await
            .map_err(|error| unreachable(&host, error))?;
        if answer
            .remote_addr()
            .is_some_and(|peer| !self.0.networks.allow(peer.ip()))
        {
            return Err(forbidden(&host, PRIVATE));
        }
        Ok((host, answer))
    }

    async fn client(&self) -> Result<&Client, reqwest::Error> {
        let make = || async {
            Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT_TIMEOUT)
                .dns_resolver(Arc::new(Resolver(self.0.networks.clone())))
                .user_agent("stack-auth")
                .build()
        };
        self.0.client.get_or_try_init(make).await
    }

    /// The host of a URL that may be called: HTTPS, or HTTP within the networks that are named. Where a name leads is
    /// checked again when it is looked up for the connection.
    async fn check(&self, uri: &Uri) -> Result<String, OutboundError> {
        let url = Url::parse(&uri.to_string()).map_err(|_| forbidden("it", "it isn't a URL"))?;
        let host = url.host().ok_or_else(|| forbidden("it", "its URL has no host"))?;
        let name = host.to_string();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(forbidden(&name, "its URL has a user name"));
        }
        let networks = &self.0.networks;
        let literal: Option<IpAddr> = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        };
        match (url.scheme(), literal) {
            ("https", Some(address)) if !networks.allow(address) => Err(forbidden(&name, PRIVATE)),
            ("https", _) => Ok(name),
            ("http", Some(address)) if networks.name(address) => Ok(name),
            ("http", None) => {
                let found = lookup_host((name.as_str(), url.port_or_known_default().unwrap_or(80))).await;
                let found = found.map_err(|error| OutboundError::Unreachable {
                    host: name.clone(),
                    why: error.to_string(),
                })?;
                if found.into_iter().any(|address| !networks.name(address.ip())) {
                    return Err(forbidden(&name, PLAIN));
                }
                Ok(name)
            }
            ("http", _) => Err(forbidden(&name, PLAIN)),
            _ => Err(forbidden(&name, "its URL is neither HTTPS nor HTTP")),
        }
    }
}

const PRIVATE: &str = "its address is private, and the setting outbound_networks doesn't name it";
const PLAIN: &str = "it is called without TLS, and the setting outbound_networks doesn't name its address";

/// An answer without its body.
fn response_to(answer: &reqwest::Response) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status();
    response.headers_mut().clone_from(answer.headers());
    response
}

fn unreachable(host: &str, error: reqwest::Error) -> OutboundError {
    let host = host.to_owned();
    if error.is_timeout() {
        return OutboundError::TimedOut { host };
    }
    let why = chain(&error.without_url());
    OutboundError::Unreachable { host, why }
}

fn forbidden(host: &str, why: &'static str) -> OutboundError {
    OutboundError::Forbidden {
        host: host.to_owned(),
        why,
    }
}

/// Finds the addresses to connect to; those that mustn't be called are left out. The connection is made to what comes
/// back from here, so that a name can't lead elsewhere a moment later.
struct Resolver(Networks);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.0.clone();
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<_> = found.filter(|address| networks.allow(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, PRIVATE).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, response::Redirect, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    fn outbound(networks: &str) -> Outbound {
        Outbound::new(networks.parse().expect("networks"))
    }

    async fn get_from(outbound: &Outbound, url: &str) -> Result<Response<Vec<u8>>, OutboundError> {
        outbound
            .send(Request::get(url).body(Vec::new()).expect("a request"))
            .await
    }

    /// Somebody to call on a port of their own.
    async fn neighbour() -> String {
        let endless = || async { Body::from(vec![b'a'; MAX_BYTES + 1]) };
        let routes = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/elsewhere", get(|| async { Redirect::temporary("/") }))
            .route("/endless", get(endless));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(axum::serve(listener, routes).into_future());
        format!("http://{address}")
    }

    #[tokio::test]
    async fn a_network_that_is_named_can_be_called() {
        let url = neighbour().await;
        let answer = get_from(&outbound("127.0.0.0/8"), &url).await.expect("it answers");
        assert_eq!(answer.body(), b"hello");
        let by_name = url.replace("127.0.0.1", "localhost");
        let answer = get_from(&outbound("127.0.0.0/8, ::1"), &by_name)
            .await
            .expect("it answers");
        assert_eq!(answer.body(), b"hello");
    }

    #[tokio::test]
    async fn private_addresses_are_refused_by_number_and_by_name() {
        let url = neighbour().await;
        let port = url.rsplit(':').next().expect("a port");
        for host in [
            "127.0.0.1",
            "localhost",
            "[::1]",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
        ] {
            for scheme in ["http", "https"] {
                let error = get_from(&outbound(""), &format!("{scheme}://{host}:{port}/")).await;
                let error = error.expect_err(host).to_string();
                assert!(error.contains("outbound_networks"), "{scheme}://{host}: {error}");
            }
        }
    }

    #[tokio::test]
    async fn without_tls_only_named_networks_are_called() {
        let error = get_from(&outbound(""), "http://8.8.8.8/")
            .await
            .expect_err("it is plain HTTP");
        assert!(error.to_string().contains("without TLS"), "{error}");
        for url in ["ftp://example.com/", "https://ada@example.com/"] {
            assert!(
                matches!(get_from(&outbound(""), url).await, Err(OutboundError::Forbidden { .. })),
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_long_answers_not_read() {
        let (outbound, url) = (outbound("127.0.0.0/8"), neighbour().await);
        let answer = get_from(&outbound, &format!("{url}/elsewhere"))
            .await
            .expect("it answers");
        assert_eq!(answer.status(), 307);
        let error = get_from(&outbound, &format!("{url}/endless"))
            .await
            .expect_err("it is too long");
        assert!(matches!(error, OutboundError::TooLarge { .. }), "{error}");
    }

    #[tokio::test]
    async fn an_answer_is_skimmed_and_waited_for_as_long_as_one_likes() {
        let (outbound, url) = (outbound("127.0.0.0/8"), neighbour().await);
        let request = |path| {
            Request::get(format!("{url}{path}"))
                .body(Vec::new())
                .expect("a request")
        };
        let second = Duration::from_secs(1);
        let answer = outbound.send_and_skim(request("/endless"), second, 10).await;
        assert!(answer.is_ok_and(|answer| (10..=MAX_BYTES).contains(&answer.body().len())));
        let late = outbound.send_and_skim(request("/"), Duration::from_nanos(1), 10).await;
        assert!(matches!(late, Err(OutboundError::TimedOut { .. })), "{late:?}");
    }
}
