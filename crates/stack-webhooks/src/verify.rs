//! Verifies messages: whether one was signed with a secret of ours, just now.

use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::de::DeserializeOwned;

use crate::{
    Clock, Event, HeaderFamily, Headers, Message, MessageId, SecretError, SigningSecret, SystemClock, Verified,
    signature::{Signature, candidates},
};

/// The digits of the longest timestamp that is looked at.
const MAX_DIGITS: usize = 15;

/// Verifies messages to one endpoint. Cloning it is cheap.
///
/// ```
/// # fn main() -> Result<(), stack_webhooks::SecretError> {
/// use stack_webhooks::Verifier;
///
/// let verifier: Verifier = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier {
    secrets: Arc<[SigningSecret]>,
    tolerance: Duration,
    max_body_bytes: usize,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// How far the time of an attempt may be off, unless [`Self::tolerance`] says otherwise: five minutes, as with every
    /// library for Standard Webhooks.
    pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);
    /// The most bytes of a body that [`Webhook`](crate::Webhook) and [`WebhookLayer`](crate::WebhookLayer) read, unless
    /// [`Self::max_body_bytes`] says otherwise: 1 MiB. Events have a few kilobytes.
    pub const MAX_BODY_BYTES: usize = 1024 * 1024;

    /// Accepts what is signed with `secret`.
    pub fn new(secret: SigningSecret) -> Self {
        Self {
            secrets: [secret].into(),
            tolerance: Self::TOLERANCE,
            max_body_bytes: Self::MAX_BODY_BYTES,
            clock: Arc::new(SystemClock),
        }
    }

    /// Accepts what is signed with `secret` too, while secrets are rotated.
    #[must_use]
    pub fn also(mut self, secret: SigningSecret) -> Self {
        self.secrets = self.secrets.iter().cloned().chain([secret]).collect();
        self
    }

    /// How far the time of an attempt may be off, to either side.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The most bytes of a body that the extractor and the layer read.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// What time it is for this verifier.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies a message and reads its event. `body` are the bytes as they came: reading and writing JSON changes them.
    ///
    /// ```
    /// use stack_webhooks::{Event, EventType, TestSigner};
    ///
    /// let signer = TestSigner::new();
    /// let (headers, body) = signer.example(&EventType::UserDeleted);
    /// let message = signer.verifier().receive(&headers, &body)?;
    /// let Event::UserDeleted(user) = message.event else { panic!("it is another event") };
    /// assert_eq!(user.teams.len(), 1);
    /// # Ok::<(), stack_webhooks::ReceiveError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Refused`] if the message isn't from the sender or not from now: answer 4xx and forget it.
    /// [`ReceiveError::Unreadable`] if it is, but is no event.
    pub fn receive(&self, headers: &(impl Headers + ?Sized), body: &[u8]) -> Result<Message, ReceiveError> {
        self.receive_as::<Event>(headers, body)
    }

    /// As [`Self::receive`], with the body as a type of your own, for example [`serde_json::Value`].
    ///
    /// # Errors
    ///
    /// As [`Self::receive`].
    pub fn receive_as<E: DeserializeOwned>(
        &self,
        headers: &(impl Headers + ?Sized),
        body: &[u8],
    ) -> Result<Message<E>, ReceiveError> {
        let Verified { id, sent_at } = self.verify(headers, body)?;
        let event = serde_json::from_slice(body).map_err(ReceiveError::Unreadable)?;
        Ok(Message { id, sent_at, event })
    }

    /// Verifies a message without looking into its body.
    ///
    /// The headers `svix-*` count if all three are there, else `webhook-*`. Of several signatures any may match.
    ///
    /// # Errors
    ///
    /// If the message isn't from the sender or not from now.
    pub fn verify(&self, headers: &(impl Headers + ?Sized), body: &[u8]) -> Result<Verified, VerifyError> {
        let family = family_of(headers)?;
        let text = |name: &'static str| {
            let value = headers.header(name).ok_or(VerifyError::MissingHeader(name))?;
            str::from_utf8(value).map_err(|_| VerifyError::MalformedHeader(name))
        };
        let id = MessageId::new(text(family.id())?).map_err(|_| VerifyError::MalformedHeader(family.id()))?;
        let timestamp = text(family.timestamp())?;
        let sent_at = instant(timestamp).ok_or(VerifyError::MalformedHeader(family.timestamp()))?;
        self.check_time(sent_at)?;

        let candidates: Vec<_> = candidates(text(family.signature())?).collect();
        if candidates.is_empty() {
            return Err(VerifyError::NoSignature);
        }
        let signed_with = |secret: &SigningSecret| {
            let signature = Signature::of(secret, id.as_str(), timestamp, body);
            candidates.iter().any(|candidate| signature.is(candidate))
        };
        if self.secrets.iter().any(signed_with) {
            Ok(Verified { id, sent_at })
        } else {
            Err(VerifyError::WrongSignature)
        }
    }

    fn check_time(&self, sent_at: SystemTime) -> Result<(), VerifyError> {
        // Whole seconds, as the sender's time has: else a message would be too old up to a second too early.
        let now = whole_seconds(self.clock.now());
        let age = now.duration_since(sent_at).unwrap_or_default();
        let lead = sent_at.duration_since(now).unwrap_or_default();
        if age > self.tolerance {
            Err(VerifyError::TooOld)
        } else if lead > self.tolerance {
            Err(VerifyError::TooNew)
        } else {
            Ok(())
        }
    }

    #[cfg(any(feature = "axum", feature = "tower"))]
    pub(crate) const fn body_limit(&self) -> usize {
        self.max_body_bytes
    }

    #[cfg(feature = "tower")]
    pub(crate) fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

/// One secret, or several with blanks or commas between, as they may stand in one variable of the environment.
impl FromStr for Verifier {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let texts = text.split(|c: char| c == ',' || c.is_whitespace());
        let mut secrets = texts.filter(|text| !text.is_empty()).map(SigningSecret::parse);
        let first = secrets.next().ok_or(SecretError::Missing)??;
        secrets.try_fold(Self::new(first), |verifier, secret| Ok(verifier.also(secret?)))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.secrets)
            .field("tolerance", &self.tolerance)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish_non_exhaustive()
    }
}

/// The first family that is there as a whole; else what the one lacks that is there in part.
fn family_of(headers: &(impl Headers + ?Sized)) -> Result<HeaderFamily, VerifyError> {
    let missing = |family: &HeaderFamily| family.all().into_iter().find(|name| headers.header(name).is_none());
    let begun = |family: &HeaderFamily| family.all().into_iter().any(|name| headers.header(name).is_some());
    if let Some(family) = HeaderFamily::ALL.into_iter().find(|family| missing(family).is_none()) {
        return Ok(family);
    }
    let family = HeaderFamily::ALL.into_iter().find(begun).unwrap_or_default();
    Err(VerifyError::MissingHeader(
        missing(&family).unwrap_or_else(|| family.signature()),
    ))
}

/// The instant of a timestamp: digits and nothing else.
fn instant(timestamp: &str) -> Option<SystemTime> {
    let is_right = timestamp.len() <= MAX_DIGITS && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = is_right.then(|| timestamp.parse().ok())??;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn whole_seconds(instant: SystemTime) -> SystemTime {
    let since = instant.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

/// Why a message is refused. None of it tells a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header isn't there.
    #[error("the header `{0}` is missing")]
    MissingHeader(&'static str),
    /// A header isn't of the form that its family asks for.
    #[error("the header `{0}` has a wrong form")]
    MalformedHeader(&'static str),
    /// The attempt was made too long ago: somebody may have kept the message, or a clock is wrong.
    #[error("the message is too old")]
    TooOld,
    /// The attempt is yet to be made: a clock is wrong.
    #[error("the message is from the future")]
    TooNew,
    /// No signature is of the version `v1`.
    #[error("the message has no signature of the version v1")]
    NoSignature,
    /// No signature was made with a secret of ours: it is the secret of another endpoint, or the body was changed.
    #[error("no signature of the message is right")]
    WrongSignature,
}

/// Why a message isn't received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// It isn't from the sender or not from now.
    #[error(transparent)]
    Refused(#[from] VerifyError),
    /// It is, but its body isn't what was asked for. The reason may repeat parts of the body.
    #[error("the message can't be read: {0}")]
    Unreadable(#[source] serde_json::Error),
}
