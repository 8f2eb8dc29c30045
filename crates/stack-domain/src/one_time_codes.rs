//! One-time codes: made, tried and used up.
//!
//! A code has 45 characters, 224 random bits. A mail shows the first six of them beside a link with the whole; who asked
//! for the mail gets the other 39, so that the six suffice to whoever has both. Every try is counted at all codes that
//! end the same, so the six can't be guessed either.
//!
//! The checks come in a fixed order, and a code is used up before what it allows is done: if that fails, a new code is
//! needed.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use stack_types::{KnownError, Millis, ProjectId, Secret};
use url::Url;

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{CodeKind, OneTimeCode, OneTimeCodeId, TokenHash},
    ports::{OneTimeCodeRepository, Repositories, Storage, Transaction},
    secrets::{digest, random},
};

/// How many characters a code has.
pub(crate) const CODE_LENGTH: usize = 45;
/// How many characters a mail shows.
pub(crate) const SHORT_LENGTH: usize = 6;
/// How often a code may be tried.
const MAX_ATTEMPTS: u32 = 20;

/// A code that was made just now.
#[derive(Debug)]
pub(crate) struct IssuedCode {
    pub(crate) id: OneTimeCodeId,
    /// Its 45 characters.
    pub(crate) code: Secret,
    /// When it was made.
    pub(crate) created_at: Millis,
    /// From when on it is refused.
    pub(crate) expires_at: Millis,
}

/// A code that may be used now.
#[derive(Debug)]
pub(crate) struct CheckedCode<D> {
    pub(crate) id: OneTimeCodeId,
    /// What it was made for.
    pub(crate) data: D,
}

/// A code as it is, used up or expired too: for flows with checks and errors of their own.
#[derive(Debug)]
pub(crate) struct FoundCode<D> {
    pub(crate) id: OneTimeCodeId,
    /// What it was made for.
    pub(crate) data: D,
    /// From when on it is refused.
    pub(crate) expires_at: Millis,
    /// Whether it was used.
    pub(crate) is_used: bool,
}

/// A code with the project that it can be looked for in, for where it comes back without credentials.
pub(crate) fn with_project(code: &Secret, project: &ProjectId) -> Secret {
    Secret::new(format!("{}-{project}", code.expose()))
}

impl<S: Storage> Core<S> {
    /// Makes a code of 45 characters within a transaction that the caller commits.
    pub(crate) async fn issue_code<D: Serialize + Sync>(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        kind: CodeKind,
        data: &D,
    ) -> DomainResult<Secret> {
        let issued = self.issue_known_code(writer, tenant, kind, data).await?;
        Ok(issued.code)
    }

    /// As [`Core::issue_code`], for those who have to find the code again without knowing it.
    pub(crate) async fn issue_known_code<D: Serialize + Sync>(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        kind: CodeKind,
        data: &D,
    ) -> DomainResult<IssuedCode> {
        self.keep_code(writer, tenant, kind, random::token(&*self.rng), data)
            .await
    }

    /// Keeps a code that was made before, within a transaction that the caller commits.
    pub(crate) async fn keep_code<D: Serialize + Sync>(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        kind: CodeKind,
        code: Secret,
        data: &D,
    ) -> DomainResult<IssuedCode> {
        let id = OneTimeCodeId(random::uuid(&*self.rng));
        let now = self.now();
        let text = serde_json::to_string(data).map_err(DomainError::internal)?;
        let row = OneTimeCode {
            id,
            kind,
            hash: digest::token_hash(&code),
            tail_hash: tail_hash(&code),
            created_at: now,
            expires_at: now.saturating_add(kind.lifetime()),
            used_at: None,
            attempts: 0,
            data: self.sealer.seal(&owner(tenant.id(), id), &text, &*self.rng),
        };
        writer.insert_one_time_code(tenant.id(), &row).await?;
        Ok(IssuedCode {
            id,
            code,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }

    /// Tries a code, which counts, and doesn't use it up.
    ///
    /// # Errors
    ///
    /// In this order: `VERIFICATION_CODE_NOT_FOUND`, `VERIFICATION_CODE_EXPIRED`, `VERIFICATION_CODE_ALREADY_USED`,
    /// `VERIFICATION_CODE_MAX_ATTEMPTS_REACHED`.
    pub(crate) async fn check_code<D: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        kind: CodeKind,
        code: &Secret,
    ) -> DomainResult<CheckedCode<D>> {
        let (project, now) = (tenant.id(), self.now());
        let code = Secret::new(code.expose().to_lowercase());
        let mut writer = self.storage.write().await?;
        writer.count_one_time_code_attempt(project, &tail_hash(&code)).await?;
        let found = writer
            .find_one_time_code(project, kind, &digest::token_hash(&code))
            .await?;
        writer.commit().await?;
        let row = found.ok_or(KnownError::VerificationCodeNotFound)?;
        if row.expires_at <= now {
            return Err(KnownError::VerificationCodeExpired.into());
        }
        if row.used_at.is_some() {
            return Err(KnownError::VerificationCodeAlreadyUsed.into());
        }
        if row.attempts > MAX_ATTEMPTS {
            return Err(KnownError::VerificationCodeMaxAttemptsReached.into());
        }
        Ok(CheckedCode {
            id: row.id,
            data: self.data_of(tenant, &row)?,
        })
    }

    /// Looks a code up, and neither counts nor checks nor uses it.
    pub(crate) async fn find_code<D: DeserializeOwned>(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        kind: CodeKind,
        code: &Secret,
    ) -> DomainResult<Option<FoundCode<D>>> {
        let Some(row) = repositories
            .find_one_time_code(tenant.id(), kind, &digest::token_hash(code))
            .await?
        else {
            return Ok(None);
        };
        Ok(Some(FoundCode {
            id: row.id,
            data: self.data_of(tenant, &row)?,
            expires_at: row.expires_at,
            is_used: row.used_at.is_some(),
        }))
    }

    /// The project of a code that [`with_project`] has made, and the code alone. Ask before a transaction begins: the
    /// project may have to be read.
    pub(crate) async fn split_project(&self, code: &Secret) -> DomainResult<Option<(Arc<Tenant>, Secret)>> {
        let parts = code.expose().split_at_checked(CODE_LENGTH);
        let Some((code, project)) = parts.and_then(|(code, rest)| Some((code, rest.strip_prefix('-')?))) else {
            return Ok(None);
        };
        let tenant = self.find_tenant(&ProjectId::from(project)).await?;
        Ok(tenant.map(|tenant| (tenant, Secret::new(code))))
    }

    /// What a code was made for.
    fn data_of<D: DeserializeOwned>(&self, tenant: &Tenant, row: &OneTimeCode) -> DomainResult<D> {
        let text = self.sealer.open(&owner(tenant.id(), row.id), &row.data)?;
        serde_json::from_str(&text).map_err(DomainError::internal)
    }

    /// Uses a code up, for good: in a transaction of its own.
    ///
    /// # Errors
    ///
    /// `VERIFICATION_CODE_ALREADY_USED` if somebody was faster.
    pub(crate) async fn consume_code<D: Sync>(&self, tenant: &Tenant, code: &CheckedCode<D>) -> DomainResult<()> {
        let mut writer = self.storage.write().await?;
        self.use_code(&mut writer, tenant, code).await?;
        Ok(writer.commit().await?)
    }

    /// Uses a code up within a transaction that the caller commits: if what it allows fails, the code is as good as it
    /// was.
    ///
    /// # Errors
    ///
    /// As [`Core::consume_code`].
    pub(crate) async fn use_code<D: Sync>(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        code: &CheckedCode<D>,
    ) -> DomainResult<()> {
        if !writer.use_one_time_code(tenant.id(), code.id, self.now()).await? {
            return Err(KnownError::VerificationCodeAlreadyUsed.into());
        }
        Ok(())
    }
}

/// The URL that a mail leads to: the callback with the code as its query parameter `code`, whatever that was before.
pub(crate) fn link_with(callback_url: &str, code: &Secret) -> DomainResult<Secret> {
    let mut url = Url::parse(callback_url).map_err(DomainError::internal)?;
    let others = url.query_pairs().filter(|(name, _)| name != "code");
    let others: Vec<_> = others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("code", code.expose());
    Ok(Secret::new(String::from(url)))
}

/// What a sealed text of a code belongs to.
fn owner(project: &ProjectId, id: OneTimeCodeId) -> String {
    format!("{project}/one-time-code/{}", id.0)
}

fn tail_hash(code: &Secret) -> TokenHash {
    let text = code.expose();
    TokenHash(digest::sha256(text.get(SHORT_LENGTH..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_the_callback_with_the_code() {
        for (callback, link) in [
            ("https://example.com", "https://example.com/?code=abc"),
            ("https://example.com/a?b=c%20d", "https://example.com/a?b=c+d&code=abc"),
            (
                "http://localhost:3000/x?code=1&after=%2F&code=2",
                "http://localhost:3000/x?after=%2F&code=abc",
            ),
            ("https://example.com/#/verify", "https://example.com/?code=abc#/verify"),
        ] {
            let made = link_with(callback, &"abc".into()).map(|link| link.expose().to_owned());
            assert_eq!(made.ok().as_deref(), Some(link));
        }
    }
}
