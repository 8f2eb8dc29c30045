//! The enum `KnownError` and what can be asked of it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Detail, Known};
use crate::{emit::types::docs, model::Kind};

/// `mod.rs`: the enum.
pub(super) fn the_enum(errors: &[Known<'_>]) -> TokenStream {
    let variants = errors.iter().map(
        |Known {
             error,
             status,
             variant,
             details,
         }| {
            let about = docs::outer(&format!(
                "`{}`, status {status}. {}",
                error.code,
                error.description.trim()
            ));
            let fields = details.iter().map(
                |Detail {
                     field, property, ty, ..
                 }| {
                    let about = docs::outer(&property.description);
                    quote!(#about #field: #ty)
                },
            );
            let fields = (!details.is_empty()).then(|| quote!({ #(#fields),* }));
            quote!(#about #variant #fields)
        },
    );
    quote! {
        mod details;
        mod facts;
        mod family;
        mod message;
        mod read;

        pub use family::KnownErrorFamily;

        /// An error that the API has a code for. What callers can act on is one of these.
        ///
        /// Its `Display` is the sentence that goes with it.
        #[derive(Debug, Clone, PartialEq)]
        pub enum KnownError {
            #(#variants,)*
            /// A code that this version doesn't know, or one whose details it can't read.
            Unknown {
                /// The code.
                code: String,
                /// The details as they came.
                details: Option<serde_json::Value>,
                /// The sentence that came with it.
                message: String,
                /// The HTTP status.
                status: u16,
            },
        }

        impl std::fmt::Display for KnownError {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.message())
            }
        }

        impl std::error::Error for KnownError {}
    }
}

/// `facts.rs`: codes and statuses.
pub(super) fn facts(errors: &[Known<'_>]) -> TokenStream {
    let codes = errors.iter().map(|known| &known.error.code);
    let code_arms = errors.iter().map(|known| {
        let (pattern, code) = (known.bare(), &known.error.code);
        quote!(#pattern => #code)
    });
    // One arm for each status, so that the list of them is short to read.
    let mut statuses: Vec<u16> = errors.iter().map(|known| known.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let status_arms = statuses.iter().map(|status| {
        let patterns = errors.iter().filter(|known| known.status == *status).map(Known::bare);
        quote!(#(#patterns)|* => #status)
    });
    quote! {
        use super::KnownError;

        impl KnownError {
            /// Every code that this version knows.
            pub const CODES: &'static [&'static str] = &[#(#codes),*];

            /// The code, in SCREAMING_SNAKE_CASE.
            pub fn code(&self) -> &str {
                match self {
                    #(#code_arms,)*
                    Self::Unknown { code, .. } => code,
                }
            }

            /// The HTTP status that it is sent with.
            pub fn status(&self) -> u16 {
                match self {
                    #(#status_arms,)*
                    Self::Unknown { status, .. } => *status,
                }
            }
        }
    }
}

/// `message.rs`: the sentences.
pub(super) fn message(errors: &[Known<'_>]) -> TokenStream {
    let arms = errors.iter().map(|known| {
        let template = &known.error.message;
        let mentions = |detail: &Detail<'_>| template.contains(&format!("{{{}}}", detail.wire));
        let pattern = known.binding(mentions);
        let mentioned: Vec<_> = known.details.iter().filter(|detail| mentions(detail)).collect();
        let text = match mentioned[..] {
            [] => quote!(#template.into()),
            [only] if *template == format!("{{{}}}", only.wire) && is_text(only) => {
                let field = &only.field;
                quote!(#field.into())
            }
            _ => formatted(template, &mentioned),
        };
        quote!(#pattern => #text)
    });
    quote! {
        use std::borrow::Cow;

        use super::KnownError;
        use crate::error_body::shown;

        impl KnownError {
            /// A sentence for people. Branch on the variant or the code, never on this.
            pub fn message(&self) -> Cow<'_, str> {
                match self {
                    #(#arms,)*
                    Self::Unknown { message, .. } => message.into(),
                }
            }
        }
    }
}

fn formatted(template: &str, mentioned: &[&Detail<'_>]) -> TokenStream {
    // The names of the contract need not be Rust's: `{maxLength}` is `{max_length}` here.
    let (mut template, mut shown) = (template.to_owned(), Vec::new());
    for detail in mentioned {
        let field = &detail.field;
        let bare = field.to_string().trim_start_matches("r#").to_owned();
        template = template.replace(&format!("{{{}}}", detail.wire), &format!("{{{bare}}}"));
        let argument = format_ident!("{bare}_");
        if !is_plain(detail) {
            shown.push(quote!(let #field = shown(#field);));
        } else if *field != bare {
            // A raw identifier can't stand in the text.
            template = template.replace(&format!("{{{bare}}}"), &format!("{{{argument}}}"));
            shown.push(quote!(let #argument = #field;));
        }
    }
    if shown.is_empty() {
        quote!(format!(#template).into())
    } else {
        quote!({ #(#shown)* format!(#template).into() })
    }
}

/// Whether the detail is a `String`.
fn is_text(detail: &Detail<'_>) -> bool {
    detail.ty.to_string() == "String"
}

/// Whether the detail's type shows itself as it should stand in a sentence.
fn is_plain(detail: &Detail<'_>) -> bool {
    let ty = &detail.property.ty;
    let scalar = matches!(
        ty.kind,
        Kind::String(_)
            | Kind::Enum { .. }
            | Kind::Integer(_)
            | Kind::Number(_)
            | Kind::Boolean { .. }
            | Kind::Instant(_)
    );
    scalar && !ty.nullable && detail.property.required
}

/// `details.rs`: the typed details as JSON.
pub(super) fn details(errors: &[Known<'_>]) -> TokenStream {
    let without = errors.iter().filter(|known| known.details.is_empty()).map(Known::bare);
    let arms = errors.iter().filter(|known| !known.details.is_empty()).map(|known| {
        let pattern = known.binding(|_| true);
        let (required, optional): (Vec<_>, Vec<_>) = known.details.iter().partition(|detail| detail.property.required);
        let entries = required.iter().map(|Detail { wire, field, .. }| quote!(#wire: #field));
        let json = quote!(json!({ #(#entries),* }));
        if optional.is_empty() {
            return quote!(#pattern => #json);
        }
        let entries = optional
            .iter()
            .map(|Detail { wire, field, .. }| quote!(if let Some(#field) = #field { details[#wire] = json!(#field); }));
        quote!(#pattern => { let mut details = #json; #(#entries)* details })
    });
    quote! {
        use serde_json::{Value, json};

        use super::KnownError;

        impl KnownError {
            /// The details as the wire has them; `None` if the error has none.
            pub fn details(&self) -> Option<Value> {
                Some(match self {
                    #(#arms,)*
                    #(#without)|* => return None,
                    Self::Unknown { details, .. } => return details.clone(),
                })
            }
        }
    }
}

/// `read.rs`: from the wire.
pub(super) fn read(errors: &[Known<'_>]) -> TokenStream {
    let arms = errors.iter().map(|known| {
        let (code, variant) = (&known.error.code, &known.variant);
        let fields = known
            .details
            .iter()
            .map(|Detail { wire, field, .. }| quote!(#field: details.get(#wire)?));
        let fields = (!known.details.is_empty()).then(|| quote!({ #(#fields),* }));
        quote!(#code => Self::#variant #fields)
    });
    quote! {
        use serde_json::Value;

        use super::KnownError;
        use crate::error_body::Details;

        impl KnownError {
            /// The error of an answer with `status` and an `ErrorBody` of these parts.
            ///
            /// A code that this version doesn't know, or one with other details than it should have, is
            /// [`KnownError::Unknown`].
            pub fn from_wire(status: u16, code: &str, details: Option<Value>, message: &str) -> Self {
                Self::read(code, Details(details.as_ref())).unwrap_or_else(|| Self::Unknown {
                    code: code.to_owned(),
                    details,
                    message: message.to_owned(),
                    status,
                })
            }

            /// The error of this code, if its details can be read.
            pub(crate) fn read(code: &str, details: Details<'_>) -> Option<Self> {
                Some(match code {
                    #(#arms,)*
                    _ => return None,
                })
            }
        }
    }
}
