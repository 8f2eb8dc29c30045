//! Hands the requests of every generated client to [`Transport`].

use progenitor_client::{ClientHooks, ClientInfo, Error, OperationInfo};
use reqwest::{Request, Response};

use crate::transport::Transport;

macro_rules! hook {
    ($feature:literal, $access:ident) => {
        #[cfg(feature = $feature)]
        impl ClientHooks<Transport> for crate::$access::Client {
            async fn pre<E>(&self, request: &mut Request, info: &OperationInfo) -> Result<(), Error<E>> {
                self.inner().prepare(request, info).map_err(Error::InvalidRequest)
            }

            async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
                self.inner().execute(self.client(), request, info).await
            }
        }
    };
}

hook!("client", client);
hook!("server", server);
hook!("admin", admin);
