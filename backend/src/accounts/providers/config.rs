//! Providers as data.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use super::{Protocol, Provider, fetch};

/// What is known of a provider before anybody says anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Plain OAuth 2 and an API for the account; GitHub Enterprise with its URL as `issuer`.
    Github,
    /// OpenID Connect; a GitLab of one's own with its URL as `issuer`.
    Gitlab,
    /// OpenID Connect. `domains` are compared with the Workspace domain, not with mail addresses.
    Google,
    /// Whoever the `issuer` is.
    #[default]
    Oidc,
}

struct Defaults {
    preset: Preset,
    name: &'static str,
    issuer: Option<&'static str>,
    scopes: &'static str,
}

const PRESETS: &[Defaults] = &[
    Defaults {
        preset: Preset::Github,
        name: "GitHub",
        issuer: Some("https://github.com"),
        scopes: "read:user user:email",
    },
    Defaults {
        preset: Preset::Gitlab,
        name: "GitLab",
        issuer: Some("https://gitlab.com"),
        scopes: "openid profile email",
    },
    Defaults {
        preset: Preset::Google,
        name: "Google",
        issuer: Some("https://accounts.google.com"),
        scopes: "openid profile email",
    },
    Defaults { preset: Preset::Oidc, name: "Single sign-on", issuer: None, scopes: "openid profile email" },
];

/// A provider, as it is written in the file of providers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its name in URLs: lower-case letters, digits, dashes.
    pub id: String,
    /// What it is.
    #[serde(default)]
    pub preset: Preset,
    /// Its name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// Its URL.
    #[serde(default)]
    pub issuer: Option<String>,
    /// What it calls this server.
    pub client_id: String,
    /// The secret that it gave this server.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// A file that holds the secret.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What to ask for, instead of the usual.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Whoever it lets in may make an account, even where registration is closed.
    #[serde(default)]
    pub registration: bool,
    /// Only people of these domains, by verified address.
    #[serde(default)]
    pub domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<ProviderConfig>,
}

/// Reads a TOML file of `[[provider]]` tables.
///
/// # Errors
/// The file cannot be read, or a key is wrong; the text says where.
pub fn read_file(path: &Path) -> Result<Vec<ProviderConfig>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    // Files of secrets lie beside the file that names them.
    let base = path.parent().unwrap_or(Path::new("."));
    let located = |provider: ProviderConfig| ProviderConfig {
        client_secret_file: provider.client_secret_file.map(|file| base.join(file)),
        ..provider
    };
    Ok(file.provider.into_iter().map(located).collect())
}

impl ProviderConfig {
    pub(super) fn resolve(&self) -> Result<Provider, String> {
        let id = &self.id;
        if id.is_empty()
            || id.len() > 40
            || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err(format!("provider {id:?}: an id is 1 to 40 lower-case letters, digits and dashes"));
        }
        let wrong = |what: &str| format!("provider {id}: {what}");
        let Some(defaults) = PRESETS.iter().find(|defaults| defaults.preset == self.preset) else {
            return Err(wrong("this preset is not known"));
        };
        let issuer = self.issuer.as_deref().or(defaults.issuer).ok_or_else(|| wrong("issuer is missing"))?;
        let parsed = Url::parse(issuer).map_err(|error| wrong(&format!("issuer: {error}")))?;
        if !fetch::is_safe(&parsed) || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(wrong("issuer must be an https URL without ? and #"));
        }
        if self.client_id.is_empty() {
            return Err(wrong("client_id is empty"));
        }
        let client_secret = match (&self.client_secret, &self.client_secret_file) {
            (Some(_), Some(_)) => return Err(wrong("client_secret and client_secret_file are both there")),
            (Some(secret), None) => Some(secret.clone()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file);
                let text = text.map_err(|error| wrong(&format!("{}: {error}", file.display())))?;
                Some(text.trim().to_owned())
            }
            (None, None) => None,
        };
        let scopes = self.scopes.as_ref().map_or_else(|| defaults.scopes.to_owned(), |scopes| scopes.join(" "));
        let protocol = match self.preset {
            Preset::Github => Protocol::Github,
            Preset::Gitlab | Preset::Google | Preset::Oidc => Protocol::Oidc(Default::default()),
        };
        if matches!(protocol, Protocol::Oidc(_)) && !scopes.split(' ').any(|scope| scope == "openid") {
            return Err(wrong("scopes must contain openid"));
        }
        Ok(Provider {
            id: id.clone(),
            name: self.name.clone().unwrap_or_else(|| defaults.name.to_owned()),
            registration: self.registration,
            domains: self.domains.iter().map(|domain| domain.to_lowercase()).collect(),
            hosted_domain: self.preset == Preset::Google,
            protocol,
            issuer: match self.preset {
                // Theirs is compared letter by letter; GitHub has none, and its base is ours to write.
                Preset::Github => issuer.trim_end_matches('/').to_owned(),
                _ => issuer.to_owned(),
            },
            client_id: self.client_id.clone(),
            client_secret,
            scopes,
        })
    }
}

/// The server's own URL: an origin, perhaps with a path before everything.
pub(super) fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("--public-url: {error}"))?;
    match matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.path() == "/"
    {
        true => Ok(url),
        false => Err("--public-url is an address such as https://devmentor.example.com".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::providers::Providers;

    fn parse(text: &str) -> Result<Providers, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("providers.toml");
        std::fs::write(folder.path().join("secret"), "s3cret\n").unwrap();
        std::fs::write(&path, text).unwrap();
        Providers::new(Some("https://devmentor.example.com"), &read_file(&path)?)
    }

    #[test]
    fn a_preset_needs_only_what_the_provider_gave() {
        let providers = parse(
            "[[provider]]\nid = 'github'\npreset = 'github'\nclient_id = 'a'\nclient_secret_file = 'secret'\n\
             [[provider]]\nid = 'work'\nname = 'Acme'\nissuer = 'https://sso.acme.example/realms/a'\nclient_id = 'b'",
        )
        .unwrap();
        let [github, work] = providers.all() else { panic!() };
        assert_eq!((github.name.as_str(), github.client_secret.as_deref()), ("GitHub", Some("s3cret")));
        assert_eq!((work.name.as_str(), work.scopes.as_str()), ("Acme", "openid profile email"));
        assert_eq!(providers.redirect_uri(work), "https://devmentor.example.com/api/auth/providers/work/callback");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, says) in [
            ("[[provider]]\nid = 'A/b'\nclient_id = 'x'", "lower-case"),
            ("[[provider]]\nid = 'a'\nclient_id = 'x'", "issuer is missing"),
            ("[[provider]]\nid = 'a'\nclient_id = 'x'\nissuer = 'http://sso.example'", "https"),
            ("[[provider]]\nid = 'a'\nclient_id = ''\npreset = 'google'", "client_id is empty"),
            ("[[provider]]\nid = 'a'\nclient_id = 'x'\npreset = 'google'\nsecret = 'y'", "unknown field"),
            ("[[provider]]\nid = 'a'\nclient_id = 'x'\npreset = 'google'\nclient_secret_file = 'none'", "none"),
            ("[[provider]]\nid = 'a'\nclient_id = 'x'\npreset = 'google'\nscopes = ['email']", "openid"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        let provider = ProviderConfig {
            id: "a".to_owned(),
            preset: Preset::Google,
            client_id: "x".to_owned(),
            ..Default::default()
        };
        assert!(Providers::new(None, std::slice::from_ref(&provider)).unwrap_err().contains("--public-url"));
        assert!(Providers::new(Some("https://a.example"), &[provider.clone(), provider]).unwrap_err().contains("two"));
    }
}
