//! A tower layer that lets in whoever is signed in.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{Refusal, SignedInUser, Verifier, checked};

/// Checks the access token of each request and puts the [`SignedInUser`] into its extensions.
///
/// Requests whose token isn't good are answered as the server would answer them, and don't get to the service.
///
/// # Examples
///
/// ```no_run
/// # #[cfg(all(feature = "axum", feature = "tower"))]
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Extension, Router, routing::get};
/// use stack_client::verify::{SignedInUser, Verifier, VerifyLayer};
///
/// let app: Router = Router::new()
///     .route("/me", get(async |Extension(user): Extension<SignedInUser>| user.user_id.to_string()))
///     .layer(VerifyLayer::new(Verifier::from_env()?));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct VerifyLayer {
    verifier: Verifier,
    needed: bool,
}

impl VerifyLayer {
    /// Lets in whoever is signed in, and nobody else.
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, needed: true }
    }

    /// Lets in requests without a token too; their extensions hold no user.
    pub fn optional(verifier: Verifier) -> Self {
        Self {
            verifier,
            needed: false,
        }
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, service: S) -> Verify<S> {
        Verify {
            service,
            layer: self.clone(),
        }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Debug, Clone)]
pub struct Verify<S> {
    service: S,
    layer: VerifyLayer,
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that was polled is the one that is ready; its clone isn't yet.
        let clone = self.service.clone();
        let mut service = mem::replace(&mut self.service, clone);
        let VerifyLayer { verifier, needed } = self.layer.clone();
        Box::pin(async move {
            let user = match verifier.verify_headers(request.headers()).await {
                Ok(None) if needed => return Ok(Refusal::NotSignedIn.to_response()),
                Ok(user) => user,
                Err(error) => return Ok(Refusal::from(error).to_response()),
            };
            // Whatever an outer layer took somebody for, this is who it is.
            let extensions = request.extensions_mut();
            extensions.remove::<SignedInUser>();
            if let Some(user) = user {
                checked::remember(&verifier, &user, extensions);
                extensions.insert(user);
            }
            service.call(request).await
        })
    }
}
