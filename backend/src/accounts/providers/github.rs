//! GitHub: OAuth 2 without OpenID Connect. Who somebody is, its API tells; the number of an account is never reused.

use reqwest::Client;
use serde::Deserialize;

use super::{Person, Provider, ProviderError, fetch};

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

impl Provider {
    fn api(&self, path: &str) -> String {
        match self.issuer.as_str() {
            "https://github.com" => format!("https://api.github.com{path}"),
            enterprise => format!("{enterprise}/api/v3{path}"),
        }
    }

    pub(super) async fn github_person(&self, http: &Client, token: &str) -> Result<Person, ProviderError> {
        let get = |path: &str| Ok::<_, ProviderError>(http.get(fetch::endpoint(&self.api(path))?).bearer_auth(token));
        let user: User = fetch::json("its user", get("/user")?).await?;
        let addresses: Vec<Address> = fetch::json("its addresses", get("/user/emails")?).await?;
        let email = addresses.into_iter().find(|address| address.primary && address.verified);
        let email = email.map(|address| address.email.to_lowercase());
        Ok(Person {
            issuer: self.issuer.clone(),
            subject: user.id.to_string(),
            name: user.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| user.login.clone()),
            handle: user.login,
            domain: email.as_ref().and_then(|email| Some(email.rsplit_once('@')?.1.to_owned())),
            email,
        })
    }
}
