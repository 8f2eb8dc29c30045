//! Where a request comes from.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroU8,
};

use axum::extract::ConnectInfo;
use http::{
    Extensions, HeaderMap, HeaderName,
    header::{COOKIE, USER_AGENT},
};

/// Where a request comes from: part of every request, whoever calls.
#[derive(Clone, PartialEq, Default)]
pub struct RequestInfo {
    ip: Option<IpAddr>,
    headers: HeaderMap,
}

impl RequestInfo {
    pub(crate) fn of(extensions: &Extensions, headers: HeaderMap) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
        let ip = match extensions.get::<TrustedProxies>() {
            Some(proxies) => proxies.client(&headers).or(peer),
            None => peer,
        };
        Self { ip, headers }
    }

    /// The caller's address: the one that the last of the trusted proxies saw, without proxies the peer's. `None` if the
    /// router isn't served with `into_make_service_with_connect_info::<SocketAddr>()`, as in most tests.
    pub const fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// What the caller's program calls itself, if it says so in readable text.
    pub fn user_agent(&self) -> Option<&str> {
        self.headers.get(USER_AGENT)?.to_str().ok()
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers.get_all(COOKIE).iter();
        let mut pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.find_map(|(of, value)| (of == name).then_some(value))
    }
}

/// Address and user agent; the headers may hold secrets.
impl fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RequestInfo");
        if let Some(ip) = self.ip {
            shown.field("ip", &ip);
        }
        if let Some(agent) = self.user_agent() {
            shown.field("user_agent", &agent);
        }
        shown.finish_non_exhaustive()
    }
}

/// Which header tells the caller's address, where all requests come through proxies of one's own.
///
/// Each proxy adds the address that it saw to the end of the header, so the caller's is that many addresses from the
/// end; what stands before it was written by the caller and proves nothing. Don't set it on a server that callers reach
/// directly: they could claim any address.
///
/// ```
/// use stack_server_api::TrustedProxies;
///
/// let one = TrustedProxies::new("x-forwarded-for".parse()?);
/// let load_balancer_behind_cdn = TrustedProxies { count: 2.try_into()?, ..one };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies {
    /// For example `x-forwarded-for`, or one that a proxy sets to a single address, such as `x-real-ip`.
    pub header: HeaderName,
    /// How many proxies in a row add to it.
    pub count: NonZeroU8,
}

impl TrustedProxies {
    /// One proxy.
    pub const fn new(header: HeaderName) -> Self {
        Self {
            header,
            count: NonZeroU8::MIN,
        }
    }

    /// The address of the caller, unless the header has too few or no addresses: then it isn't from these proxies.
    fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines = headers.get_all(&self.header).iter();
        let addresses: Vec<_> = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .collect();
        let from_the_end = usize::from(self.count.get());
        let text = addresses.get(addresses.len().checked_sub(from_the_end)?)?.trim();
        // Some proxies write the port too.
        let address = text
            .parse()
            .ok()
            .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
        address.map(|address| address.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(forwarded: &'static str, count: u8) -> RequestInfo {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 80))));
        let header = HeaderName::from_static("x-forwarded-for");
        if let Some(count) = NonZeroU8::new(count) {
            extensions.insert(TrustedProxies {
                header: header.clone(),
                count,
            });
        }
        let headers = HeaderMap::from_iter([(header, http::HeaderValue::from_static(forwarded))]);
        RequestInfo::of(&extensions, headers)
    }

    #[test]
    fn only_what_trusted_proxies_wrote_counts() {
        let forged = "6.6.6.6, 1.2.3.4, 10.0.0.2";
        for (forwarded, count, expected) in [
            (forged, 0, "10.0.0.1"),
            (forged, 1, "10.0.0.2"),
            (forged, 2, "1.2.3.4"),
            ("1.2.3.4", 2, "10.0.0.1"),
            ("nonsense", 1, "10.0.0.1"),
            ("[2001:db8::1]:443", 1, "2001:db8::1"),
            ("::ffff:1.2.3.4", 1, "1.2.3.4"),
        ] {
            let ip = info(forwarded, count).ip().map(|ip| ip.to_string());
            assert_eq!(ip.as_deref(), Some(expected), "{forwarded} {count}");
        }
    }

    #[test]
    fn cookies_are_found_by_their_name() {
        let headers = [(COOKIE, "a=1; ab=2"), (COOKIE, "c=x=y")];
        let headers = headers.map(|(name, value)| (name, http::HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        let info = RequestInfo::of(&Extensions::new(), map);
        assert_eq!(
            (info.cookie("ab"), info.cookie("c"), info.cookie("b")),
            (Some("2"), Some("x=y"), None)
        );
        assert_eq!(format!("{info:?}"), "RequestInfo { .. }");
    }
}
