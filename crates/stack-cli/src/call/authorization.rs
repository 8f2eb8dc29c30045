//! The header `authorization`, of the few operations that read it.

use clap::{Arg, ArgMatches, parser::ValueSource};
use stack_client::Authorization as Header;

use crate::{
    failure::{Failure, Result},
    io::Io,
    spec::Authorization,
};

/// The flag that gives what is shown in it.
pub fn flag(authorization: Authorization) -> Arg {
    let (value, help) = match authorization {
        Authorization::Bearer => ("-|@FILE|TOKEN", "The bearer token for the header `authorization`"),
        Authorization::Basic => (
            "-|@FILE|NAME:PASSWORD",
            "Name and password for the header `authorization`, with a colon between",
        ),
    };
    Arg::new(name(authorization))
        .long(name(authorization))
        .value_name(value)
        .num_args(0..=1)
        .default_missing_value("-")
        .help_heading("Options")
        .help(help)
}

/// What the flag was given.
///
/// # Errors
///
/// If it can't be read, or is no name with a password.
pub(super) fn collect(io: &mut Io, authorization: Authorization, matches: &ArgMatches) -> Result<Option<Header>> {
    let name = name(authorization);
    if matches.value_source(name) != Some(ValueSource::CommandLine) {
        return Ok(None);
    }
    let argument = matches.get_one::<String>(name).cloned().unwrap_or_default();
    Ok(Some(match authorization {
        Authorization::Bearer => Header::bearer(io.secret(&argument, "bearer token")?),
        Authorization::Basic => {
            let both = io.secret(&argument, "name and password, with a colon between")?;
            let (name, password) = both
                .split_once(':')
                .ok_or_else(|| Failure::usage(format!("`--{name}` has to be NAME:PASSWORD")))?;
            Header::basic(name, password)
        }
    }))
}

const fn name(authorization: Authorization) -> &'static str {
    match authorization {
        Authorization::Bearer => "bearer-token",
        Authorization::Basic => "basic-auth",
    }
}
