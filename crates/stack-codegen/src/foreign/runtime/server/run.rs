//! The way of a request from the router to its method.

use axum::{extract::Request, response::Response};

use crate::{Answer, Decode, Failure, Operation, Received, Respond, answer};

/// Reads the request, calls the method, sends what it gives.
pub(crate) async fn run<R, A, F>(
    operation: &'static Operation,
    request: Request,
    method: impl FnOnce(R) -> F,
) -> Response
where
    R: Decode,
    A: Respond,
    F: Future<Output = Result<Answer<A>, Failure>>,
{
    let request = match Received::read(operation, request).await {
        Ok(received) => received.into_request(),
        Err(failure) => Err(failure),
    };
    match request {
        Ok(request) => method(request).await.map_or_else(Failure::into_response, answer::send),
        Err(failure) => failure.into_response(),
    }
}
