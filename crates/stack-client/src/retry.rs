//! When a request is sent again, and how long to wait before.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use reqwest::{Client, Method, Request, Response, StatusCode, header::RETRY_AFTER};

use crate::call::Call;

/// How often and how patiently requests are repeated.
///
/// Repeated are: requests that never reached the server; answers 429, since nothing was done yet; and for methods that
/// may be repeated safely (GET, HEAD, PUT, DELETE) also broken connections and the statuses 502, 503 and 504. A timeout
/// is never repeated: whoever set it wants an answer by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// How often a request is sent again at most; 0 turns repeating off.
    pub max: u32,
    /// The longest wait before the first repetition. It doubles each time; the actual wait is a random part of it.
    pub first_wait: Duration,
    /// No wait is longer. A `Retry-After` beyond it isn't waited for: the error is returned at once.
    pub max_wait: Duration,
}

impl Retries {
    /// Nothing is repeated.
    pub const NONE: Self = Self {
        max: 0,
        first_wait: Duration::ZERO,
        max_wait: Duration::ZERO,
    };

    /// Sends a request as often as these rules say.
    pub(crate) async fn send(self, http: &Client, request: Request, call: &Call) -> reqwest::Result<Response> {
        let method = request.method().clone();
        let mut request = request;
        let mut sent = 0;
        loop {
            let again = (sent < self.max).then(|| request.try_clone()).flatten();
            let result = http.execute(request).await;
            call.attempted(&result);
            let (Some(again), Some(wait)) = (again, self.wait(sent, &method, &result)) else {
                return result;
            };
            tokio::time::sleep(wait).await;
            request = again;
            sent += 1;
        }
    }

    /// How long to wait before sending again what ended in `result` after `sent` repetitions; `None`: don't.
    fn wait(self, sent: u32, method: &Method, result: &reqwest::Result<Response>) -> Option<Duration> {
        if sent >= self.max {
            return None;
        }
        match result {
            Ok(response) if is_transient(response.status(), method) => match retry_after(response) {
                Some(wait) => (wait <= self.max_wait).then_some(wait),
                None => Some(self.backoff(sent)),
            },
            Err(error) if error.is_timeout() => None,
            Err(error) if error.is_connect() || (error.is_request() && is_repeatable(method)) => {
                Some(self.backoff(sent))
            }
            _ => None,
        }
    }

    fn backoff(self, sent: u32) -> Duration {
        let longest = self
            .first_wait
            .saturating_mul(2_u32.saturating_pow(sent))
            .min(self.max_wait);
        longest.mul_f64(random_fraction())
    }
}

impl Default for Retries {
    /// Three repetitions within a few seconds.
    fn default() -> Self {
        Self {
            max: 3,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(20),
        }
    }
}

fn is_transient(status: StatusCode, method: &Method) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            is_repeatable(method)
        }
        _ => false,
    }
}

/// Whether doing it twice is the same as doing it once ([RFC 9110, section 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)).
fn is_repeatable(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE)
}

/// The seconds of `Retry-After`. A date is ignored: this API never sends one.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// Between 0 and 1. The standard library's hasher is seeded at random, which is random enough to spread clients out.
fn random_fraction() -> f64 {
    f64::from(RandomState::new().hash_one(0_u8) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&str>) -> reqwest::Result<Response> {
        let mut answer = http::Response::builder().status(status);
        if let Some(seconds) = retry_after {
            answer = answer.header(RETRY_AFTER, seconds);
        }
        Ok(answer.body("").unwrap().into())
    }

    #[test]
    fn a_refused_request_is_repeated_whatever_its_method() {
        let wait = Retries::default().wait(0, &Method::POST, &answer(429, Some("2")));
        assert_eq!(wait, Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_server_that_asks_for_too_much_patience_isnt_waited_for() {
        assert_eq!(
            Retries::default().wait(0, &Method::GET, &answer(429, Some("3600"))),
            None
        );
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_if_that_is_harmless() {
        assert!(Retries::default().wait(0, &Method::GET, &answer(503, None)).is_some());
        assert_eq!(Retries::default().wait(0, &Method::POST, &answer(503, None)), None);
        assert_eq!(Retries::default().wait(0, &Method::GET, &answer(500, None)), None);
    }

    #[test]
    fn patience_ends() {
        assert_eq!(Retries::default().wait(3, &Method::GET, &answer(503, None)), None);
        assert_eq!(Retries::NONE.wait(0, &Method::GET, &answer(429, Some("0"))), None);
    }

    #[test]
    fn waits_grow_up_to_the_limit() {
        let retries = Retries {
            max: 100,
            ..Retries::default()
        };
        for sent in 0..100 {
            assert!(retries.backoff(sent) <= retries.first_wait * 2_u32.saturating_pow(sent).min(1 << 20));
            assert!(retries.backoff(sent) <= retries.max_wait);
        }
    }
}
