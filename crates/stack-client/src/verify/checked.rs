//! Remembers in a request that its token was checked, so that it is checked once.
//!
//! It holds for the verifier that did it: another one may be stricter.

use http::Extensions;

use super::{SignedInUser, Verifier};

#[derive(Clone)]
struct Checked {
    by: Verifier,
    user: SignedInUser,
}

pub(super) fn remember(verifier: &Verifier, user: &SignedInUser, extensions: &mut Extensions) {
    extensions.insert(Checked {
        by: verifier.clone(),
        user: user.clone(),
    });
}

/// Who was found to be signed in by this verifier, if it has looked already.
pub(super) fn by(verifier: &Verifier, extensions: &Extensions) -> Option<SignedInUser> {
    let checked = extensions.get::<Checked>()?;
    checked.by.is(verifier).then(|| checked.user.clone())
}
