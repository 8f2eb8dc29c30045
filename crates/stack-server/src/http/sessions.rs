//! Tag `sessions`.

use std::time::Duration;

use stack_domain::{
    access::Caller,
    models::{self, IpInfo, User},
    sessions::{CreateSession, DEFAULT_LIFETIME},
};
use stack_server_api::{
    Access, ApiError, ClientAccess, Principal, ServerAccess, SessionsApi,
    sessions::{
        CreateSessionRequest, DeleteCurrentSessionRequest, DeleteSessionRequest, ListSessionsRequest,
        RefreshCurrentSessionRequest,
    },
};
use stack_types::{
    EndUserIpInfo, RefreshedSession, Session, SessionId, SessionList, SessionTokens, Success, UserIdOrMe,
};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    limits::origin,
    server::SUCCESS,
};

type Anybody = Principal<Access, Tenant, Option<User>>;

impl SessionsApi for Server {
    async fn list_sessions_as_client(
        &self,
        who: Principal<ClientAccess, Tenant, User>,
        request: ListSessionsRequest,
    ) -> Result<SessionList, ApiError> {
        self.list_sessions(&signed_in(who), request.query.user_id).await
    }

    async fn list_sessions_as_server(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: ListSessionsRequest,
    ) -> Result<SessionList, ApiError> {
        self.list_sessions(&caller(who), request.query.user_id).await
    }

    async fn create_session(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: CreateSessionRequest,
    ) -> Result<SessionTokens, ApiError> {
        let (caller, body) = (caller(who), request.body);
        let command = CreateSession {
            user_id: caller.resolve(body.user_id).map_err(api_error)?,
            lifetime: body.expires_in_millis.map_or(DEFAULT_LIFETIME, lifetime),
            is_impersonation: body.is_impersonation.unwrap_or(false),
        };
        let begun = self.domain.sessions.create(&caller.tenant, command).await;
        begun.map(session_tokens).map_err(api_error)
    }

    async fn delete_current_session(&self, who: Anybody, _: DeleteCurrentSessionRequest) -> Result<Success, ApiError> {
        let ended = self.domain.sessions.sign_out(&caller(who)).await;
        ended.map(|()| SUCCESS).map_err(api_error)
    }

    async fn refresh_current_session(
        &self,
        who: Anybody,
        request: RefreshCurrentSessionRequest,
    ) -> Result<RefreshedSession, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, token, ip_info) = (&who.tenant.project, request.refresh_token, origin.ip_info());
        match self.domain.sessions.refresh(project, &token, ip_info.as_ref()).await {
            Ok(access_token) => Ok(RefreshedSession { access_token }),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn delete_session(&self, who: Anybody, request: DeleteSessionRequest) -> Result<Success, ApiError> {
        let caller = caller(who);
        let user = caller.resolve(request.query.user_id).map_err(api_error)?;
        let ended = self.domain.sessions.delete(&caller, request.path.id, user).await;
        ended.map(|()| SUCCESS).map_err(api_error)
    }
}

impl Server {
    async fn list_sessions(&self, caller: &Caller, user: UserIdOrMe) -> Result<SessionList, ApiError> {
        let user = caller.resolve(user).map_err(api_error)?;
        let sessions = self.domain.sessions.list(caller, user).await.map_err(api_error)?;
        Ok(SessionList {
            items: sessions
                .into_iter()
                .map(|session| wire_session(session, caller.session_id))
                .collect(),
            is_paginated: false,
            pagination: None,
        })
    }
}

/// A length of time; one before the beginning is none.
fn lifetime(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn session_tokens(tokens: stack_domain::sessions::SessionTokens) -> SessionTokens {
    SessionTokens {
        refresh_token: tokens.refresh_token,
        access_token: tokens.access_token,
    }
}

fn wire_session(session: models::Session, current: Option<SessionId>) -> Session {
    Session {
        id: session.id,
        user_id: session.user_id,
        created_at: session.created_at,
        is_impersonation: session.is_impersonation,
        last_used_at: Some(session.last_used_at),
        is_current_session: Some(current == Some(session.id)),
        last_used_at_end_user_ip_info: session.last_used_ip_info.map(end_user_ip_info),
    }
}

fn end_user_ip_info(info: IpInfo) -> EndUserIpInfo {
    EndUserIpInfo {
        ip: info.ip,
        country_code: info.country_code.into(),
        region_code: info.region_code.into(),
        city_name: info.city_name.into(),
        latitude: info.latitude.into(),
        longitude: info.longitude.into(),
        tz_identifier: info.tz_identifier.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_below_zero_is_none() {
        assert_eq!(lifetime(-1), Duration::ZERO);
        assert_eq!(lifetime(1500), Duration::from_millis(1500));
    }
}
