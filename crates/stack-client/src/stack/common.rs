//! What the three kinds of client have in common.

/// Defines a client over the generated client of `$access`.
macro_rules! stack {
    ($(#[$doc:meta])* $name:ident, $access:ident, keys: $keys:expr, needed: $needed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(crate::$access::Client);

        impl $name {
            /// Starts the settings of a client.
            pub fn builder() -> crate::Builder<Self> {
                crate::Builder::new()
            }

            /// A client with the settings of the environment, which have the names that other Stack Auth clients use
            /// (the crate's page lists them); they may have the prefix `NEXT_PUBLIC_`.
            ///
            /// # Errors
            ///
            /// As [`Builder::build`](crate::Builder::build) says.
            pub fn from_env() -> Result<Self, crate::BuildError> {
                crate::stack::from_env().build()
            }

            /// The tokens of the signed-in user.
            pub fn tokens(&self) -> crate::Tokens {
                self.0.inner.tokens()
            }

            /// The access token of the signed-in user, renewed if it is about to expire: what to send to a server of your
            /// own that checks it. `None` if nobody is signed in.
            ///
            /// # Errors
            ///
            /// If it can't be renewed.
            pub async fn access_token(&self) -> crate::Result<Option<crate::types::Secret>> {
                self.0.inner.access_token(&self.0.client).await
            }

            /// Keeps the tokens of a session, for example the answer of a sign-in: later calls act as its user.
            pub fn remember(&self, tokens: impl Into<crate::Tokens>) {
                self.0.inner.set_tokens(tokens.into());
            }

            /// Forgets the session without telling the server.
            pub fn forget(&self) {
                self.0.inner.set_tokens(crate::Tokens::default());
            }

            /// Ends the session on the server and forgets it. Without a session it does nothing; a session that is
            /// over already is no error.
            ///
            /// # Errors
            ///
            /// If the server can't be asked; the session is kept then, so that it can be tried again.
            pub async fn sign_out(&self) -> crate::Result<()> {
                use crate::types::KnownError;

                if self.tokens() == crate::Tokens::default() {
                    return Ok(());
                }
                let (http, transport) = (&self.0.client, &self.0.inner);
                let request = transport.request(reqwest::Method::DELETE, "/auth/sessions/current")?;
                let ended: crate::Result<serde::de::IgnoredAny> =
                    transport.call(http, "delete_current_session", request).await;
                match ended {
                    Ok(_) => {}
                    Err(error) => match error.known() {
                        Some(
                            KnownError::AccessTokenExpired { .. } | KnownError::RefreshTokenNotFoundOrExpired,
                        ) => {}
                        _ => return Err(error),
                    },
                }
                self.forget();
                Ok(())
            }

            /// A client for another session over the same connections: cheap enough to make one per request of a
            /// server's own users.
            #[must_use]
            pub fn with_tokens(&self, tokens: impl Into<crate::Tokens>) -> Self {
                let store = std::sync::Arc::new(crate::MemoryTokenStore::new(tokens.into()));
                self.with_transport(self.0.inner.with_tokens(store))
            }

            /// A client for the same session whose attempts may take this long, for a single call that is in a hurry
            /// or needs patience.
            #[must_use]
            pub fn with_timeout(&self, timeout: std::time::Duration) -> Self {
                self.with_transport(self.0.inner.with_timeout(timeout))
            }

            /// Starts the settings of a verifier of access tokens of the same project, over the same connections.
            #[cfg(feature = "verify")]
            pub fn verifier(&self) -> crate::verify::VerifierBuilder {
                let connection = self.0.inner.connection();
                crate::verify::Verifier::builder()
                    .base_url(&connection.base_url)
                    .project_id(connection.project_id.clone())
                    .http_client(self.0.client.clone())
            }

            fn with_transport(&self, transport: crate::transport::Transport) -> Self {
                crate::stack::Stack::from_parts(self.0.client.clone(), transport)
            }
        }

        impl crate::stack::Stack for $name {
            const ACCESS: &'static str = stringify!($access);
            const KEYS: &'static [crate::stack::Key] = $keys;
            const NEEDED_KEY: Option<&'static str> = $needed;
            const WITHOUT_CREDENTIALS: &'static [&'static str] = crate::$access::WITHOUT_CREDENTIALS;
            const WITH_REFRESH_TOKEN: &'static [&'static str] = crate::$access::WITH_REFRESH_TOKEN;
            const WITH_USER: &'static [&'static str] = crate::$access::WITH_USER;

            fn from_parts(http: reqwest::Client, transport: crate::transport::Transport) -> Self {
                let base_url = transport.connection().base_url.clone();
                Self(crate::$access::Client::new_with_client(&base_url, http, transport))
            }
        }

        impl std::ops::Deref for $name {
            type Target = crate::$access::Client;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
}

pub(super) use stack;
