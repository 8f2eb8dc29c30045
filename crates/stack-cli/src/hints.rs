//! What to do about the errors that people meet most.

/// A hint for a known error.
pub fn of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "INVALID_PUBLISHABLE_CLIENT_KEY" | "INVALID_SECRET_SERVER_KEY" | "INVALID_SUPER_SECRET_ADMIN_KEY" => {
            "The key isn't one of this project, or it was revoked or has expired. `stack whoami` shows which profile, \
             server and project it was sent for; `stack login keys` stores another."
        }
        "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT" | "CLIENT_AUTHENTICATION_REQUIRED" => {
            "This project wants its publishable client key: `stack login keys`."
        }
        "SERVER_AUTHENTICATION_REQUIRED" | "ADMIN_AUTHENTICATION_REQUIRED" | "INSUFFICIENT_ACCESS_TYPE" => {
            "The command needs a stronger key: `stack login keys` stores one, `--access` chooses between those there are."
        }
        "CURRENT_PROJECT_NOT_FOUND" | "PROJECT_NOT_FOUND" => {
            "Is the project id right, and the server the one that the project is on? `stack whoami` shows both."
        }
        "USER_AUTHENTICATION_REQUIRED" | "CANNOT_GET_OWN_USER_WITHOUT_USER" => {
            "Nobody is signed in: `stack login password` or `stack login browser`."
        }
        "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED" | "ACCESS_TOKEN_EXPIRED" | "UNPARSABLE_ACCESS_TOKEN" => {
            "The session is over: `stack login password` or `stack login browser` begins a new one."
        }
        "EMAIL_PASSWORD_MISMATCH" => "Perhaps the user signs in another way: `stack login browser`.",
        "PASSWORD_AUTHENTICATION_NOT_ENABLED" => {
            "This project has passwords turned off. `stack login browser` signs in the way it does allow."
        }
        "MULTI_FACTOR_AUTHENTICATION_REQUIRED" => "The user has a second factor: sign in with `stack login browser`.",
        "SCHEMA_ERROR" | "BODY_PARSING_ERROR" => {
            "A value doesn't fit. `--help` says what does, and `--verbose` shows what was sent."
        }
        "EXPECTED_INTERNAL_PROJECT" => "Only a profile of the project `internal` can do this: `--profile`.",
        _ => return None,
    })
}

/// A hint for an error without one of its own.
pub fn of_status(status: u16) -> Option<&'static str> {
    Some(match status {
        401 | 403 => "`stack whoami` shows with which keys and as whom the request was sent.",
        429 => "Too many requests. It was tried again a few times already; wait a minute.",
        501 => "This server can't do that yet.",
        500..=599 => "The server is broken or overloaded. Its operator finds the request by its id.",
        _ => return None,
    })
}
