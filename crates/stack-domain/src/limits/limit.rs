//! What is limited, and how far by default.

use std::time::Duration;

use crate::models::Budget;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// One thing that may be tried so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// First factors that an address shows: passwords, codes of mails, passkeys, sign-ins at providers.
    SignInPerAddress,
    /// Passwords that are tried for an account.
    SignInPerAccount,
    /// New users from an address, anonymous ones included.
    SignUpPerAddress,
    /// New users of a project from all addresses.
    SignUpPerProject,
    /// Mails that an address asks for.
    MailPerAddress,
    /// Mails to an account that anybody asks for.
    MailPerAccount,
    /// Second factors that are tried for a user, whatever the attempt.
    SecondFactorPerAccount,
    /// Access tokens that a session mints.
    RefreshPerSession,
    /// Wrong refresh tokens and codes that an address shows. Right ones aren't counted.
    WrongTokenPerAddress,
    /// Logins of command line tools that an address starts.
    CliLoginPerAddress,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::SignInPerAddress,
        Self::SignInPerAccount,
        Self::SignUpPerAddress,
        Self::SignUpPerProject,
        Self::MailPerAddress,
        Self::MailPerAccount,
        Self::SecondFactorPerAccount,
        Self::RefreshPerSession,
        Self::WrongTokenPerAddress,
        Self::CliLoginPerAddress,
    ];

    /// Its name in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignInPerAddress => "sign-in.address",
            Self::SignInPerAccount => "sign-in.account",
            Self::SignUpPerAddress => "sign-up.address",
            Self::SignUpPerProject => "sign-up.project",
            Self::MailPerAddress => "mail.address",
            Self::MailPerAccount => "mail.account",
            Self::SecondFactorPerAccount => "second-factor.account",
            Self::RefreshPerSession => "refresh.session",
            Self::WrongTokenPerAddress => "wrong-token.address",
            Self::CliLoginPerAddress => "cli-login.address",
        }
    }

    /// The budget that it has unless the settings say otherwise.
    pub const fn default_budget(self) -> Budget {
        let (tries, secs) = match self {
            Self::SignInPerAddress | Self::RefreshPerSession | Self::WrongTokenPerAddress => (300, 5 * MINUTE),
            Self::SignInPerAccount => (30, 15 * MINUTE),
            Self::SignUpPerAddress => (300, HOUR),
            Self::SignUpPerProject => (10_000, HOUR),
            Self::MailPerAddress => (100, HOUR),
            Self::MailPerAccount => (30, HOUR),
            Self::SecondFactorPerAccount => (10, 20 * MINUTE),
            Self::CliLoginPerAddress => (100, 10 * MINUTE),
        };
        Budget {
            tries,
            period: Duration::from_secs(secs),
        }
    }
}
