use serde_json::{Value as Json, json};
use stack_types::Millis;

use super::*;

fn project() -> Project {
    Project {
        id: "p".into(),
        display_name: "Ada & Co".to_owned(),
        description: String::new(),
        is_production_mode: false,
        owner_team_id: None,
        onboarding_status: String::new(),
        logo_url: None,
        logo_full_url: None,
        logo_dark_mode_url: None,
        logo_full_dark_mode_url: None,
        created_at: Millis(0),
    }
}

fn ada() -> Reader {
    Reader {
        display_name: "Ada <3".to_owned(),
        primary_email: "ada@example.com".to_owned(),
    }
}

fn made_with(source: &str, theme: Option<&str>, variables: Json) -> Result<Made, Fault> {
    let variables = variables.as_object().expect("an object").clone();
    let design = Design::compile(Body::Template(source), theme, Missing::Refused)?;
    design.render(&project(), &ada(), &variables, "https://a.example/u?code=x")
}

fn made(source: &str) -> Result<Made, Fault> {
    made_with(source, None, json!({}))
}

#[test]
fn a_template_says_subject_kind_and_body_and_the_theme_is_put_around_it() {
    let source = "{% set subject %}Hello {{ user.displayName }} & {{ plan }}{% endset %}\
                  {% set category = \"Marketing\" %}<p>{{ user.displayName }} of {{ project.displayName }}: {{ variables.plan }}</p>";
    let theme = "<main>{{ body }}</main><a href=\"{{ unsubscribeLink }}\">No more</a>";
    let mail = made_with(source, Some(theme), json!({ "plan": "Pro", "user": "x" })).expect("it renders");
    assert_eq!(mail.subject.as_deref(), Some("Hello Ada <3 & Pro"));
    assert_eq!(mail.category, Some(NotificationCategory::Marketing));
    assert_eq!(
        mail.html,
        "<main><p>Ada &lt;3 of Ada &amp; Co: Pro</p></main><a href=\"https:&#x2f;&#x2f;a.example&#x2f;u?code=x\">No more</a>"
    );
    assert_eq!(
        mail.text,
        "Ada <3 of Ada & Co: Pro\n\nNo more (https://a.example/u?code=x)\n"
    );
}

#[test]
fn html_is_taken_as_it_is() {
    let design = Design::compile(Body::Html("<p>{{ user }}</p>"), None, Missing::Refused).expect("it compiles");
    let mail = design.render(&project(), &ada(), &Map::new(), "").expect("it renders");
    assert_eq!((mail.html.as_str(), mail.subject), ("<p>{{ user }}</p>", None));
}

#[test]
fn a_subject_is_one_line_whatever_is_in_it() {
    let mail = made_with(
        "{% set subject = name %}",
        None,
        json!({ "name": "A\r\nBcc: eve@example.com" }),
    );
    assert_eq!(
        mail.expect("it renders").subject.as_deref(),
        Some("A Bcc: eve@example.com")
    );
}

#[test]
fn a_variable_is_never_a_template() {
    let mail = made_with("{{ a }}", None, json!({ "a": "{{ user }}<script>{% raw %}" })).expect("it renders");
    assert_eq!(mail.html, "{{ user }}&lt;script&gt;{% raw %}");
}

#[test]
fn what_is_missing_is_refused_or_empty() {
    let told = made("<p>{{ plan.name }}</p>").expect_err("it is refused");
    assert!(told.0.contains("variable"), "{told:?}");
    let design = Design::compile(Body::Template("<p>{{ plan.name }}</p>"), None, Missing::Empty).expect("it compiles");
    assert_eq!(
        design
            .render(&project(), &ada(), &Map::new(), "")
            .expect("it renders")
            .html,
        "<p></p>"
    );
}

#[test]
fn a_mistake_is_told_with_its_line() {
    for (source, part) in [
        ("<p>\n{% if %}", "line 2"),
        ("{{ a|nothing }}", "nothing"),
        ("{% include 'layout.html' %}", "template"),
        ("{% set category = 'News' %}", "Transactional and Marketing"),
        ("{{ user }}", "map"),
    ] {
        let told = made(source).expect_err("it is refused");
        assert!(told.0.contains(part), "{source}: {told:?}");
    }
}

#[test]
fn a_theme_shows_the_mail() {
    assert!(made_with("x", Some("<main></main>"), json!({})).is_err());
}

/// Each of these would take minutes or gigabytes if nothing held it.
#[test]
fn no_template_runs_away() {
    let long = "x".repeat(30_000);
    let doubled: String = (0..40).fold("{% set a0 %}xxxxxxxx{% endset %}".to_owned(), |all, n| {
        format!("{all}{{% set a{} %}}{{{{ a{n} }}}}{{{{ a{n} }}}}{{% endset %}}", n + 1)
    });
    let nested = "{% for a in list %}".repeat(5) + "x" + &"{% endfor %}".repeat(5);
    let started = std::time::Instant::now();
    for source in [
        doubled.as_str(),
        &nested,
        "{% include 'mail.html' %}",
        "{% include 'mail.html' %}{% include 'mail.html' %}",
        "{% extends 'mail.html' %}",
        "{% for a in list recursive %}{{ loop(list) }}{% endfor %}",
        &format!(
            "{{% set a %}}{{% for x in list %}}{{% for y in list %}}{long}{{% endfor %}}{{% endfor %}}{{% endset %}}{{{{ a }}}}"
        ),
        &format!("{{% for x in list %}}{long}{{% endfor %}}"),
        &"{% if a %}".repeat(5_000),
        &format!("{{{{ {}a{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
    ] {
        let list: Vec<u32> = (0..500).collect();
        let result = made_with(source, None, json!({ "list": list, "a": "y" }));
        assert!(result.is_err(), "{}", &source[..source.len().min(60)]);
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
