//! Leaving tags out: a server that doesn't have everything says so in one place.

/// A type that stands for a tag of the contract; see [`tags`](crate::tags).
pub trait Tag {
    /// The tag's name, for example `internal-api-keys`.
    const NAME: &'static str;
}

/// Says that a server has nothing for a tag: the tag's trait is then implemented by answers of 501
/// ([`ApiError::NotBuilt`](crate::ApiError::NotBuilt)). [`leave_out!`](crate::leave_out) implements it.
pub trait LeaveOut<T: Tag>: crate::Authenticate {}

/// Leaves tags out of a server, and lists them.
///
/// Their operations keep their routes. Whoever may not call one, or calls it wrongly, hears what the contract says; whoever
/// does it right hears that this server doesn't have it.
///
/// ```
/// # use stack_server_api::{ApiError, Authenticate, Authenticated, Credentials, UsersApi};
/// struct Server;
/// # impl Authenticate for Server {
/// #     type Tenant = ();
/// #     type User = ();
/// #     async fn authenticate(&self, _: Credentials) -> Result<Authenticated<(), ()>, ApiError> {
/// #         Ok(Authenticated { tenant: (), user: None })
/// #     }
/// # }
///
/// stack_server_api::leave_out! {
///     /// The tags that this server leaves out.
///     pub const LEFT_OUT: Server = [Users, Sessions];
/// }
///
/// fn is_a_server_of_users<S: UsersApi>() {}
/// is_a_server_of_users::<Server>();
/// assert_eq!(LEFT_OUT, ["users", "sessions"]);
/// ```
#[macro_export]
macro_rules! leave_out {
    ($(#[$attribute:meta])* $visibility:vis const $name:ident: $server:ty = [$($tag:ident),* $(,)?];) => {
        $(#[$attribute])*
        $visibility const $name: &[&str] = &[$(<$crate::tags::$tag as $crate::Tag>::NAME),*];

        $(impl $crate::LeaveOut<$crate::tags::$tag> for $server {})*
    };
}
