//! A server and clients of every access, connected by a socket.

use std::sync::Arc;

use stack_client::{Retries, StackAdmin, StackClient, StackServer, Tokens};
use stack_server_api::{WireLayer, routes};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    glue::Call,
    recorder::{Orders, Recorder, Taken},
    sent::{Outcome, Sent},
};

/// The tokens of the signed-in user. They tell nothing of themselves, so that the client doesn't renew them.
pub(crate) const ACCESS_TOKEN: &str = "an access token";
pub(crate) const REFRESH_TOKEN: &str = "a refresh token";

/// A client per access.
pub(crate) struct Stacks {
    pub client: StackClient,
    pub server: StackServer,
    pub admin: StackAdmin,
}

impl Stacks {
    fn at(url: &str) -> Self {
        // Nothing goes over TLS, and reading the machine's certificates takes longer than all calls.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([])
            .no_proxy();
        let http = http.build().expect("an HTTP client");
        macro_rules! stack {
            ($stack:ident) => {
                $stack::builder()
                    .base_url(url)
                    .project_id("internal")
                    .retries(Retries::NONE)
                    .http_client(http.clone())
            };
        }
        Self {
            client: stack!(StackClient).build().expect("settings that hold"),
            server: stack!(StackServer)
                .secret_server_key("a key")
                .build()
                .expect("settings that hold"),
            admin: stack!(StackAdmin)
                .super_secret_admin_key("a key")
                .build()
                .expect("settings that hold"),
        }
    }

    /// The same with these tokens.
    fn remember(&self, tokens: &Tokens) {
        self.client.remember(tokens.clone());
        self.server.remember(tokens.clone());
        self.admin.remember(tokens.clone());
    }
}

pub(crate) struct World {
    runtime: Runtime,
    recorder: Arc<Recorder>,
    stacks: Stacks,
}

impl World {
    pub fn start() -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("a runtime");
        let recorder = Arc::new(Recorder::default());
        let router = WireLayer::new().wrap(routes::<Recorder>().with_state(recorder.clone()));
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        runtime.spawn(async move { axum::serve(listener, router).await });
        let stacks = runtime.block_on(async { Stacks::at(&format!("http://{address}")) });
        Self {
            runtime,
            recorder,
            stacks,
        }
    }

    /// Calls with these parts and tokens a server with these orders: what its method got, if it was reached, and what
    /// came of the call.
    ///
    /// # Panics
    ///
    /// If the client can't send one of the parts.
    pub fn call(
        &self,
        call: &Call,
        mut sent: Sent,
        tokens: &Tokens,
        orders: Orders,
    ) -> (Option<(&'static str, Taken)>, Outcome) {
        self.stacks.remember(tokens);
        self.recorder.order(orders);
        let answered = (call.make)(&self.stacks, &mut sent);
        assert!(sent.is_used_up(), "the client can't send {sent:?}");
        let outcome = self.runtime.block_on(answered);
        (self.recorder.taken(), outcome)
    }
}
