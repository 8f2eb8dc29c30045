//! What the generated tables say of the API's operations.
//!
//! The tables are plain statics, built by the `const` functions below; nothing of them is code. Everything that the
//! command line does with an operation is read from here at run time, so an operation more costs a few lines of data.

pub use stack_types::Access;

/// A set of accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accesses(u8);

impl Accesses {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(0b111);

    const fn of(list: &[Access]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < list.len() {
            bits |= 1 << list[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// Whether `access` is one of them.
    pub const fn contains(self, access: Access) -> bool {
        self.0 & (1 << access as u8) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` are among them.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Them, the least first.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Access> {
        Access::ALL.into_iter().filter(move |access| self.contains(*access))
    }

    /// Their names, for a sentence: `client, server or admin`.
    pub fn names(self) -> String {
        let names: Vec<_> = self.iter().map(Access::name).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "no".to_owned(),
        }
    }
}

impl FromIterator<Access> for Accesses {
    fn from_iter<T: IntoIterator<Item = Access>>(accesses: T) -> Self {
        Self(accesses.into_iter().fold(0, |bits, access| bits | 1 << access as u8))
    }
}

/// The commands of one tag of the contract.
#[derive(Debug)]
pub struct Group {
    /// The tag, kebab-case.
    pub name: &'static str,
    /// Sentences.
    pub about: &'static str,
    /// In the order of the contract.
    pub operations: &'static [Operation],
}

/// An operation: one command.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its id in the contract.
    pub id: &'static str,
    /// Its command, unique in its group.
    pub name: &'static str,
    /// Upper-case.
    pub method: &'static str,
    /// From the server's root, with `{name}` placeholders.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Sentences.
    pub description: &'static str,
    /// Who may call it.
    pub access: Accesses,
    /// Whether it takes credentials at all.
    pub takes_credentials: bool,
    /// For whom somebody has to be signed in.
    pub user: Accesses,
    /// Whether it reads the refresh token.
    pub refresh_token: bool,
    /// How the header `authorization` is read, if it is.
    pub authorization: Option<Authorization>,
    /// Left out of help.
    pub hidden: bool,
    /// In the order of the path.
    pub path_params: &'static [Field],
    /// In the order of the contract.
    pub query: &'static [Field],
    /// What is sent, if anything.
    pub body: Option<Body>,
    /// What comes back.
    pub answer: Answer,
    /// Particular errors: the code, or the status of a plain error, and when it is sent.
    pub errors: &'static [(&'static str, &'static str)],
}

/// How the header `authorization` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// A token.
    Bearer,
    /// A name and a password.
    Basic,
}

/// A request body.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Whether there has to be one.
    pub required: bool,
    /// Sent as a form rather than as JSON.
    pub form: bool,
    /// Its fields, those of nested objects included.
    pub fields: &'static [Field],
}

/// A success answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// What it means, in a sentence.
    pub about: &'static str,
    /// Its form.
    pub form: Form,
    /// The properties that a table shows, of the items if it is a list.
    pub columns: &'static [Column],
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain text.
    Text,
    /// Nothing but "it worked".
    Done,
    /// An object.
    Object,
    /// An object with a list `items`; `paged` if a cursor leads to more of them.
    List {
        /// Whether there are pages.
        paged: bool,
    },
}

/// A property that a table shows.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its key.
    pub name: &'static str,
    /// Whether it is an instant in milliseconds.
    pub is_instant: bool,
}

/// A value that an operation takes: a parameter, or a field of its body.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its keys on the wire, from the outside in, joined by dots; keys themselves have none.
    pub path: &'static str,
    /// Its flag, without dashes; of a path parameter, the name of its value.
    pub flag: &'static str,
    /// Sentences.
    pub about: &'static str,
    /// What fits.
    pub shape: Shape,
    /// For whom it has to be there.
    pub required: Accesses,
    /// Who may send it.
    pub access: Accesses,
    /// Whether `null` fits too.
    pub nullable: bool,
    /// Its default, as JSON; empty: none.
    pub default: &'static str,
}

/// What fits a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A text that nobody should see.
    Secret,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Milliseconds since 1970, or a date and time.
    Instant,
    /// `true` or `false`.
    Boolean,
    /// Any number of values.
    List(&'static Self),
    /// JSON; the text hints at its form.
    Json(&'static str),
}

/// A group with its operations.
pub const fn group(name: &'static str, about: &'static str, operations: &'static [Operation]) -> Group {
    Group {
        name,
        about,
        operations,
    }
}

/// An operation without parameters, body and particular errors, for everybody.
pub const fn operation(
    id: &'static str,
    name: &'static str,
    method: &'static str,
    path: &'static str,
    summary: &'static str,
) -> Operation {
    Operation {
        id,
        name,
        method,
        path,
        summary,
        description: "",
        access: Accesses::ALL,
        takes_credentials: true,
        user: Accesses::NONE,
        refresh_token: false,
        authorization: None,
        hidden: false,
        path_params: &[],
        query: &[],
        body: None,
        answer: answer(Form::Text, ""),
        errors: &[],
    }
}

impl Operation {
    /// With sentences.
    pub const fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// For these only.
    pub const fn access(self, list: &[Access]) -> Self {
        Self {
            access: Accesses::of(list),
            ..self
        }
    }

    /// Sent without credentials.
    pub const fn open(self) -> Self {
        Self {
            takes_credentials: false,
            ..self
        }
    }

    /// Needs a signed-in user, for these accesses.
    pub const fn user(self, list: &[Access]) -> Self {
        Self {
            user: Accesses::of(list),
            ..self
        }
    }

    /// Reads the refresh token.
    pub const fn refresh_token(self) -> Self {
        Self {
            refresh_token: true,
            ..self
        }
    }

    /// Reads the header `authorization`, like this.
    pub const fn authorization(self, form: Authorization) -> Self {
        Self {
            authorization: Some(form),
            ..self
        }
    }

    /// Left out of help.
    pub const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// With these path parameters.
    pub const fn path(self, path_params: &'static [Field]) -> Self {
        Self { path_params, ..self }
    }

    /// With these query parameters.
    pub const fn query(self, query: &'static [Field]) -> Self {
        Self { query, ..self }
    }

    /// With a body that has to be there.
    pub const fn body(self, fields: &'static [Field]) -> Self {
        Self {
            body: Some(Body {
                required: true,
                form: false,
                fields,
            }),
            ..self
        }
    }

    /// With a body that may be left out.
    pub const fn optional_body(self, fields: &'static [Field]) -> Self {
        Self {
            body: Some(Body {
                required: false,
                form: false,
                fields,
            }),
            ..self
        }
    }

    /// The body goes as a form.
    pub const fn form(mut self) -> Self {
        if let Some(body) = &mut self.body {
            body.form = true;
        }
        self
    }

    /// Answers this.
    pub const fn answers(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    /// Fails in these particular ways.
    pub const fn errors(self, errors: &'static [(&'static str, &'static str)]) -> Self {
        Self { errors, ..self }
    }
}

/// An answer without columns.
pub const fn answer(form: Form, about: &'static str) -> Answer {
    Answer {
        about,
        form,
        columns: &[],
    }
}

impl Answer {
    /// With these columns.
    pub const fn columns(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }
}

/// A column that is shown as it comes.
pub const fn column(name: &'static str) -> Column {
    Column {
        name,
        is_instant: false,
    }
}

/// A column of instants.
pub const fn instant(name: &'static str) -> Column {
    Column { name, is_instant: true }
}

/// A field that may be left out.
pub const fn field(path: &'static str, flag: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        path,
        flag,
        about,
        shape,
        required: Accesses::NONE,
        access: Accesses::ALL,
        nullable: false,
        default: "",
    }
}

impl Field {
    /// Has to be there.
    pub const fn required(self) -> Self {
        Self {
            required: Accesses::ALL,
            ..self
        }
    }

    /// Has to be there for these accesses.
    pub const fn required_for(self, list: &[Access]) -> Self {
        Self {
            required: Accesses::of(list),
            ..self
        }
    }

    /// May be sent by these accesses only.
    pub const fn only(self, list: &[Access]) -> Self {
        Self {
            access: Accesses::of(list),
            ..self
        }
    }

    /// May be `null`.
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Is this if it is left out.
    pub const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}
