//! Tag `cli-auth`.

use std::time::Duration;

use stack_domain::{
    cli_auth::{ClaimedSession, CliLoginProgress as Progress, DEFAULT_LIFETIME, StartedCliLogin},
    models::User,
};
use stack_server_api::{
    Access, ApiError, CliAuthApi, Principal,
    cli_auth::{CompleteCliLoginRequest, PollCliLoginAnswer, PollCliLoginRequest, StartCliLoginRequest},
};
use stack_types::{
    CliLogin, CliLoginChecked, CliLoginClaimed, CliLoginCompleted, CliLoginMode, CliLoginProgress, CliLoginStatus,
    CliSessionState, Millis,
};
use time::OffsetDateTime;

use super::{Server, authenticate::Tenant, error::api_error, limits::origin, server::SUCCESS};

type Anybody = Principal<Access, Tenant, Option<User>>;

impl CliAuthApi for Server {
    async fn start_cli_login(&self, who: Anybody, request: StartCliLoginRequest) -> Result<CliLogin, ApiError> {
        let origin = origin(&who, &request.info);
        let limits = &self.domain.limits;
        limits
            .start_cli_login(&who.tenant.project, origin)
            .await
            .map_err(api_error)?;
        let body = request.body.unwrap_or_default();
        let lifetime = body.expires_in_millis.map_or(DEFAULT_LIFETIME, lifetime);
        let anonymous = body.anon_refresh_token.as_ref();
        let started = self
            .domain
            .cli_auth
            .start(&who.tenant.project, lifetime, anonymous)
            .await;
        started.map(cli_login).map_err(api_error)
    }

    async fn poll_cli_login(&self, who: Anybody, request: PollCliLoginRequest) -> Result<PollCliLoginAnswer, ApiError> {
        let code = request.body.polling_code;
        match self.domain.cli_auth.poll(&who.tenant.project, &code).await {
            Ok(stands) => Ok(answer(stands)),
            Err(error) => {
                let origin = origin(&who, &request.info);
                Err(self.refused_token(&who.tenant.project, origin, error).await)
            }
        }
    }

    async fn complete_cli_login(
        &self,
        who: Anybody,
        request: CompleteCliLoginRequest,
    ) -> Result<CliLoginCompleted, ApiError> {
        let (project, body) = (&who.tenant.project, request.body);
        let (logins, code) = (&self.domain.cli_auth, &body.login_code);
        let done = match body.mode {
            Some(CliLoginMode::Check) => logins.has_anonymous_session(project, code).await.map(checked),
            Some(CliLoginMode::ClaimAnonSession) => logins.claim_anonymous_session(project, code).await.map(claimed),
            Some(CliLoginMode::Unknown(mode)) => return Err(ApiError::schema(format!("There is no mode {mode}."))),
            Some(CliLoginMode::Complete) | None => {
                let token = body.refresh_token.as_ref().ok_or_else(no_refresh_token)?;
                let completed = logins.complete(project, code, token).await;
                completed.map(|()| CliLoginCompleted::Success(SUCCESS))
            }
        };
        match done {
            Ok(completed) => Ok(completed),
            Err(error) => {
                let origin = origin(&who, &request.info);
                Err(self.refused_token(project, origin, error).await)
            }
        }
    }
}

/// A length of time; one before the beginning is none.
fn lifetime(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn cli_login(started: StartedCliLogin) -> CliLogin {
    CliLogin {
        polling_code: started.polling_code,
        login_code: started.login_code,
        expires_at: iso_8601(started.expires_at),
    }
}

/// Down to the millisecond, in UTC.
pub(super) fn iso_8601(instant: Millis) -> String {
    let nanos = i128::from(instant.get()) * 1_000_000;
    // Years beyond 9999 have no such form; nobody waits that long.
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, time) = (at.date(), at.time());
    format!(
        "{date}T{:02}:{:02}:{:02}.{:03}Z",
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

fn answer(stands: Progress) -> PollCliLoginAnswer {
    let progress = |status| CliLoginProgress {
        status,
        refresh_token: None,
    };
    match stands {
        Progress::Waiting => PollCliLoginAnswer::Ok(progress(CliLoginStatus::Waiting)),
        Progress::Expired => PollCliLoginAnswer::Ok(progress(CliLoginStatus::Expired)),
        Progress::Used => PollCliLoginAnswer::Ok(progress(CliLoginStatus::Used)),
        Progress::Success(token) => PollCliLoginAnswer::Created(CliLoginProgress {
            refresh_token: Some(token),
            ..progress(CliLoginStatus::Success)
        }),
    }
}

fn checked(has_anonymous_session: bool) -> CliLoginCompleted {
    CliLoginCompleted::CliLoginChecked(CliLoginChecked {
        cli_session_state: if has_anonymous_session {
            CliSessionState::Anonymous
        } else {
            CliSessionState::None
        },
    })
}

fn claimed(session: ClaimedSession) -> CliLoginCompleted {
    CliLoginCompleted::CliLoginClaimed(CliLoginClaimed {
        access_token: session.access_token,
        refresh_token: session.refresh_token,
    })
}

fn no_refresh_token() -> ApiError {
    ApiError::text(
        http::StatusCode::BAD_REQUEST,
        "The mode complete needs the refresh_token that the tool shall get.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_down_to_the_millisecond() {
        assert_eq!(iso_8601(Millis(1_767_323_045_678)), "2026-01-02T03:04:05.678Z");
        assert_eq!(iso_8601(Millis(1_000)), "1970-01-01T00:00:01.000Z");
    }
}
