//! Calls that this crate makes on its own account, whichever calls are generated.

use progenitor_client::{Error as RawError, OperationInfo, ResponseValue};
use reqwest::{
    Client, Method, Request, Response, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use stack_types::ErrorBody;

use crate::{
    Error,
    call::Call,
    transport::{Transport, insert_all, readable},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Transport {
    /// Sends a request with the credentials of this client.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        http: &Client,
        operation_id: &'static str,
        mut request: Request,
    ) -> Result<T, Error> {
        let info = OperationInfo { operation_id };
        self.prepare(&mut request, &info).map_err(Error::Invalid)?;
        decoded(self.execute(http, request, &info).await).await
    }

    /// Sends a request without any credentials.
    pub(crate) async fn call_openly<T: DeserializeOwned>(
        &self,
        http: &Client,
        operation_id: &'static str,
        mut request: Request,
    ) -> Result<T, Error> {
        insert_all(request.headers_mut(), &self.connection().common);
        let call = Call::begin(operation_id, request.method());
        let answer = match call.watch(self.connection().retries.send(http, request, &call)).await {
            Ok(response) => readable(response).await,
            Err(error) => Err(error),
        };
        decoded(answer).await
    }

    /// A request for this path below the base path.
    pub(crate) fn request(&self, method: Method, path: &str) -> Result<Request, Error> {
        let url: Url = format!("{}/api/v1{path}", self.connection().base_url)
            .parse()
            .map_err(|error: url::ParseError| Error::Invalid(error.to_string()))?;
        let mut request = Request::new(method, url);
        request.headers_mut().insert(ACCEPT, JSON);
        Ok(request)
    }

    /// A `POST` of this body to this path below the base path.
    pub(crate) fn post(&self, path: &str, body: &impl Serialize) -> Result<Request, Error> {
        let mut request = self.request(Method::POST, path)?;
        let body = serde_json::to_vec(body).map_err(|error| Error::Invalid(error.to_string()))?;
        *request.body_mut() = Some(body.into());
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        Ok(request)
    }
}

/// What an answer that is no success says.
pub(crate) async fn refusal(response: Response) -> Error {
    match readable(response).await {
        Ok(response) => match decoded::<serde::de::IgnoredAny>(Ok(response)).await {
            Err(error) => error,
            Ok(_) => Error::Invalid("the server neither did what was asked nor said why".to_owned()),
        },
        Err(error) => Error::Transport(error),
    }
}

async fn decoded<T: DeserializeOwned>(answer: reqwest::Result<Response>) -> Result<T, Error> {
    let response = answer.map_err(RawError::<ErrorBody>::from)?;
    let status = response.status();
    if status.is_success() {
        let answer = ResponseValue::<T>::from_response::<ErrorBody>(response).await?;
        return Ok(answer.into_inner());
    }
    if !status.is_client_error() && !status.is_server_error() {
        return Err(RawError::<ErrorBody>::UnexpectedResponse(response).into());
    }
    let refusal = ResponseValue::<ErrorBody>::from_response::<ErrorBody>(response).await?;
    Err(RawError::ErrorResponse(refusal).into())
}
