//! Every route of the OpenAPI document × every role × own and foreign organisation. A new route is tested the moment it
//! is documented, and its documented rule is what must happen.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use domain::{Permission, Role};
use serde_json::{Value, json};

use crate::support::{Server, command_id, team};

/// Things to call routes with, one of each kind that a path names. Made afresh when one was deleted.
struct Things {
    org: String,
    project: String,
    made: BTreeMap<String, String>,
}

impl Things {
    /// Where a kind is made, and with what.
    fn recipe(&self, kind: &str) -> (&str, String, Value) {
        let task = self.made.get("task").cloned().unwrap_or_default();
        let (at, path, body) = match kind {
            "task" => ("p", "tasks", json!({ "fields": { "title": "a" } })),
            "other" => ("p", "tasks", json!({ "fields": { "title": "b" } })),
            "column" => ("p", "columns", json!({ "fields": { "name": "c", "category": "todo" } })),
            "label" => ("p", "labels", json!({ "fields": { "name": command_id() } })),
            "epic" => ("p", "epics", json!({ "fields": { "title": "e" } })),
            "sprint" => ("p", "sprints", json!({ "fields": { "name": "s" } })),
            "comment" => ("p", "comments", json!({ "task": task, "body": "c" })),
            "time_entry" => {
                ("p", "time-entries", json!({ "task": task, "fields": { "minutes": 1, "day": "2026-01-01" } }))
            }
            "view" => ("p", "views", json!({ "fields": { "name": "v", "query": "" } })),
            "anchor" => {
                let fields = json!({ "repository": "r", "path": "a.rs", "start_line": 1, "end_line": 1 });
                ("p", "anchors", json!({ "task": task, "fields": fields }))
            }
            "team" => ("o", "teams", json!({ "name": "t", "members": [] })),
            "team_grant" => ("p", "teams", json!({ "team": self.made["team"], "role": "guest" })),
            "role" => ("o", "roles", json!({ "name": "r", "permissions": [] })),
            "member" => ("p", "members", json!({ "user": self.made["org_member"], "role": "guest" })),
            _ => panic!("no recipe for {{{kind}}}: say here how one is made"),
        };
        let base =
            if at == "p" { format!("/api/projects/{}", self.project) } else { format!("/api/orgs/{}", self.org) };
        (at, format!("{base}/{path}"), body)
    }

    /// Makes one, as this person if they may, else as the owner: only one's own comment may be deleted by a member.
    async fn make(&mut self, server: &Server, kind: &str, tokens: &[&str]) {
        let (_, path, body) = self.recipe(kind);
        for (at, token) in tokens.iter().enumerate() {
            // Somebody else's view is seen only when it is shared, and members cannot share one.
            let body = match kind == "view" && at + 1 == tokens.len() {
                true => json!({ "fields": { "name": "v", "query": "", "shared": true } }),
                false => body.clone(),
            };
            let answer = server.call(token, "POST", &path, Some(body)).await;
            if answer.status == StatusCode::CREATED {
                self.made.insert(kind.to_owned(), answer.body["id"].as_str().unwrap().to_owned());
                return;
            }
            assert!(matches!(answer.status.as_u16(), 403 | 404), "{kind}: {} {}", answer.status, answer.text);
        }
        panic!("nobody could make a {kind}");
    }

    /// A path with all of its names filled in.
    fn fill(&self, path: &str) -> String {
        let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => part.to_owned(),
            Some("org") => self.org.clone(),
            Some("project") => self.project.clone(),
            Some("relation") => "relates".to_owned(),
            Some("emoji") => "%F0%9F%91%8D".to_owned(),
            Some("provider") => "none".to_owned(),
            // Made for one call alone.
            Some("invitation" | "account") => part.to_owned(),
            Some(kind) => self.made.get(kind).cloned().unwrap_or_else(|| "00".to_owned()),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// The kinds that a path names, those of this test alone.
fn kinds(path: &str) -> Vec<&str> {
    let parts = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    parts.filter(|name| !matches!(*name, "org" | "project" | "relation" | "emoji")).collect()
}

/// A path with what only its own organisation has, made for this one call: the call may be its end.
async fn filled(server: &Server, owner: &str, org: &str, path: String) -> String {
    let made =
        async |path: String, body: Value| server.post(owner, &path, body).await["id"].as_str().unwrap().to_owned();
    let orgs = format!("/api/orgs/{org}");
    if path.contains("{invitation}") {
        let id = made(format!("{orgs}/invitations"), json!({ "role": "guest" })).await;
        return path.replace("{invitation}", &id);
    }
    if path.contains("{account}") {
        let handle = format!("bot{}", &command_id()[20..]);
        let body = json!({ "handle": handle, "name": "Bot", "role": "member" });
        let account = made(format!("{orgs}/service-accounts"), body).await;
        let tokens = format!("{orgs}/service-accounts/{account}/tokens");
        let token = made(tokens, json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
        return path.replace("{account}", &account).replace("/tokens/00", &format!("/tokens/{token}"));
    }
    path
}

async fn status(server: &Server, token: &str, method: &str, path: &str, documented: &Value) -> StatusCode {
    // An empty object reaches the rule of every route that has one: rules come before bodies.
    let body = documented.get("requestBody").map(|_| json!({}));
    server.call(token, &method.to_uppercase(), path, body).await.status
}

#[tokio::test]
async fn every_route_lets_in_whom_its_rule_says_and_nobody_else() {
    let server = team().await;
    let (owner, _) = server.person("owner").await;
    let (org, project) = server.project(&owner).await;
    let (stranger, _) = server.person("stranger").await;
    let mut people = vec![(Role::Owner, owner.clone())];
    for role in &Role::BUILT_IN[1..] {
        let (token, id) = server.person(&role.to_string()).await;
        let member = json!({ "id": command_id(), "command": { "type": "org_member.set", "user": id, "role": role } });
        server.post(&owner, &format!("/api/orgs/{org}/commands"), member).await;
        if *role == Role::Guest {
            let member = json!({ "id": command_id(), "command": { "type": "member.set", "user": id, "role": role } });
            server.post(&owner, &format!("/api/projects/{project}/commands"), member).await;
        }
        people.push((*role, token));
    }
    // Somebody to be removed, whose place in the organisation stays as long as nobody may.
    let mut things = Things { org: org.clone(), project: project.clone(), made: BTreeMap::new() };
    async fn employ(server: &Server, owner: &str, org: &str, name: &str) -> String {
        let (_, id) = server.person(name).await;
        server.post(owner, &format!("/api/orgs/{org}/members"), json!({ "user": id, "role": "member" })).await;
        id
    }
    things.made.insert("org_member".to_owned(), employ(&server, &owner, &org, "spare").await);
    let mut employed = 0;
    let made = ["team", "role", "task", "other", "column", "label", "epic", "sprint", "comment", "time_entry", "view"];
    for kind in made.into_iter().chain(["anchor", "team_grant", "member"]) {
        things.make(&server, kind, &[&owner]).await;
    }
    let document = backend::http::openapi();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, documented) in methods.as_object().unwrap() {
            if path.ends_with("/stream") && method == "get" {
                // It does not end; its rule is that of its neighbours, and `live.rs` tests it.
                continue;
            }
            let rule = documented["x-permission"].as_str().unwrap_or_else(|| panic!("{method} {path} has no rule"));
            let here = things.fill(path);
            let case = |who: &str| format!("{method} {path} ({rule}) as {who}");
            if rule == "open" {
                continue;
            }
            assert_eq!(status(&server, "", method, &here, documented).await, 401, "{}", case("nobody"));
            if rule == "signed_in" {
                let seen = status(&server, &stranger, method, &here, documented).await;
                assert!(seen != 401 && seen != 403, "{} {seen}", case("stranger"));
                continue;
            }
            let wanted = *Permission::ALL.iter().find(|one| one.name() == rule).unwrap();
            assert_eq!(status(&server, &stranger, method, &here, documented).await, 404, "{}", case("stranger"));
            // Accounts have routes of their own; here only things of streams are made anew.
            let made = |kind: &&str| things.made.contains_key(*kind) && !matches!(*kind, "org_member" | "team");
            let own: Vec<String> =
                kinds(path).iter().filter(|kind| made(kind)).map(|kind| (*kind).to_owned()).collect();
            // The strongest last: whoever may delete shall not spoil it for the others.
            for (role, token) in people.iter().rev() {
                let in_org = path.starts_with("/api/orgs/");
                let has = if in_org { role.permissions_everywhere() } else { role.permissions() };
                for kind in &own {
                    things.make(&server, kind, &[token, &owner]).await;
                }
                let here = filled(&server, &owner, &org, things.fill(path)).await;
                let seen = status(&server, token, method, &here, documented).await;
                tried += 1;
                if method == "delete" && seen.is_success() && path.contains("{org_member}") {
                    // Its places are gone too.
                    employed += 1;
                    let name = format!("spare{employed}");
                    things.made.insert("org_member".to_owned(), employ(&server, &owner, &org, &name).await);
                    things.make(&server, "team", &[&owner]).await;
                }
                if method == "delete" && seen.is_success() && path.contains("{team}") {
                    things.make(&server, "team", &[&owner]).await;
                }
                match (has.is_empty(), has.has(wanted)) {
                    (true, _) => assert_eq!(seen, 404, "{}", case(&role.to_string())),
                    (false, false) => assert_eq!(seen, 403, "{}", case(&role.to_string())),
                    (false, true) => assert!(
                        seen.is_success() || seen == 422 || seen == 409,
                        "{} {seen} {here}",
                        case(&role.to_string())
                    ),
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

/// Identities of another tenant's things are worth nothing in one's own project.
#[tokio::test]
async fn things_of_other_projects_cannot_be_named() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (bob, _) = server.person("bob").await;
    let ((_, hers), (_, his)) = (server.project(&ann).await, server.project(&bob).await);
    let task = server.task(&ann, &hers, "secret").await;
    let id = task["id"].as_str().unwrap();
    for command in [
        json!({ "type": "task.update", "id": id, "fields": { "title": "x" } }),
        json!({ "type": "task.move", "id": id }),
        json!({ "type": "comment.create", "id": domain::CommentId::fresh().to_string(), "task": id, "body": "x" }),
        json!({ "type": "bulk", "commands": [{ "type": "task.delete", "id": id }] }),
    ] {
        let sent = json!({ "id": command_id(), "command": command });
        let answer = server.call(&bob, "POST", &format!("/api/projects/{his}/commands"), Some(sent)).await;
        assert_eq!(answer.status, 404, "{command} {}", answer.text);
    }
    assert_eq!(server.get(&bob, &format!("/api/projects/{his}/tasks/{id}")).await.status, 404);
    let list = server.get(&bob, "/api/projects").await.text;
    assert!(list.contains(&his) && !list.contains(&hers));
}
