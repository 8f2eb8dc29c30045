//! A user that was read, and how clients and servers see it.

use serde::Serialize;
use serde_json::Value;

/// A user with primary e-mail and selected team. Metadata are texts of JSON: client, read only, server.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) signed_up_at: i64,
    pub(super) last_active_at: i64,
    pub(super) is_anonymous: bool,
    pub(super) is_restricted: bool,
    pub(super) otp_enabled: bool,
    pub(super) requires_totp_mfa: bool,
    pub(super) bot_score: i64,
    pub(super) free_trial_abuse_score: i64,
    pub(super) country_code: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) has_password: bool,
    pub(super) restriction_reason: Option<String>,
    pub(super) restriction_private_details: Option<String>,
    pub(super) metadata: [Option<String>; 3],
    pub(super) profile_image_url: Option<String>,
    pub(super) email: Option<String>,
    pub(super) email_is_verified: Option<bool>,
    pub(super) email_used_for_auth: Option<bool>,
    pub(super) has_passkey: bool,
    pub(super) team_id: Option<String>,
    pub(super) team_created_at: Option<i64>,
    pub(super) team_display_name: Option<String>,
    pub(super) team_profile_image_url: Option<String>,
    pub(super) team_metadata: [Option<String>; 3],
}

/// A user as clients see it.
#[derive(Serialize)]
pub(super) struct ClientUser {
    id: String,
    primary_email: Option<String>,
    primary_email_verified: bool,
    display_name: Option<String>,
    selected_team: Option<ClientTeam>,
    selected_team_id: Option<String>,
    profile_image_url: Option<String>,
    signed_up_at_millis: i64,
    has_password: bool,
    otp_auth_enabled: bool,
    passkey_auth_enabled: bool,
    client_metadata: Value,
    client_read_only_metadata: Value,
    is_anonymous: bool,
    is_restricted: bool,
    restricted_reason: Option<Reason>,
    restricted_by_admin: bool,
    restricted_by_admin_reason: Option<String>,
    oauth_providers: [(); 0],
    auth_with_email: bool,
    requires_totp_mfa: bool,
}

/// What servers see beside that.
#[derive(Serialize)]
pub(super) struct ServerUser {
    #[serde(flatten)]
    shared: ClientUser,
    primary_email_auth_enabled: bool,
    server_metadata: Value,
    last_active_at_millis: i64,
    restricted_by_admin_private_details: Option<String>,
    country_code: Option<String>,
    risk_scores: Scores,
}

#[derive(Serialize)]
struct ClientTeam {
    id: String,
    display_name: Option<String>,
    profile_image_url: Option<String>,
    client_metadata: Value,
    client_read_only_metadata: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_metadata: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at_millis: Option<i64>,
}

#[derive(Serialize)]
struct Reason {
    r#type: &'static str,
}

#[derive(Serialize)]
struct Scores {
    sign_up: SignUpScores,
}

#[derive(Serialize)]
struct SignUpScores {
    bot: i64,
    free_trial_abuse: i64,
}

impl Person {
    pub(super) fn for_client(self) -> ClientUser {
        let [client, read_only, _] = self.metadata;
        let [team_client, team_read_only, _] = self.team_metadata;
        let reason = match (self.is_anonymous, self.is_restricted) {
            (true, _) => Some(Reason { r#type: "anonymous" }),
            (false, true) => Some(Reason {
                r#type: "restricted_by_administrator",
            }),
            (false, false) => None,
        };
        ClientUser {
            selected_team: self.team_id.clone().map(|id| ClientTeam {
                id,
                display_name: self.team_display_name,
                profile_image_url: self.team_profile_image_url,
                client_metadata: json(team_client),
                client_read_only_metadata: json(team_read_only),
                server_metadata: None,
                created_at_millis: None,
            }),
            id: self.id,
            primary_email: self.email,
            primary_email_verified: self.email_is_verified.unwrap_or(false),
            display_name: self.display_name,
            selected_team_id: self.team_id,
            profile_image_url: self.profile_image_url,
            signed_up_at_millis: self.signed_up_at,
            has_password: self.has_password,
            otp_auth_enabled: self.otp_enabled,
            passkey_auth_enabled: self.has_passkey,
            client_metadata: json(client),
            client_read_only_metadata: json(read_only),
            is_anonymous: self.is_anonymous,
            is_restricted: reason.is_some(),
            restricted_reason: reason,
            restricted_by_admin: self.is_restricted,
            restricted_by_admin_reason: self.restriction_reason,
            oauth_providers: [],
            auth_with_email: self.has_password || self.otp_enabled,
            requires_totp_mfa: self.requires_totp_mfa,
        }
    }

    pub(super) fn for_server(mut self) -> ServerUser {
        let (server, team_server) = (json(self.metadata[2].take()), json(self.team_metadata[2].take()));
        let (team_created_at, private_details) = (self.team_created_at, self.restriction_private_details.take());
        let (country_code, last_active_at) = (self.country_code.take(), self.last_active_at);
        let scores = SignUpScores {
            bot: self.bot_score,
            free_trial_abuse: self.free_trial_abuse_score,
        };
        let used_for_auth = self.email_used_for_auth.unwrap_or(false);
        let mut shared = self.for_client();
        if let Some(team) = &mut shared.selected_team {
            team.created_at_millis = team_created_at;
            team.server_metadata = Some(team_server);
        }
        ServerUser {
            shared,
            primary_email_auth_enabled: used_for_auth,
            server_metadata: server,
            last_active_at_millis: last_active_at,
            restricted_by_admin_private_details: private_details,
            country_code,
            risk_scores: Scores { sign_up: scores },
        }
    }
}

/// What is kept was JSON when it was written.
fn json(text: Option<String>) -> Value {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}
