//! What every way to sign in ends with, once its first factor was right.
//!
//! A session begins in three places only: here, where the second factor was right ([`crate::mfa`]), and where a server
//! asks for one itself. So nobody with a second factor gets a token before it was shown.

use serde::{Deserialize, Serialize};
use stack_types::{KnownError, Secret, UserId};

use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    models::{CodeKind, IpInfo, User},
    ports::{Repositories, Storage},
    sessions::SessionTokens,
};

/// What an attempt code was given for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingSignIn {
    /// Who showed the first factor.
    pub(crate) user_id: UserId,
    /// Whether they signed up with it.
    pub(crate) is_new_user: bool,
}

/// What a right first factor is worth. The transaction must be committed before it is turned into tokens.
#[derive(Debug)]
#[must_use = "commit the transaction, then turn it into tokens"]
pub(crate) enum FirstFactor {
    /// All there is to show: a session.
    Complete(SessionTokens),
    /// The right to show the second factor.
    SecondFactorNeeded { attempt_code: Secret },
}

impl FirstFactor {
    /// The tokens.
    ///
    /// # Errors
    ///
    /// `MULTI_FACTOR_AUTHENTICATION_REQUIRED` if a second factor is needed.
    pub(crate) fn into_tokens(self) -> DomainResult<SessionTokens> {
        match self {
            Self::Complete(tokens) => Ok(tokens),
            Self::SecondFactorNeeded { attempt_code } => {
                Err(KnownError::MultiFactorAuthenticationRequired { attempt_code }.into())
            }
        }
    }
}

impl<S: Storage> Core<S> {
    /// Begins a session, or the wait for the second factor, within a transaction that the caller commits.
    pub(crate) async fn pass_first_factor(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
        is_new_user: bool,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<FirstFactor> {
        if !user.sign_in.requires_totp_mfa {
            let tokens = self.begin_session(writer, tenant, user, ip_info).await?;
            return Ok(FirstFactor::Complete(tokens));
        }
        let pending = PendingSignIn {
            user_id: user.profile.id,
            is_new_user,
        };
        let attempt_code = self
            .issue_code(writer, tenant, CodeKind::SecondFactor, &pending)
            .await?;
        Ok(FirstFactor::SecondFactorNeeded { attempt_code })
    }
}
