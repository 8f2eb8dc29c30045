//! Which server, project and credentials a command uses, and the client that it then calls with.

use std::time::{Duration, Instant};

use progenitor_client::{ClientHooks, ClientInfo, Error as RawError, OperationInfo, ResponseValue};
use reqwest::{Request, Url};
use serde_json::Value;
use stack_client::{Builder, Error, MemoryTokenStore, StackAdmin, StackClient, StackServer, Tokens};
use stack_types::{ErrorBody, Secret};

use crate::{
    command::global::Global,
    failure::{Exit, Failure, Result},
    io::Io,
    profiles::{Profile, ProfilesFile, StoredSession},
    spec::{Access, Accesses, Operation},
    trace,
};

/// The server that is asked if nothing says which.
pub const CLOUD: &str = "https://api.stack-auth.com";

/// What a command has in its hands.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where it comes from.
    pub source: Source,
    /// Server, project and credentials.
    pub profile: Profile,
}

/// Where the credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A stored profile of this name.
    Profile(String),
    /// The environment.
    Environment,
    /// Nothing was said: no credentials.
    Nothing,
}

impl Source {
    /// In words.
    pub fn describe(&self) -> String {
        match self {
            Self::Profile(name) => format!("the profile `{name}`"),
            Self::Environment => "the environment".to_owned(),
            Self::Nothing => "nobody".to_owned(),
        }
    }
}

impl Connection {
    /// What `global` and the environment choose: the profile that is named; or the environment, if it names a project;
    /// or the default profile. They are never mixed, so no key goes where it doesn't belong.
    ///
    /// # Errors
    ///
    /// If the profile isn't there, or `--url` would send its keys to another server.
    pub fn choose(io: &mut Io, global: &Global) -> Result<Self> {
        let file = ProfilesFile::of(io)?;
        let profiles = file.read()?;
        let named = global
            .profile
            .clone()
            .or_else(|| io.variable("STACK_PROFILE").map(str::to_owned));
        let mut chosen = if let Some(name) = named {
            let profile = profiles
                .profiles
                .get(&name)
                .ok_or_else(|| no_profile(&name, &profiles.profiles))?;
            Self::stored(&name, profile)
        } else if io.official_variable("STACK_PROJECT_ID").is_some() {
            Self::of_environment(io)
        } else if let Some((name, profile)) = profiles.default_profile() {
            Self::stored(name, profile)
        } else {
            Self {
                source: Source::Nothing,
                profile: Self::of_environment(io).profile,
            }
        };
        if matches!(chosen.source, Source::Profile(_))
            && let Some(warning) = file.warning()
            && !global.quiet
        {
            io.tell(&warning);
        }
        chosen.adjust(global)?;
        Ok(chosen)
    }

    fn stored(name: &str, profile: &Profile) -> Self {
        Self {
            source: Source::Profile(name.to_owned()),
            profile: profile.clone(),
        }
    }

    fn of_environment(io: &Io) -> Self {
        let secret = |name: &str| io.official_variable(name).map(Secret::from);
        Self {
            source: Source::Environment,
            profile: Profile {
                url: io.official_variable("STACK_API_URL").unwrap_or(CLOUD).to_owned(),
                project_id: io.official_variable("STACK_PROJECT_ID").unwrap_or_default().to_owned(),
                access: None,
                publishable_client_key: secret("STACK_PUBLISHABLE_CLIENT_KEY"),
                secret_server_key: secret("STACK_SECRET_SERVER_KEY"),
                super_secret_admin_key: secret("STACK_SUPER_SECRET_ADMIN_KEY"),
                access_token: secret("STACK_ACCESS_TOKEN"),
                refresh_token: secret("STACK_REFRESH_TOKEN"),
            },
        }
    }

    /// Takes in `--url` and `--project-id`.
    fn adjust(&mut self, global: &Global) -> Result<()> {
        if let Some(url) = &global.url {
            let is_same = origin(url).is_some() && origin(url) == origin(&self.profile.url);
            if let Source::Profile(name) = &self.source
                && !is_same
            {
                let message = format!(
                    "the profile `{name}` is for {}, and its credentials aren't sent to {url}",
                    self.profile.url
                );
                return Err(
                    Failure::usage(message).hint(format!("Log in there: `stack login --url {url} --profile NAME`."))
                );
            }
            self.profile.url.clone_from(url);
        }
        if let Some(id) = &global.project_id {
            self.profile.project_id.clone_from(id);
        }
        Ok(())
    }

    /// The access for a command that `allowed` may call: the one that is asked for, the one the profile prefers, or the
    /// strongest there is.
    ///
    /// # Errors
    ///
    /// If there is none, with what is missing.
    pub fn access(&self, allowed: Accesses, asked: Option<Access>) -> Result<Access> {
        let available = self.profile.accesses();
        if let Some(asked) = asked {
            if !allowed.contains(asked) {
                return Err(Failure::usage(format!(
                    "this command is for {} access",
                    allowed.names()
                )));
            }
            if !available.contains(asked) {
                return Err(self.lacks(asked.name()));
            }
            return Ok(asked);
        }
        let fits = |access: &Access| allowed.contains(*access) && available.contains(*access);
        let preferred = self.profile.preferred().filter(fits);
        let strongest = available.iter().rev().find(fits);
        preferred.or(strongest).ok_or_else(|| self.lacks(&allowed.names()))
    }

    fn lacks(&self, access: &str) -> Failure {
        let message = match &self.source {
            Source::Nothing => format!("this command needs {access} access, and nobody is logged in"),
            source => format!(
                "this command needs {access} access, and {} has no key for that",
                source.describe()
            ),
        };
        Failure::new(Exit::Unauthorized, message).hint(
            "`stack login keys` stores keys; STACK_PROJECT_ID with STACK_SECRET_SERVER_KEY or \
             STACK_SUPER_SECRET_ADMIN_KEY work too.",
        )
    }

    /// A client with this access. Of a stored profile, tokens that are renewed are stored.
    ///
    /// # Errors
    ///
    /// If a setting is missing or can't be used.
    pub fn client(&self, io: &Io, access: Access, global: &Global) -> Result<AnyClient> {
        let profile = &self.profile;
        let tokens = profile.tokens();
        let key = |key: &Option<Secret>| key.clone().unwrap_or_else(|| Secret::from(String::new()));
        Ok(match access {
            Access::Client => {
                let mut builder = self.settings(StackClient::builder(), io, global, tokens)?;
                if let Some(key) = &profile.publishable_client_key {
                    builder = builder.publishable_client_key(key.clone());
                }
                AnyClient::Client(builder.build()?)
            }
            Access::Server => {
                let builder = self.settings(StackServer::builder(), io, global, tokens)?;
                AnyClient::Server(builder.secret_server_key(key(&profile.secret_server_key)).build()?)
            }
            Access::Admin => {
                let builder = self.settings(StackAdmin::builder(), io, global, tokens)?;
                AnyClient::Admin(
                    builder
                        .super_secret_admin_key(key(&profile.super_secret_admin_key))
                        .build()?,
                )
            }
        })
    }

    fn settings<S: Settings>(&self, builder: S, io: &Io, global: &Global, tokens: Tokens) -> Result<S> {
        let timeout = global.timeout.unwrap_or(Duration::from_secs(30));
        let mut builder = builder.common(&self.profile.url, &self.profile.project_id, timeout);
        builder = match &self.source {
            Source::Profile(name) => {
                let store = StoredSession::new(ProfilesFile::of(io)?, name.clone(), tokens);
                builder.store(store)
            }
            _ => builder.store(MemoryTokenStore::new(tokens)),
        };
        Ok(match &io.http {
            Some(http) => builder.http(http.clone()),
            None => builder,
        })
    }

    /// That a project is named, which every call with credentials needs.
    ///
    /// # Errors
    ///
    /// If it isn't.
    pub fn needs_project(&self) -> Result<()> {
        if !self.profile.project_id.is_empty() {
            return Ok(());
        }
        let failure = Failure::new(Exit::Unauthorized, "nobody is logged in, and no project is named");
        Err(failure.hint("`stack login` stores a profile; `--project-id` or STACK_PROJECT_ID names a project."))
    }
}

fn no_profile<T>(name: &str, profiles: &std::collections::BTreeMap<String, T>) -> Failure {
    let names: Vec<_> = profiles.keys().map(|name| format!("`{name}`")).collect();
    let hint = match names.len() {
        0 => "There is none yet: `stack login` makes one.".to_owned(),
        _ => format!("There are {}.", names.join(", ")),
    };
    Failure::usage(format!("there is no profile `{name}`")).hint(hint)
}

/// Scheme, host and port.
pub fn origin(url: &str) -> Option<String> {
    let url: Url = url.trim().parse().ok()?;
    url.has_host().then(|| url.origin().ascii_serialization())
}

/// The settings that all kinds of client have.
trait Settings: Sized {
    fn common(self, url: &str, project_id: &str, timeout: Duration) -> Self;
    fn store(self, store: impl stack_client::TokenStore + 'static) -> Self;
    fn http(self, http: reqwest::Client) -> Self;
}

macro_rules! settings {
    ($client:ty) => {
        impl Settings for Builder<$client> {
            fn common(self, url: &str, project_id: &str, timeout: Duration) -> Self {
                // Calls without credentials need no project, but the builder does.
                let project_id = if project_id.is_empty() { "none" } else { project_id };
                self.base_url(url)
                    .project_id(project_id.to_owned())
                    .timeout(timeout)
            }

            fn store(self, store: impl stack_client::TokenStore + 'static) -> Self {
                self.token_store(store)
            }

            fn http(self, http: reqwest::Client) -> Self {
                self.http_client(http)
            }
        }
    };
}

settings!(StackClient);
settings!(StackServer);
settings!(StackAdmin);

/// A client of any kind of access.
#[derive(Debug)]
pub enum AnyClient {
    /// Client access.
    Client(StackClient),
    /// Server access.
    Server(StackServer),
    /// Admin access.
    Admin(StackAdmin),
}

/// Does the same with whichever client it is.
macro_rules! any {
    ($client:expr, $name:ident => $value:expr) => {
        match $client {
            AnyClient::Client($name) => $value,
            AnyClient::Server($name) => $value,
            AnyClient::Admin($name) => $value,
        }
    };
}

impl AnyClient {
    /// The server's origin.
    pub fn base_url(&self) -> &str {
        any!(self, client => client.baseurl())
    }

    /// Sends a request through the client's transport: with credentials, renewal of the session and repetitions.
    ///
    /// # Errors
    ///
    /// If it can't be sent, or the answer is an error.
    pub async fn send(&self, io: &mut Io, request: Request, operation: &'static str, global: &Global) -> Result<Value> {
        let info = OperationInfo {
            operation_id: operation,
        };
        any!(self, client => exchange(&**client, io, request, &info, global).await)
    }

    /// As [`Self::send`], for an operation that is sent as the tables say.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn call(&self, io: &mut Io, request: Request, operation: &Operation, global: &Global) -> Result<Value> {
        self.send(io, request, operation.id, global).await
    }
}

async fn exchange<C, I>(
    client: &C,
    io: &mut Io,
    request: Request,
    info: &OperationInfo,
    global: &Global,
) -> Result<Value>
where
    C: ClientHooks<I> + ClientInfo<I>,
{
    let mut request = request;
    client.pre::<ErrorBody>(&mut request, info).await.map_err(Error::from)?;
    if global.verbose {
        trace::request(io, &request);
    }
    let started = Instant::now();
    let response = client.exec(request, info).await.map_err(Error::Transport)?;
    if global.verbose {
        trace::response(io, &response, started.elapsed());
    }
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let error = ResponseValue::<ErrorBody>::from_response::<ErrorBody>(response).await;
        let error = error.map_or_else(Error::from, Error::from);
        return Err(error.into());
    }
    if !status.is_success() {
        return Err(Error::from(RawError::<ErrorBody>::UnexpectedResponse(response)).into());
    }
    let bytes = response.bytes().await.map_err(Error::Transport)?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let body = serde_json::from_slice(&bytes);
    let body = body.map_err(|source| RawError::<ErrorBody>::InvalidResponsePayload(bytes, source));
    Ok(body.map_err(Error::from)?)
}
