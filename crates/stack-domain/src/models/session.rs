//! Sessions: the right of one device to mint access tokens for a user.

use serde::{Deserialize, Serialize};
use stack_types::{Millis, SessionId, UserId};

/// A session. Its refresh token is known to the client only; the server keeps a hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The session's id, `refresh_token_id` in access tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// SHA-256 of the refresh token; unique in the project.
    pub token_hash: TokenHash,
    /// When it began.
    pub created_at: Millis,
    /// From when on its refresh token is refused.
    pub expires_at: Millis,
    /// Whether somebody acts in the user's name; such sessions are shown to admins only.
    pub is_impersonation: bool,
    /// When it last minted an access token.
    pub last_used_at: Millis,
    /// From where it was last used, if known.
    pub last_used_ip_info: Option<IpInfo>,
}

/// SHA-256 of a random token of 224 bits: as good as the token for finding its row, useless for using it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Where a request came from. Stored as the JSON that the wire shows, camelCase included.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IpInfo {
    /// The address.
    pub ip: String,
    /// Whether the connection or a trusted proxy vouches for the address.
    #[serde(default)]
    pub is_trusted: bool,
    /// ISO 3166 code of the country.
    #[serde(default)]
    pub country_code: Option<String>,
    /// Code of the region.
    #[serde(default)]
    pub region_code: Option<String>,
    /// The city.
    #[serde(default)]
    pub city_name: Option<String>,
    /// Degrees north.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// IANA name of the time zone.
    #[serde(default)]
    pub tz_identifier: Option<String>,
}
